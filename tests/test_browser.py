"""The page as a person uses it: a real app, a real browser, real clips."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.clips import numbered_frames, write_clip
from tests.pages import CONTRAST, READY, WCAG, dress, violations, wait_until_quiet, watched_page

TUNED = ("tuned vote", "tuned attention", "learned energy")


@pytest.fixture
def page(browser: Any, app_url: str) -> Iterator[Any]:
    """The app's page; afterwards: no page error, and no request that left the machine."""
    with watched_page(browser) as opened:
        opened.goto(f"{app_url}?clip=lion")
        opened.wait_for_selector("#player canvas", timeout=READY)
        yield opened


def upload(page: Any, clip: Path) -> None:
    """Drops a clip on the page and waits until its verdict is there."""
    page.set_input_files("#upload input[type=file]", str(clip))
    page.wait_for_selector(f"#timing:has-text('{clip.name}')", timeout=READY)


def test_a_sample_is_ready_at_the_first_click(page: Any) -> None:
    assert "lion" in page.inner_text("#verdicts")
    assert page.locator("#verdicts article").count() == 3
    page.locator("#samples button").nth(7).wait_for()
    assert page.locator("#player canvas").count() >= 5


# those of some elements that another one lies over, at either end
COVERED = """elements => elements.filter((element) => {
    const {left, right, top, height} = element.getBoundingClientRect();
    const at = (x) => document.elementFromPoint(x, top + height / 2);
    return ![left + 1, right - 1].every((x) => element.contains(at(x)));
}).map((element) => element.textContent)"""


def fits(page: Any, height: int) -> None:
    """Everything a first look needs lies in the window, and all cards in one row."""
    for part in (
        "#samples",
        "#upload",
        "#verdicts",
        ".tiles",
        ".transport",
        ".timeline",
        ".controls",
    ):
        box = page.locator(part).first.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= height, (part, box)
    covered = page.locator("#tabs [role=tab]").evaluate_all(COVERED)
    assert covered == []
    tops = page.locator(".verdict").evaluate_all("cards => cards.map(card => card.offsetTop)")
    assert len(set(tops)) == 1
    assert cut_names(page) == []


def cut_names(page: Any) -> list[str]:
    """Names of methods that are wider than their place."""
    names = page.locator("#verdicts .method > summary")
    found: list[str] = names.evaluate_all(
        "names => names.filter((n) => n.scrollWidth > n.clientWidth).map((n) => n.textContent)"
    )
    assert names.count() == 7
    return found


def test_the_first_minute(browser: Any, app_url: str) -> None:
    with watched_page(browser) as page:
        page.goto(app_url)
        page.get_by_label("pause", exact=True).wait_for(timeout=READY)  # it plays …
        page.get_by_label("play", exact=True).wait_for()  # … once
        names = page.locator("#verdicts .method > summary").all_inner_texts()
        assert names == ["vote", "attention", "weighted vote", "clip classifier", *TUNED]
        callouts = page.locator("#player .callout").all_inner_texts()
        said = ["it says Handshake", "it looks here", "attention says High five"]
        assert callouts == said and "Truth: High five" in page.inner_text("#verdicts")
        stories = page.locator("#samples .sample").all_inner_texts()
        assert stories[1].split("\n") == ["Hug", "attention loses"] and len(stories) == 9
        for width, height in ((1440, 900), (1024, 768), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"innerWidth === {width}")
            page.wait_for_timeout(50)  # the player draws itself anew
            fits(page, height)
        tile = page.locator("#player .tile").first.bounding_box()
        assert tile["width"] > 340  # tiles grow with the width
        slider = page.locator("#player input[aria-label=frame]").bounding_box()
        timeline = page.locator("#player .timeline").bounding_box()
        player = "document.querySelector('#player .attention-player').player"
        first = page.evaluate(f"{player}.timeline.x(0)")
        assert slider["x"] + 9 == pytest.approx(timeline["x"] + first, abs=1)  # half a thumb
        page.click("#verdicts summary >> nth=1")
        assert "UnAtt" in page.inner_text("#verdicts .about >> nth=1")
        page.set_viewport_size({"width": 390, "height": 844})
        page.locator("#player .tile.truth canvas").wait_for()
        page.wait_for_function(
            "document.querySelector('#player .tiles').classList.contains('slim')"
        )
        box = page.locator("#player .tile.truth canvas").bounding_box()
        assert box["y"] + box["height"] <= 844
        assert cut_names(page) == []


def test_upload_look_and_move_with_the_keys_which_call_no_server(
    page: Any, lion_clip: Path
) -> None:
    upload(page, lion_clip)
    assert "lion" in page.inner_text("#verdicts .says >> nth=0")
    wait_until_quiet(page)
    calls: list[str] = []
    page.on(
        "request",
        lambda r: calls.append(r.url) if not r.url.startswith(("data:", "blob:")) else None,
    )
    page.locator("#player").click(position={"x": 5, "y": 5})
    page.keyboard.press("Home")
    before = page.inner_text("#player")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('#player .attention-player').innerText.includes('3 / 6')"
    )
    assert page.inner_text("#player") != before
    for key in ("ArrowLeft", "End", "Home", "1", "1", "2", "2"):
        page.keyboard.press(key)
    for slider in page.locator("#player input[type=range]").all():
        slider.press("ArrowRight")
    page.locator("#player .colours select").select_option(index=1)
    wait_until_quiet(page)
    assert [url for url in calls if "heartbeat" not in url] == []


def test_the_dial_moves_the_picture_at_once_and_the_verdicts_follow(page: Any) -> None:
    light = """() => {
        const canvas = document.querySelector("#player .frame-tile canvas");
        const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.reduce((sum, value) => sum + value, 0) / data.length;
    }"""
    answered = "document.querySelector('#player .attention-player').player.dial.ahead === false"
    page.wait_for_function("!document.querySelector('#player .attention-player').player.playing.on")
    before, scores = page.evaluate(light), page.inner_text("#verdicts")
    page.click(".dial summary")
    page.locator(".dial label:text-is('darkness') ~ .levels button").nth(2).click()
    page.wait_for_function(f"({light})() < {0.9 * before}")
    page.wait_for_function(answered, timeout=READY)
    assert page.inner_text("#verdicts") != scores
    assert "darkness 0.32" in page.locator("#verdicts").text_content()
    assert page.evaluate(light) < 0.9 * before
    page.wait_for_function("location.search.includes('shift=darkness-0.32&c=lion,')")
    steps = page.evaluate("history.length")
    again = "new CustomEvent('attention:open', {detail: {link: {clip: 'lion'}}})"
    page.evaluate(f"document.dispatchEvent({again})")
    assert (
        page.evaluate("history.length") == steps
    )  # the same place, however its commas are written
    page.locator(".dial button", has_text="As it was").click()
    page.wait_for_function("!location.search.includes('shift')")
    page.go_back()  # changed, as it was
    page.wait_for_function(f"{answered} && ({light})() < {0.9 * before}", timeout=READY)
    assert page.locator(".dial output").all_inner_texts().count("hard") == 1
    page.go_back()
    page.wait_for_function(answered, timeout=READY)
    page.wait_for_function(f"Math.abs(({light})() - {before}) < 0.5")
    assert "shift" not in page.url
    page.wait_for_function(
        "scores => document.querySelector('#verdicts').innerText === scores",
        arg=scores,
        timeout=READY,
    )


def test_the_whole_of_a_wide_frame_is_seen_by_a_switch_and_by_its_link(
    browser: Any, app_url: str
) -> None:
    shown = "document.querySelector('#player .attention-player')?.player.view?.pack"
    with watched_page(browser) as page:
        page.goto(f"{app_url}?clip=handshake-0")
        whole = page.get_by_role("radio", name="whole frame")
        whole.wait_for(timeout=READY)
        assert "25 % of this frame is not seen" in page.inner_text("#player .seen")
        whole.check()
        page.wait_for_function(f"{shown}?.frame === 'whole'", timeout=READY)
        assert page.evaluate(f"{shown}.mapSize") == [7, 9]
        assert "all of this frame is seen" in page.inner_text("#player .seen")
        page.locator("#player .tile .energy").first.click()
        page.get_by_role("button", name="Show the strongest channels").click()
        page.wait_for_selector("#player .channels canvas", timeout=READY)
        assert page.locator("#player .channels tbody tr").count() == 8
        assert "over the 1280 channels" in page.inner_text("#player dialog")
        page.keyboard.press("Escape")
        page.locator("#player .other-maps summary").click()
        page.locator("#player .other-maps select").first.select_option("HiResCAM", timeout=READY)
        page.wait_for_selector("#player .not-used:text('HiResCAM')", timeout=READY)
        assert page.evaluate(f"{shown}.mapSize") == [7, 9]  # of the whole frame too
        page.get_by_role("button", name="Back to the paper's maps").click()
        assert page.locator("#player .not-used").is_hidden()
        assert "EnergyNet says nothing" in page.locator("#verdicts").text_content()
        assert json.loads(download(page, "json").read_text(encoding="utf-8"))["frame"] == "whole"
        page.wait_for_function("location.search.includes('clip=handshake-0&frame=whole')")
        page.goto(f"{page.url}&hide=0-1000-2000-5000-7000")
        page.wait_for_selector(
            "#verdicts :text('part of every frame was hidden')", state="attached", timeout=READY
        )
        assert page.evaluate(f"{shown}.frame") == "whole" and "&hide=0-1000" in page.url
        page.get_by_role("button", name="Hide nothing").click()
        page.get_by_role("radio", name="centre square").check()
        page.wait_for_function(f"{shown}?.frame === 'centre'", timeout=READY)
        page.wait_for_function("!location.search.includes('frame=whole')")


def test_a_broken_file_is_a_toast_and_the_page_goes_on(page: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\x00\x00\x00\x18ftypisom" + bytes(100))
    page.set_input_files("#upload input[type=file]", str(broken))
    toast = page.wait_for_selector(".toast-body.error, [data-testid=toast-body]", timeout=READY)
    assert "broken.mp4" in toast.inner_text()
    assert "Traceback" not in page.inner_text("body")
    assert page.locator("#player canvas").count() >= 5


def download(page: Any, kind: str) -> Path:
    with page.expect_download(timeout=60_000) as waiting:
        page.click(f"#export-{kind}")
    return Path(waiting.value.path())


def test_exports_hold_what_is_seen_and_its_owner_can_say_what_a_clip_shows(
    page: Any, lion_clip: Path
) -> None:
    upload(page, lion_clip)
    assert page.locator("#verdicts .mark").count() == 0
    page.click("#truth input")
    page.fill("#truth input", "")
    page.locator("#truth input").press_sequentially("cheetah")
    page.click("#truth [role=option]:has-text('cheetah')")
    page.wait_for_selector("#verdicts .mark.wrong", timeout=READY)
    assert "Truth: cheetah" in page.inner_text("#verdicts")
    page.get_by_role("radio", name="right or wrong").check()
    assert page.locator("#player .tile").count() == 3
    wide = png_size(download(page, "png"))
    page.get_by_role("radio", name="side by side").check()
    assert png_size(download(page, "png"))[0] > wide[0]  # all concepts instead of two
    everything = json.loads(download(page, "json").read_text(encoding="utf-8"))
    assert everything["frames"] == [0, 5, 10, 15, 20, 25]
    rows = list(csv.DictReader(io.StringIO(download(page, "csv").read_text(encoding="utf-8"))))
    lion = everything["concepts"].index("lion")
    energies = [float(row["energy"]) for row in rows if row["concept"] == "lion"]
    assert energies == pytest.approx([row[lion] for row in everything["energies"]], rel=1e-5)
    assert download(page, "png").read_bytes().startswith(b"\x89PNG")
    assert b"ftyp" in download(page, "mp4").read_bytes()[:32]


def png_size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def test_every_place_has_an_address_and_back_leads_there(
    page: Any, app_url: str, tmp_path: Path
) -> None:
    page.click("#samples button:has-text('Hug')")
    page.wait_for_function("location.search.includes('clip=hug-0')")
    page.click("button[role=tab]:has-text('Compare')")
    page.wait_for_selector("#whole-attention-right [data-pick]", timeout=READY)
    page.click("#whole-attention-right [data-pick] >> nth=0")
    page.wait_for_selector("#whole-cards article", timeout=READY)
    address, opened = page.url, page.inner_text("#whole-cards h3")
    assert "tab=compare" in address and "at=whole-attention-right" in address
    page.click("button[role=tab]:has-text('Data')")
    page.go_back()
    page.wait_for_selector("#compare-table", state="visible")
    page.go_back()
    page.go_back()
    page.go_back()
    page.wait_for_selector("#timing:has-text('lion.jpg')", timeout=READY)  # the sample before
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("#whole-cards article", timeout=READY)
    assert page.inner_text("#whole-cards h3") == opened
    page.goto(f"{app_url}?own=birthday.mp4&frame=whole")
    page.wait_for_selector("#status:has-text(\"made for 'birthday.mp4'\")", timeout=READY)
    upload(page, write_clip(tmp_path / "birthday.mp4", numbered_frames(5)))
    page.wait_for_function("/own=birthday.mp4&.*frame=whole/.test(location.search)", timeout=READY)


def test_choosing_a_model_is_one_look(page: Any) -> None:
    wait_until_quiet(page)  # what follows from the opened clip is asked
    asked: list[int] = []

    def note(request: Any) -> None:
        if "queue/join" in request.url:
            asked.append(request.post_data_json["fn_index"])

    page.on("request", note)
    page.click("#model input")
    page.click("#model [role=option]:has-text('Interactions')")
    page.wait_for_selector("#verdicts :text('learned energy')", timeout=READY)
    assert "4 concepts" in page.inner_text("#timing")
    assert len(set(asked)) == len(asked) >= 3, asked  # the list, the card, the look: each once
    wait_until_quiet(page)  # the address follows once things rest
    assert "clip=lion" in page.url  # still the sample, though this model does not know its truth


def test_another_model_looks_at_the_same_frames_of_a_sample(browser: Any, app_url: str) -> None:
    with watched_page(browser) as page:
        page.goto(f"{app_url}?clip=high_five-0")
        page.wait_for_selector("#timing:has-text('16 frames × 4')", timeout=READY)
        page.click("#model input")
        page.click("#model [role=option]:has-text('ImageNet photographs')")
        page.wait_for_selector("#timing:has-text('16 frames × 1000')", timeout=READY)
        page.wait_for_selector("#player input[placeholder='find among 1000']", timeout=READY)
        # the address leads back to this look, at a frame of it
        page.click("#player button[aria-label='next frame']")
        page.wait_for_function("/clip=high_five-0&model=imagenet&f=\\d+/.test(location.search)")
        here = page.inner_text("#player .where")
        page.goto(page.url)
        page.wait_for_selector("#timing:has-text('16 frames × 1000')", timeout=READY)
        page.wait_for_selector(f"#player .where:text-is('{here}')")
        assert page.input_value("#model input") == "ImageNet photographs"


def test_a_link_to_no_clip_says_so(browser: Any, app_url: str) -> None:
    with watched_page(browser) as page:
        page.goto(f"{app_url}?clip=nosuch")
        page.wait_for_selector("#status:has-text(\"no sample 'nosuch'\")", timeout=READY)


def test_an_address_of_what_is_gone_says_so(browser: Any, app_url: str) -> None:
    with watched_page(browser) as page:
        page.goto(f"{app_url}?clip=lion&model=gone")
        toast = page.wait_for_selector("[data-testid=toast-body]", timeout=READY)
        assert "no model 'gone' here any more; this is Lion" in toast.inner_text()
        for asked in ("tab=nosuch", "tab=compare&at=whole-attention-right~{"):
            page.goto(f"{app_url}?{asked}")
            page.wait_for_selector(".nowhere:has-text('no longer here')", timeout=READY)
        page.get_by_role("tab", name="Data", exact=True).click()
        page.wait_for_selector(".nowhere", state="hidden")
        page.goto(f"{app_url}?tab=train&run=nosuch")
        page.wait_for_selector("[data-testid=toast-body]:has-text('run nosuch is no longer here')")
        assert page.locator(".nowhere").is_hidden()


def test_a_link_opens_the_same_clip_and_frame(page: Any, app_url: str) -> None:
    page.goto(f"{app_url}?clip=earth&f=7")
    page.wait_for_selector("#timing:has-text('61 frames')", timeout=READY)
    page.wait_for_function(
        "document.querySelector('#player .attention-player').innerText.includes('7 / 61')"
    )


def test_compare_follows_the_clip_and_leads_back_to_its_frame(page: Any, lion_clip: Path) -> None:
    upload(page, lion_clip)
    page.click("button[role=tab]:has-text('Compare')")
    page.wait_for_selector("#compare-frames td[data-frame]")
    assert page.locator("#compare-frames tr").count() == 3
    assert "mean of all frames" in page.inner_text("#compare-table")
    assert page.locator("#trust-questions button").count() == 8
    assert (
        page.locator("#trust-answers figure").count() == 0
        and page.locator("#trust-csv").count() == 0
    )
    page.click("#trust-questions button:has-text('Drop the frames it counts on')")
    page.wait_for_selector("#trust-answers figure svg", timeout=READY)
    said = page.inner_text("#trust-answers article")
    assert "the Web CNN, 6 frames" in said and "of 10 random orders." in said
    assert page.locator("#trust-csv").is_visible() and page.locator("#trust-stop").is_hidden()
    assert violations(page) == []
    page.click("#compare-frames tr:nth-child(2) td[data-frame='4']")
    page.wait_for_function(
        "document.querySelector('#player .attention-player').innerText.includes('5 / 6')"
    )
    assert page.locator("#player").is_visible()


def test_a_cell_of_a_tuned_method_opens_the_tuned_cnns_maps(browser: Any, app_url: str) -> None:
    with watched_page(browser) as page:
        page.goto(f"{app_url}?clip=hug-0")
        page.wait_for_selector("#player canvas", timeout=READY)
        page.click("button[role=tab]:has-text('Compare')")
        page.click("#compare-frames tr:has-text('tuned vote') td[data-frame='2']")
        state = "document.querySelector('#player .attention-player').player.view.state"
        page.wait_for_function(f"{state}.side === 'tuned' && {state}.frame === 2")
        page.click("button[role=tab]:has-text('Compare')")
        page.click("#compare-frames tr:nth-child(1) td[data-frame='1']")
        page.wait_for_function(f"{state}.side === 'web' && {state}.frame === 1")


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some seconds of work: 160 frames to look at."""
    return write_clip(tmp_path_factory.mktemp("clip") / "long.mp4", numbered_frames(800))


def begin(page: Any, clip: Path) -> None:
    page.set_input_files("#upload input[type=file]", str(clip))
    page.wait_for_selector("#status progress[value]", timeout=READY)


def test_a_sample_chosen_while_a_clip_is_looked_at_stays(
    browser: Any, app_url: str, long_clip: Path
) -> None:
    with watched_page(browser) as page:
        page.goto(f"{app_url}?clip=lion")
        page.wait_for_selector("#player canvas", timeout=READY)
        begin(page, long_clip)
        page.click("#samples button:has-text('Hug')")
        page.wait_for_selector("#timing:has-text('hug_dev_000.mp4')", timeout=READY)
        wait_until_quiet(page)
        assert "hug_dev_000.mp4" in page.inner_text("#timing")
        assert page.input_value("#model input") == "Interactions, drawn"
        assert page.locator("#status progress").count() == 0


def test_a_look_is_stopped(page: Any, long_clip: Path) -> None:
    for _ in range(2):  # what it had on its way to the page then must not overtake the stop
        begin(page, long_clip)
        page.click("#stop")
        page.wait_for_selector("#status:has-text('Stopped')", timeout=READY)
        wait_until_quiet(page)
        assert "Stopped" in page.inner_text("#status") and "lion.jpg" in page.inner_text("#timing")


def test_the_latest_clip_of_ones_own_is_looked_at(
    page: Any, long_clip: Path, lion_clip: Path
) -> None:
    begin(page, long_clip)
    page.set_input_files("#upload input[type=file]", str(lion_clip))
    page.wait_for_selector(f"#timing:has-text('{lion_clip.name}')", timeout=READY)
    wait_until_quiet(page)
    assert lion_clip.name in page.inner_text("#timing") and not page.inner_text("#status").strip()


def test_a_clip_of_ones_own_is_seen_by_the_model_of_real_things(
    browser: Any, app_url: str, lion_clip: Path
) -> None:
    with watched_page(browser) as page:
        page.goto(app_url)
        page.wait_for_selector("#player canvas", timeout=READY)
        assert page.input_value("#model input") == "Interactions, drawn"
        page.set_input_files("#upload input[type=file]", str(lion_clip))
        page.wait_for_selector(f"#timing:has-text('{lion_clip.name}')", timeout=READY)
        line = page.locator("#verdicts .agreement")  # said in this line, it pushes nothing
        assert "seen by ImageNet photographs" in line.inner_text()
        assert page.locator("#verdicts .agreement ~ *").count() == 0
        assert page.input_value("#model input") == "ImageNet photographs"
        # the drawn model is still to be had for it
        page.click("#model input")
        page.click("#model [role=option]:has-text('Interactions')")
        page.wait_for_selector("#timing:has-text('6 frames × 4')", timeout=READY)


def test_the_page_speaks_the_language_that_was_chosen(browser: Any, app_url: str) -> None:
    context = browser.new_context(locale="en-GB")
    try:
        page = context.new_page()
        page.goto(f"{app_url}?clip=hug-0&lang=de")
        page.get_by_label("Modell", exact=True).wait_for(timeout=READY)
        page.wait_for_selector("#verdicts :text('Abstimmung')")
        assert cut_names(page) == []
        assert page.get_attribute("html", "lang") == "de"
        page.locator("#player .controls").wait_for()
        page.set_viewport_size({"width": 1024, "height": 768})
        page.wait_for_function("innerWidth === 1024")
        page.wait_for_timeout(50)  # the player draws itself anew
        fits(page, 768)
        page.get_by_label("Sprache").select_option("es")
        page.get_by_label("Modelo", exact=True).wait_for(timeout=READY)
        page.wait_for_selector("#verdicts :text('voto')")
        for width in (1440, 1024, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert cut_names(page) == [], width
        page.goto(app_url)  # kept, though the address no longer says it
        page.get_by_label("Modelo", exact=True).wait_for(timeout=READY)
    finally:
        context.close()


def test_bars_keep_their_colour_where_the_system_chooses_all_others(page: Any) -> None:
    page.emulate_media(forced_colors="active")
    for bar in ("#verdicts .bars .bar", "#verdicts .bars .bar i"):
        drawn = page.locator(bar).first.evaluate("bar => getComputedStyle(bar).forcedColorAdjust")
        assert drawn == "none", bar
    colours = page.evaluate(
        "[...document.querySelectorAll('#verdicts .bar')].slice(0, 1)"
        ".flatMap((bar) => [bar, bar.firstElementChild].map((e) => getComputedStyle(e).backgroundColor))"
    )
    assert len(set(colours)) == 2  # a bar is told from its track


def test_the_first_key_leads_past_all_that_is_chosen(page: Any) -> None:
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("skip => skip === document.activeElement")
    page.wait_for_function("document.querySelector('.skip').getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('#player') !== null")


def test_what_opens_in_the_player_shuts_nobody_out(browser: Any, app_url: str) -> None:
    """The dial, the finder, the numbers behind a tile, the maps and the presentation; light and dark."""

    def check(what: str, within: str = "#player") -> None:
        for theme, rules in (("light", WCAG), ("dark", CONTRAST)):
            dress(page, theme)
            assert violations(page, within, rules) == [], (what, theme)

    with watched_page(browser, 390, height=844) as page:
        page.goto(f"{app_url}?clip=handshake-0")
        page.wait_for_selector("#player .tile canvas", timeout=READY)
        page.add_style_tag(content="* { transition: none !important }")
        page.click("#player .dial summary")
        check("dial")
        page.click("#player .finder input")
        page.wait_for_selector("#player [role=option]")
        check("finder")
        page.keyboard.press("Escape")
        page.click("#player .other-maps summary")
        page.wait_for_selector("#player .other-maps select:enabled >> nth=1", timeout=READY)
        check("maps")
        page.click("#player .other-maps summary")
        page.click("#player .tile .energy >> nth=0")
        page.wait_for_selector("dialog[open]")
        check("numbers", "dialog[open]")
        page.keyboard.press("Escape")
        page.locator("#player").click(position={"x": 2, "y": 2})
        page.keyboard.press("p")
        page.wait_for_selector("#player .presenting")
        check("presentation")


def test_no_tab_scrolls_sideways_or_shuts_anybody_out(browser: Any, app_url: str) -> None:
    tabs = {
        "Heatmaps": "#player canvas",
        "Compare": "#compare-table",
        "Data": "#gap-energies .scatterlayer .trace",
        "Train": "#train-start",
        "Curves": "#figure5-plot .scatterlayer .trace",
        "Learn": "#lesson .stills img",
    }
    with watched_page(browser, 390, height=844) as page:
        page.goto(f"{app_url}?clip=earth&__theme=dark")
        page.wait_for_selector("#player canvas", timeout=READY)
        page.add_style_tag(content="* { transition: none !important }")  # no colour in between
        for tab, what in tabs.items():
            page.click(f"button[role=tab]:has-text('{tab}')")
            page.wait_for_selector(what, timeout=READY)
            for width in (390, 1440):
                page.set_viewport_size({"width": width, "height": 844})
                narrow = f"innerWidth === {width} && document.body.scrollWidth <= {width}"
                page.wait_for_function(narrow)  # figures follow the width
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                # the theme changes colours alone
                for theme, rules in (("light", WCAG), ("dark", CONTRAST)):
                    dress(page, theme)
                    assert violations(page, rules=rules) == [], (tab, width, theme)
            page.set_viewport_size({"width": 390, "height": 844})

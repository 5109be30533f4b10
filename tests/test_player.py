"""The heatmap player in a real browser: what it shows equals what numpy says."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import cv2
import gradio as gr
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from starlette.middleware import Middleware

from attention import pack
from attention.analysis import Analysis, Side, verdicts_of
from attention.gate.head import Head
from attention.pack import first_bytes, pack_bytes, save_pack
from attention.pictures.strip import LINES
from attention.probe.shift.registry import shifts
from attention.tabs.cards import SIGNS
from attention.tabs.languages import words_script
from attention.tabs.player import PLAYER, STYLES, dial_row, player, player_script, player_value

FOUR = ("lion", "cheetah", "<script>window.broken = 1</script>", "tower")
GREY = 100  # of every picture
HOT, MIDDLE = (253, 231, 37), (33, 145, 140)  # of viridis
STEPS = np.linspace(0, 0.999, 240).tolist()
ROOT = ".attention-player"


def windows(maps: np.ndarray, s: int) -> tuple[np.ndarray, np.ndarray]:
    """Eq. 2 the slow and obvious way: energies [N,C] and each one's first window, [N,C,2]."""
    sums = sliding_window_view(maps, (s, s), axis=(2, 3)).sum((-1, -2))
    flat = sums.reshape(*sums.shape[:2], -1)
    places = np.stack(np.unravel_index(flat.argmax(-1), sums.shape[2:]), -1)
    return flat.max(-1).astype(np.float32), places.astype(np.uint8)


def side_of(name: str, maps: np.ndarray, scores: np.ndarray, keep: bool = True) -> Side:
    energies, places = windows(maps, 3)
    return Side(name, scores.astype(np.float32), energies, places, maps if keep else None)


def plateau_and_peak(frames: int = 6) -> np.ndarray:
    """lion: nine cells of 1 that wander; cheetah: one cell of 5; the script: one of 8, last."""
    maps = np.zeros((frames, len(FOUR), 7, 7), np.float32)
    for frame in range(frames):
        column = frame % 5
        maps[frame, 0, 2:5, column : column + 3] = 1
        maps[frame, 1, 5, 1] = 5
    maps[-1, 2, 0, 6] = 8
    return maps


def analysis(maps: np.ndarray, concepts: tuple[str, ...] = FOUR, **changes: Any) -> Analysis:
    frames = len(maps)
    # every frame is cheetah to the CNN, the last one the tower
    scores = np.tile(np.linspace(0, -1, len(concepts)), (frames, 1))
    scores[:, 1] = 2
    scores[-1, len(concepts) - 1] = 3
    sides = changes.pop("sides", None) or (side_of("web", maps, scores),)
    grey = cv2.imencode(".jpg", np.full((180, 320, 3), GREY, np.uint8))[1].tobytes()
    fields: dict[str, Any] = {
        "clip": "savannah.mp4",
        "model": "imagenet",
        "concepts": concepts,
        "frames": tuple(range(0, 5 * frames, 5)),
        "seconds": tuple(0.2 * frame for frame in range(frames)),
        "map_size": tuple(maps.shape[2:]),
        "window": 3,
        "size": (320, 180),
        "sides": sides,
        "verdicts": verdicts_of(sides, concepts, 3),
        "truth": "lion",
        "pictures": (grey,) * frames,
    }
    return Analysis(**{**fields, **changes})


@pytest.fixture(scope="module")
def site() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A server on this machine whose files stand in a dictionary, and its address."""
    files: dict[str, bytes] = {}

    class Shelf(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path.split("?")[0])
            asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            ranged = body is not None and asked and "plain" not in self.path
            if body is not None and asked and ranged:
                body = body[int(asked[1]) : int(asked[2]) + 1]
            self.send_response(404 if body is None else 206 if ranged else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", files
    server.shutdown()
    server.server_close()


def scripts() -> str:
    return f"{words_script()}\n{player_script()}"


def style() -> str:
    return "\n".join(sheet.read_text() for sheet in STYLES)


@pytest.fixture
def stage(browser: Any, site: tuple[str, dict[str, bytes]]) -> Iterator[Callable[..., Any]]:
    """Opens a page whose player plays the given analysis; every page must stay without an error."""
    address, files = site
    contexts, complaints = [], []

    def open_page(
        shown: Analysis | bytes | None, width: int = 1440, dark: bool = False, query: str = ""
    ) -> Any:
        value = "null" if shown is None else '{pack: {url: "/a.pack"}}'
        files["/a.pack"] = pack_bytes(shown) if isinstance(shown, Analysis) else shown or b""
        root = f'document.querySelector("{ROOT}")'
        mount = f"AttentionPlayer.mount({root}, {{linked: true}}).open({value});"
        files["/"] = (
            "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'>"
            f"<link rel=icon href='data:,'><title>player</title>"
            f"<style>{style()}</style><script>{scripts()}</script>"
            f"<body class='{'dark' if dark else ''}' style='margin:12px'><input id=outside>"
            f"<div class=attention-player></div><script>{mount}</script>"
        ).encode()
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(f"{address}/{query}")
        if isinstance(shown, Analysis):
            page.wait_for_function(f"document.querySelector('{ROOT}').player.drawn >= 0")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in complaints if "status of 404" not in text] == []


def seek(page: Any, frame: int) -> None:
    page.evaluate(f"document.querySelector('{ROOT}').player.seek({frame})")
    drawn(page, frame)


def drawn(page: Any, frame: int) -> None:
    page.wait_for_function(f"document.querySelector('{ROOT}').player.drawn === {frame}")


def energies(page: Any) -> dict[int, str]:
    """What the tiles show, by concept, in their order."""
    read = "tiles => tiles.map(t => [t.dataset.concept, t.querySelector('.energy').innerText])"
    found = page.locator(".tile[data-concept]").evaluate_all(read)
    return {int(concept): text for concept, text in found}


def pixel(page: Any, concept: int, x: float, y: float) -> tuple[int, ...]:
    """The colour of a concept's tile at (x, y), both as shares of the square the CNN saw."""
    read = """(canvas, [x, y]) => {
        const left = (canvas.width - canvas.height) / 2;
        const at = [left + x * canvas.height, y * canvas.height].map(Math.floor);
        return [...canvas.getContext("2d").getImageData(...at, 1, 1).data.slice(0, 3)];
    }"""
    return tuple(page.locator(f".tile[data-concept='{concept}'] canvas").evaluate(read, [x, y]))


def bright(page: Any, concept: int, points: list[tuple[float, float]]) -> list[float]:
    """Which of STEPS, walked along `points`, show white."""
    read = """(canvas, points) => points.map(([x, y]) => {
        const left = (canvas.width - canvas.height) / 2;
        const at = [left + x * canvas.height, y * canvas.height].map(Math.floor);
        return Math.min(...canvas.getContext("2d").getImageData(...at, 1, 1).data);
    })"""
    tile = page.locator(f".tile[data-concept='{concept}'] canvas")
    found = tile.evaluate(read, [list(point) for point in points])
    return [at for at, low in zip(STEPS, found, strict=True) if low > 230]


def slide(page: Any, label: str, value: int) -> None:
    page.get_by_label(label, exact=True).evaluate(
        "(range, value) => { range.value = value; range.dispatchEvent(new Event('input')); }", value
    )


def near(colour: tuple[int, ...], expected: tuple[int, ...], off: int = 8) -> bool:
    return all(abs(a - b) <= off for a, b in zip(colour, expected, strict=True))


def test_energies_are_those_of_numpy_in_every_frame_and_window(stage: Any) -> None:
    rng = np.random.default_rng(0)
    maps = rng.gamma(0.6, size=(5, 4, 7, 7)).astype(np.float32)
    page = stage(analysis(maps))
    for s, frame in product((3, 1, 2, 7), range(5)):
        slide(page, "Window s", s)
        seek(page, frame)
        expected = windows(maps, s)[0][frame]
        shown = energies(page)
        assert set(shown) == {0, 1, 2, 3}
        for concept, text in shown.items():
            assert float(text) == pytest.approx(expected[concept], abs=0.006), (s, frame, concept)


def test_the_window_slider_moves_the_verdict(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    verdict = page.locator(".finding")
    # nine cells of 1 are 9, a cell of 5 is 5; with one cell a window, 1 against 5
    assert verdict.inner_text() == (
        "attention with 3×3 windows: lion, mean energy 9.00, 4.00 above cheetah. ✓ right"
    )
    slide(page, "Window s", 1)
    assert verdict.inner_text() == (
        "attention with 1×1 windows: cheetah, mean energy 5.00, 3.67 above "
        "<script>window.broken = 1</script> (3×3: lion). ✗ wrong"
    )
    assert energies(page)[0] == "1.00"
    slide(page, "Window s", 2)
    assert energies(page)[0] == "4.00"
    assert verdict.inner_text().startswith("attention with 2×2 windows: cheetah, mean energy 5.00")


def test_hot_cells_colour_their_own_place_of_the_picture(stage: Any) -> None:
    maps = np.zeros((1, 4, 7, 7), np.float32)
    maps[0, 0, 1:3, 4:6] = 4
    maps[0, 1, 5:7, 1:3] = 2
    page = stage(analysis(maps))
    slide(page, "Opacity", 100)
    assert near(pixel(page, 0, 5 / 7, 2 / 7), HOT)
    for x, y in ((3.5, 2), (6.5, 2), (5, 0.3), (5, 3.6)):
        assert near(pixel(page, 0, x / 7, y / 7), (GREY, GREY, GREY))  # zeros hide nothing
    # half the height of the highest map: the middle of the shared scale …
    assert near(pixel(page, 1, 2 / 7, 6 / 7), MIDDLE)
    page.get_by_role("radio", name="own").check()
    # … and the top of its own
    assert near(pixel(page, 1, 2 / 7, 6 / 7), HOT)
    assert "heights can no longer be compared" in page.locator(".hints").inner_text()
    # beside the square the CNN saw the picture is darkened; without opacity it is the picture
    assert near(pixel(page, 0, -0.2, 0.5), (38, 38, 38))
    slide(page, "Opacity", 0)
    assert near(pixel(page, 0, 0.9, 0.9), (GREY, GREY, GREY))


def test_maps_of_whole_frames_lie_over_all_of_the_frame(stage: Any) -> None:
    maps = np.zeros((1, 4, 7, 12), np.float32)
    maps[0, 0, 2:5, 0:3] = maps[0, 1, 2:5, 9:12] = 4

    def at(column: float) -> float:  # as a share of the square, which is 180 of 320 pixels
        return (320 * column / 12 - 70) / 180

    page = stage(analysis(maps, frame="whole"))
    slide(page, "Opacity", 100)
    for concept, hot, cold in ((0, 1.5, 11.5), (1, 10.5, 0.5)):
        assert near(pixel(page, concept, at(hot), 0.5), HOT)
        assert near(pixel(page, concept, at(cold), 0.5), (GREY, GREY, GREY))  # not darkened
    slide(page, "Opacity", 0)
    edges = bright(page, 1, [(at(8 + 2 * step), 0.5) for step in STEPS])
    assert edges and [8 + 2 * edge for edge in edges] == pytest.approx([9] * len(edges), abs=0.2)
    assert page.locator(".seen").inner_text().endswith("all of this frame is seen")
    assert hidden_where_it_looks(page) == pytest.approx([0, 2 / 7, 3 / 12, 5 / 7])
    page = stage(analysis(maps[:, :, :, :7]))
    assert page.locator(".seen").inner_text().endswith("44 % of this frame is not seen")
    ends = [(70 + 180 * column / 7) / 320 for column in (0, 3)]
    assert hidden_where_it_looks(page) == pytest.approx([ends[0], 2 / 7, ends[1], 5 / 7])


def hidden_where_it_looks(page: Any) -> list[float]:
    """The box that hides attention's window in the first frame."""
    return page.evaluate(  # type: ignore[no-any-return]
        f"""() => {{
            const {{player}} = document.querySelector("{ROOT}");
            const hide = new AttentionPlayer.Hide(player, () => {{}});
            const buttons = [...hide.root.querySelectorAll("button")];
            buttons.find((one) => one.textContent.includes("looks")).click();
            return Object.values(hide.asked.places)[0];
        }}"""
    )


def test_the_map_between_two_cells_is_bilinear(stage: Any) -> None:
    maps = np.zeros((1, 4, 2, 2), np.float32)
    maps[0, 0] = [[0, 1], [0, 1]]
    scores = np.zeros((1, 4), np.float32)
    sides = (Side("web", scores, maps.sum((2, 3)), np.zeros((1, 4, 2), np.uint8), maps),)
    page = stage(analysis(maps, sides=sides, window=2))
    slide(page, "Opacity", 100)
    # halfway between the two centres half the height; beyond a centre, that cell's own height
    assert near(pixel(page, 0, 0.5, 0.5), MIDDLE)
    assert near(pixel(page, 0, 0.15, 0.5), (GREY, GREY, GREY))
    assert near(pixel(page, 0, 0.85, 0.5), HOT)


def test_the_window_is_drawn_where_the_energy_comes_from(stage: Any) -> None:
    maps = plateau_and_peak()
    page = stage(analysis(maps))
    slide(page, "Opacity", 0)
    for frame in (0, 3):
        seek(page, frame)
        row, col = windows(maps, 3)[1][frame, 0]
        assert (row, col) == (2, frame)
        middle = (row + 1.5) / 7, (col + 1.5) / 7
        across = bright(page, 0, [(at, middle[0]) for at in STEPS])
        down = bright(page, 0, [(middle[1], at) for at in STEPS])
        # the line lies just inside the window's edge
        assert (min(across), max(across)) == pytest.approx((col / 7, (col + 3) / 7), abs=0.03)
        assert (min(down), max(down)) == pytest.approx((row / 7, (row + 3) / 7), abs=0.03)
        assert near(pixel(page, 0, middle[1], middle[0]), (GREY, GREY, GREY))
    label = page.locator(".tile[data-concept='0'] canvas").get_attribute("aria-label")
    assert label.endswith("energy 9.00, window at row 3, column 4")
    equation = page.locator(".tile[data-concept='0'] .energy").get_attribute("title")
    assert "= 1.00 + 1.00 + 1.00 + 1.00 + 1.00 + 1.00 + 1.00 + 1.00 + 1.00 = 9.00" in equation


ASKING = """async () => {
    const root = document.querySelector(".attention-player");
    window.asked = [];
    const ask = (request) => asked.push(request);
    AttentionPlayer.mount(root, { dial: [], ask });
    await root.player.open({ pack: { url: "/a.pack" } });
}"""


def test_other_maps_take_the_place_of_the_papers_and_give_it_back(stage: Any, site: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    page.evaluate(ASKING)

    def tell(value: str) -> None:
        page.evaluate(
            f"document.querySelector('{ROOT}').player.open({{pack: {{url: '/a.pack'}}, {value}}})"
        )

    verdict, before = page.inner_text(".finding"), energies(page)
    page.locator(".other-maps summary").click()
    page.wait_for_function("asked.length")  # the browser says a moment later that it is open
    assert page.evaluate("asked.pop()") == {"maps": {"open": True, "side": "web"}}
    tell("""map_choices: {methods: [{name: "Grad-CAM", hint: "a"}, {name: "LayerCAM", hint: "b"}],
        layers: [{name: "early", size: [14, 14]}]}""")
    page.get_by_label("Layer").select_option("early")
    page.get_by_label("Method").select_option("LayerCAM")
    wanted = {"method": "LayerCAM", "layer": "early", "side": "web", "concepts": [0, 1, 2, 3]}
    assert page.evaluate("asked.pop()") == {"maps": wanted}
    assert energies(page) == before and page.locator(".not-used").is_hidden()  # until they are here
    cells = np.zeros((4, 6, 14, 14), "<u2")
    cells[1, :, 10:13, 11:14] = 1000  # cheetah: 9 cells of 2 in every frame
    cells[0, 0, 0, 0] = 65535  # lion: one of 131.07 in the first
    site[1]["/m"] = cells.tobytes()
    tell(f"""other_maps: {{file: {{url: "/m", size: {cells.nbytes}}}, method: "LayerCAM", layer: "early",
        side: "web", concepts: [0, 1, 2, 3], map_size: [14, 14], unit: 0.002, computed: 6}}""")
    page.wait_for_selector(".not-used")
    assert "LayerCAM at early. Not what the methods use" in page.inner_text(".not-used")
    assert "exports keep the paper's maps" in page.inner_text(".not-used")
    seek(page, 0)
    assert energies(page) == {0: "131.07", 1: "18.00", 2: "0.00", 3: "0.00"}
    label = page.locator(".tile[data-concept='1'] canvas").get_attribute("aria-label")
    assert label.endswith("energy 18.00, window at row 11, column 12")
    assert "not what the methods use: highest of those shown" in page.inner_text(".finding")
    slide(page, "Window s", 14)
    assert energies(page)[1] == "18.00"
    page.evaluate("asked.length = 0")
    page.locator(".chip[data-concept='2'] .toggle").click()
    assert page.evaluate("asked") == []  # its maps are here
    page.get_by_role("button", name="Back to the paper's maps").click()
    slide(page, "Window s", 3)
    assert page.locator(".not-used").is_hidden() and page.inner_text(".finding") == verdict
    assert page.evaluate("asked") == []


def test_a_stopped_look_leaves_the_switch_at_what_is_seen(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    page.evaluate(ASKING)
    page.get_by_role("radio", name="whole frame").check()
    assert page.evaluate("asked") == [{"frame": "whole"}]
    page.evaluate(
        f"document.querySelector('{ROOT}').player.open({{pack: {{url: '/a.pack'}}, stopped: true}})"
    )
    assert page.get_by_role("radio", name="centre square").is_checked()


def test_keys(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    for key, frame in (
        ("ArrowRight", 1),
        ("ArrowRight", 2),
        ("ArrowLeft", 1),
        ("End", 5),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        drawn(page, frame)
    page.keyboard.press("2")
    assert set(energies(page)) == {0, 2, 3}
    assert page.locator(".chip[data-concept='1'] .toggle").get_attribute("aria-pressed") == "false"
    page.keyboard.press("2")
    assert set(energies(page)) == {0, 1, 2, 3}
    page.focus("#outside")  # an input has its own use for keys
    page.keyboard.press("End")
    page.keyboard.press("1")
    assert page.input_value("#outside") == "1"
    assert set(energies(page)) == {0, 1, 2, 3}
    page.focus("input[aria-label=frame]")
    page.keyboard.press("ArrowRight")
    drawn(page, 1)
    spoken = page.get_attribute("input[aria-label=frame]", "aria-valuetext")
    assert spoken == "frame 2 of 6, 0.20 s"


def test_presentation_is_one_key_and_shows_what_the_two_say(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak(), truth="tower"))
    page.keyboard.press("p")
    page.locator(f"{ROOT}.presenting").wait_for()
    assert list(energies(page)) == [0, 1]  # attention says lion, the vote cheetah
    boxes = page.locator(".tile").evaluate_all("tiles => tiles.map(tile => tile.offsetWidth)")
    assert min(boxes) > 600
    assert not page.locator(".controls").is_visible()
    page.keyboard.press("3")
    assert len(energies(page)) == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.locator(".controls").wait_for()
    assert len(energies(page)) == 4 and "present" not in page.evaluate("location.search")


def test_presentation_says_whose_choice_each_tile_is(stage: Any) -> None:
    maps = plateau_and_peak()
    page = stage(analysis(maps, truth=None))
    badges = page.locator(".tile .badge")
    assert badges.count() == 0
    page.keyboard.press("p")
    page.locator(f"{ROOT}.presenting").wait_for()
    assert list(energies(page)) == [0, 1] and badges.all_inner_texts() == ["attention", "vote"]
    page.keyboard.press("3")  # nobody's choice
    assert list(energies(page)) == [2] and badges.count() == 0
    page.keyboard.press("Escape")
    assert badges.count() == 0
    same = np.tile([2.0, 0, 0, 0], (6, 1))
    page = stage(analysis(maps, sides=(side_of("web", maps, same),), truth=None))
    page.keyboard.press("p")
    assert badges_of(page) == ["vote and attention"]
    page = stage(analysis(maps, truth="cheetah"))
    page.keyboard.press("p")
    assert badges_of(page) == ["attention", "✓ truth"]


def badges_of(page: Any) -> list[str]:
    page.locator(f"{ROOT}.presenting").wait_for()
    return page.locator(".tile .badge").all_inner_texts()  # type: ignore[no-any-return]


def test_it_plays_once_by_itself_save_for_who_wants_no_motion(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    root = f"document.querySelector('{ROOT}')"
    page.evaluate(f"{root}.player.open({{pack: {{url: '/a.pack?again'}}, play: true}})")
    page.get_by_label("pause", exact=True).wait_for()
    page.get_by_label("play", exact=True).wait_for()
    page.keyboard.press("Space")
    page.emulate_media(reduced_motion="reduce")
    page.get_by_label("play", exact=True).wait_for()  # it stops at once
    assert page.evaluate(f"{root}.player.drawn") < 5


def test_it_plays_to_the_end_and_can_be_paused(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    page.evaluate(
        f"window.seen = []; document.querySelector('{ROOT}')"
        ".addEventListener('attention:frame', (event) => seen.push(event.detail.index))"
    )
    page.keyboard.press("Space")
    page.get_by_label("pause", exact=True).wait_for()
    page.get_by_label("play", exact=True).wait_for()
    drawn(page, 5)
    seen = page.evaluate("seen")
    assert seen == sorted(seen) and seen[-1] == 5
    page.keyboard.press("Space")  # from the start again …
    page.keyboard.press("Space")  # … and at rest
    assert page.get_by_label("play", exact=True).count() == 1
    assert page.evaluate(f"document.querySelector('{ROOT}').player.drawn") < 5


def test_a_click_on_the_timeline_jumps_and_a_drag_follows(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    box = page.locator(".timeline").bounding_box()
    place = f"frame => document.querySelector('{ROOT}').player.timeline.x(frame)"
    at = {frame: box["x"] + page.evaluate(place, frame) for frame in (1, 3, 4)}
    y = box["y"] + 60
    page.mouse.click(at[3] + 4, y)
    drawn(page, 3)
    page.mouse.move(at[3], y)
    page.mouse.down()
    page.mouse.move(at[1], y, steps=4)
    drawn(page, 1)
    page.mouse.up()
    page.mouse.move(at[4], y)
    drawn(page, 1)
    tip = page.locator(".tip").inner_text().replace("\n", " ")
    assert re.search(r"0\.80 s · frame 5 .*lion 9\.00 .*CNN votes cheetah", tip)


def test_any_of_a_thousand_concepts_is_found(stage: Any) -> None:
    concepts = tuple(f"concept {number}" for number in range(1000))
    maps = np.zeros((2, 1000, 7, 7), np.float32)
    maps[:, :, 0, 0] = np.linspace(1, 2, 1000)
    page = stage(analysis(maps, concepts, truth=None))
    box = page.get_by_role("combobox", name="find a concept")
    box.click()
    options = page.locator(".popup [role=option]")
    assert options.first.inner_text().split("\n") == ["concept 999", "#1 · 2.00"]
    box.press_sequentially("concept 79")
    assert [options.nth(place).inner_text().split("\n")[0] for place in (0, 1)] == [
        "concept 79",
        "concept 799",
    ]  # the very name first, then by mean energy
    box.fill("cept 123")
    assert options.count() == 1
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    box.press("Enter")
    assert 123 in energies(page)
    assert box.get_attribute("aria-expanded") == "false"
    page.get_by_role("button", name="remove concept 123").click()
    assert 123 not in energies(page)
    # eight fit, and nothing below moves for them; the ninth is refused in words
    controls = page.locator(".controls").bounding_box()
    page.evaluate(f"document.querySelector('{ROOT}').player.show([0, 1, 2, 3, 4, 5, 6, 7])")
    box.fill("concept 500")
    box.press("Enter")
    assert "remove one first" in page.locator(".popup .more").inner_text()
    assert len(energies(page)) == 8
    assert page.locator(".controls").bounding_box() == controls


def test_a_concept_has_one_colour_and_one_sign_everywhere() -> None:
    lines = (PLAYER / "colours.js").read_text(encoding="utf-8")
    drawn = re.findall(r'light: "(#\w+)", dark: "(#\w+)"', lines)
    style = (PLAYER.parent / "page" / "page.css").read_text(encoding="utf-8")
    page = re.findall(
        r'\.c(\d) \{ --line: (#\w+); --sign: "(.)"; \} \.dark \.c\1 \{ --line: (#\w+)', style
    )
    assert [(light, dark) for _, light, _, dark in page] == drawn
    assert "".join(sign for _, _, sign, _ in page) == SIGNS
    assert [colour for colour, _ in LINES] == [light for light, _ in drawn]
    for light, dark in drawn:  # read as text on the page's grounds
        assert contrast(light, "#f8fafc") >= 4.5 and contrast(dark, "#0f172a") >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two colours."""
    lights = []
    for colour in (one, other):
        shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
        lights.append(float(np.dot((0.2126, 0.7152, 0.0722), linear)) + 0.05)
    return max(lights) / min(lights)


def test_nothing_is_fetched_once_the_pack_is_there(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for key in ("ArrowRight", "End", "1", "1"):
        page.keyboard.press(key)
    for label, value in (("Opacity", 80), ("Window s", 4)):
        slide(page, label, value)
    for name in ("cividis", "magma", "turbo", "jet"):
        page.get_by_label("Colours").select_option(name)
    page.get_by_role("radio", name="own").check()
    page.get_by_role("radio", name="right or wrong").check()
    page.mouse.wheel(0, 300)
    drawn(page, 5)
    assert asked == []


WIDE = tuple(f"concept {number}" for number in range(30))


@pytest.fixture
def wide(
    stage: Any, site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Any]:
    """Opens thirty concepts of which the browser has fetched the first alone; and what it fetched since."""
    monkeypatch.setattr(pack, "SMALL", 0)
    shown = analysis(wide_maps(), WIDE, truth=None)

    def open_at(url: str) -> Any:
        page = stage(None)
        data = pack_bytes(shown)
        site[1][url] = data
        (path := tmp_path / "wide.pack").write_bytes(data)
        first = first_bytes(path)
        assert first < 0.6 * len(data)
        page.asked = []
        page.on("request", lambda r: page.asked.append(r.headers.get("range")))
        value = {"pack": {"url": url, "size": len(data)}, "first": first}
        page.evaluate(f"value => document.querySelector('{ROOT}').player.open(value)", value)
        page.wait_for_function(f"document.querySelector('{ROOT}').player.drawn >= 0")
        assert page.asked == [f"bytes=0-{first - 1}"]
        return page

    return open_at


def wide_maps() -> np.ndarray:
    return np.random.default_rng(1).gamma(0.6, size=(4, 30, 7, 7)).astype(np.float32)


def choose(page: Any, name: str) -> None:
    box = page.get_by_role("combobox", name="find a concept")
    box.fill(name)
    box.press("Enter")


@pytest.mark.parametrize("url", ["/wide.pack", "/plain.pack"], ids=["ranges", "no ranges"])
def test_the_maps_of_a_concept_come_when_it_is_chosen(wide: Any, url: str) -> None:
    page, maps = wide(url), wide_maps()
    rare = int(maps.mean((0, 2, 3)).argmin())
    assert rare not in energies(page)
    choose(page, WIDE[rare])
    page.locator(f".tile[data-concept='{rare}']").wait_for()
    assert len(page.asked) == 2
    frame = page.evaluate(f"document.querySelector('{ROOT}').player.drawn")
    title = page.locator(f".tile[data-concept='{rare}'] .energy").get_attribute("title")
    row, col = windows(maps, 3)[1][frame, rare]
    cells = maps[frame, rare, row : row + 3, col : col + 3].ravel()
    assert " + ".join(f"{cell:.2f}" for cell in cells) in title  # these very maps
    # once here they are kept
    page.get_by_role("button", name=f"remove {WIDE[rare]}", exact=True).click()
    choose(page, WIDE[rare])
    page.locator(f".tile[data-concept='{rare}']").wait_for()
    assert len(page.asked) == 2


def test_another_window_has_all_maps_fetched_at_once(wide: Any) -> None:
    page, maps = wide("/wide.pack"), wide_maps()
    slide(page, "Window s", 2)
    means = windows(maps, 2)[0].mean(0)
    best = int(means.argmax())
    said = f"attention with 2×2 windows: {WIDE[best]}, mean energy {means[best]:.2f}"
    page.locator(f".finding:has-text('{said}')").wait_for()
    assert len(page.asked) == 2
    slide(page, "Window s", 4)
    choose(page, WIDE[int(means.argmin())])
    page.locator(f".tile[data-concept='{int(means.argmin())}']").wait_for()
    assert len(page.asked) == 2


GONE = "could not be fetched: this look is no longer on the server. Look at the clip again."
SILENT = "could not be fetched: the server does not answer. Try again."


@pytest.mark.parametrize("says", [GONE, SILENT], ids=["gone", "silent"])
def test_maps_that_cannot_be_fetched_are_a_sentence_and_the_rest_works(
    wide: Any, site: Any, says: str
) -> None:
    page, maps = wide("/wide.pack"), wide_maps()
    before = energies(page)
    rare = int(maps.mean((0, 2, 3)).argmin())
    if says == GONE:
        del site[1]["/wide.pack"]
    else:
        page.evaluate(
            "() => { window.honest = fetch; fetch = () => Promise.reject(new TypeError()); }"
        )
    choose(page, WIDE[rare])
    page.locator(f".trouble:has-text('The maps of {WIDE[rare]} {says}')").wait_for()
    assert energies(page) == before
    assert page.locator(f".chip[data-concept='{rare}']").count() == 0
    slide(page, "Window s", 2)
    page.locator(f".trouble:has-text('The maps of the other concepts {says}')").wait_for()
    assert page.get_by_label("Window s", exact=True).input_value() == "3"
    assert energies(page) == before
    seek(page, 3)
    if says == SILENT:  # it answers again
        page.evaluate("() => { fetch = window.honest; }")
        choose(page, WIDE[rare])
        page.locator(f".tile[data-concept='{rare}']").wait_for()
        assert not page.locator(".trouble").inner_text()


def test_truth_and_wrong_choice_are_told_apart_without_colour(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    truth, wrong = page.locator(".tile.truth"), page.locator(".tile.wrong")
    assert truth.get_attribute("data-concept") == "0"
    assert wrong.get_attribute("data-concept") == "1"
    assert truth.locator(".badge").inner_text() == "✓ truth"
    assert wrong.locator(".badge").inner_text() == "✗ vote"
    style = "tile => getComputedStyle(tile).borderTopStyle"
    assert (truth.evaluate(style), wrong.evaluate(style)) == ("solid", "dashed")
    hints = page.locator(".hints")  # the paper's names, for who cannot rest a pointer
    assert "the paper's Figure 2" in hints.inner_text()
    page.get_by_role("radio", name="right or wrong").check()
    assert list(energies(page)) == [0, 1]
    assert "the paper's Figure 6" in hints.inner_text()
    assert "the paper's UnAtt" in hints.inner_text() and "Eqs. 2 and 3" in hints.inner_text()


@pytest.mark.parametrize(
    ("truth", "reason"), [(None, "true concept is not known"), ("cheetah", "CNN is right here")]
)
def test_figure_6_says_why_it_is_not_there(stage: Any, truth: str | None, reason: str) -> None:
    page = stage(analysis(plateau_and_peak(), truth=truth), query="?v=6")
    assert page.get_by_role("radio", name="right or wrong").is_disabled()
    assert reason in page.locator(".hints").inner_text()
    side_by_side = page.get_by_role("radio", name="side by side")
    assert "the paper's Figure 2" in side_by_side.get_attribute("title")
    assert len(energies(page)) == 4
    assert page.locator(".tile.wrong").count() == 0


def test_the_timeline_writes_round_times_where_they_stand_and_names_the_votes(stage: Any) -> None:
    maps = plateau_and_peak()
    page = stage(analysis(maps, seconds=(5.0, 5.3, 5.9, 6.5, 7.4, 8.1)), query="?c=cheetah,lion")
    written = """() => {
      const said = [], pen = CanvasRenderingContext2D.prototype, fillText = pen.fillText;
      pen.fillText = function (text, x, y) { said.push([text, x, y]); fillText.call(this, text, x, y); };
      const { timeline } = document.querySelector(".attention-player").player;
      timeline.draw();
      pen.fillText = fillText;
      return [said, timeline.x(0), timeline.x(5)];
    }"""
    said, first, last = page.evaluate(written)
    times = {text: x for text, x, _ in said if text.endswith(" s")}
    assert list(times)[:4] == ["0 s", "0.2 s", "0.4 s", "0.6 s"]  # few of them are a frame's
    for text, x in times.items():
        assert x == pytest.approx(first + (last - first) * float(text[:-2]) / 3.1, abs=0.01)
    # the last frame's vote has no line of its own: it is named
    assert [x for text, x, _ in said if text == "tower"] == [pytest.approx(last)]


def test_figure_6_is_only_said_to_be_shown_where_it_is(stage: Any) -> None:
    maps = plateau_and_peak()
    right, wrong = np.tile([2.0, 0, 0, 0], (6, 1)), np.tile([0, 2.0, 0, 0], (6, 1))
    page = stage(analysis(maps, sides=(side_of("web", maps, wrong), side_of("tuned", maps, right))))
    page.get_by_role("radio", name="right or wrong").check()
    assert list(energies(page)) == [0, 1]
    page.get_by_role("radio", name="tuned").check()  # which is right: there is no Figure 6
    assert page.get_by_role("radio", name="side by side").is_checked()
    assert len(energies(page)) == 4
    page.keyboard.press("End")  # the radio that has the focus keeps only its arrows and space
    drawn(page, 5)


def test_no_concept_shown_is_a_state_too(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()), query="?c=")
    assert energies(page) == {}
    written = """() => {
      const said = [], pen = CanvasRenderingContext2D.prototype, fillText = pen.fillText;
      pen.fillText = (text) => said.push(text);
      document.querySelector(".attention-player").player.timeline.draw();
      pen.fillText = fillText;
      return said;
    }"""
    said = page.evaluate(written)
    assert "0 s" in said and not {"0", "1", "1e-9"} & set(said)


def test_a_tall_picture_keeps_its_shape_and_its_numbers(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak(), size=(60, 2000)))
    tile = page.locator(".tile").nth(1)
    box, picture = tile.bounding_box(), tile.locator("canvas").bounding_box()
    assert box["width"] >= 104 and picture["width"] / picture["height"] == pytest.approx(
        0.03, rel=0.1
    )
    assert tile.locator(".energy").bounding_box()["x"] < box["x"] + box["width"]


def test_names_are_text(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak(), clip="<img src=x onerror='window.broken=1'>.mp4"))
    assert page.locator(".tile[data-concept='2'] .name").inner_text() == FOUR[2]
    assert page.locator(f"{ROOT} script, {ROOT} img").count() == 0
    assert page.evaluate("window.broken") is None


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_needs_no_sideways_scroll(stage: Any, dark: bool) -> None:
    page = stage(analysis(plateau_and_peak()), width=390, dark=dark)
    page.locator("summary").click()
    right = "nodes => Math.max(...nodes.map(node => node.getBoundingClientRect().right))"
    parts = page.locator(f"{ROOT} *:not(table *, option, .chips *)")  # these scroll within
    assert parts.evaluate_all(right) <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tops = page.locator(".tile").evaluate_all("tiles => tiles.map(tile => tile.offsetTop)")
    assert len(set(tops)) == 2  # five tiles, three a row
    short = (
        "nodes => nodes.filter(n => n.offsetParent && n.offsetHeight < 40).map(n => n.outerHTML)"
    )
    assert page.locator(f"{ROOT} :is(button, select, input, summary)").evaluate_all(short) == []
    ink, ground = page.locator(ROOT).evaluate(
        "root => ['--ink', '--ground'].map(name => getComputedStyle(root).getPropertyValue(name))"
    )
    assert (ink > ground) is dark  # a light ink on a dark ground, or the other way round


def test_nothing_moves_with_the_frame(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    boxes = "nodes => nodes.map(node => JSON.stringify(node.getBoundingClientRect()))"
    parts = page.locator(
        ".tile, .picture, .track, .transport *, .timeline *, .finding, .control, .foot"
    )
    seek(page, 1)
    before = parts.evaluate_all(boxes)
    seek(page, 5)
    assert parts.evaluate_all(boxes) == before


def test_the_address_keeps_what_is_shown(stage: Any) -> None:
    shown = analysis(plateau_and_peak())
    page = stage(shown, query="?clip=savannah&f=3&c=tower,-lion,2&s=5&o=60&m=magma&sc=own")
    state = page.evaluate(f"document.querySelector('{ROOT}').player.view.state")
    assert state == {
        **{"frame": 2, "shown": [3, 0, 2], "off": [0], "s": 5, "opacity": 60, "map": "magma"},
        **{"scale": "own", "view": "2", "side": "web"},
    }
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('f=4')")
    query = page.evaluate("location.search")
    rest = "&s=5&o=60&m=magma&sc=own"
    assert query == "?clip=savannah&f=4&c=tower,-lion," + quote_plus(FOUR[2]) + rest
    again = stage(shown, query=query)
    kept = again.evaluate(f"document.querySelector('{ROOT}').player.view.state")
    assert kept == {**state, "frame": 3}
    # the clip itself stands in the address too, where the page names it
    value = "{pack: {url: '/a.pack'}, link: {clip: 'veldt', model: null}}"
    again.evaluate(f"document.querySelector('{ROOT}').player.open({value})")
    again.wait_for_function("location.search.startsWith('?clip=veldt&f=4')")
    # what makes no sense is left alone
    odd = stage(shown, query="?f=99&c=nobody&s=0&o=x&m=pink&side=tuned")
    assert odd.locator(".where").inner_text() == "1 / 6 · 0.00 s"


def test_a_change_is_kept_in_the_address_and_nonsense_is_left_out(stage: Any) -> None:
    page = stage(None)
    there = """change => {
        const query = new URLSearchParams("f=3&shift=old-1");
        AttentionPlayer.writeChange(query, change);
        return query.toString();
    }"""
    brush = 60 * "0" + "f00f"
    back = "search => AttentionPlayer.readChange(new URLSearchParams(search))"
    places = {"5": [0.125, 0, 0.5, 1], "40": [0.2, 0.25, 0.6, 0.75]}
    change = {
        "shift": {"motion blur": 0.8613, "noise": 0.01},
        "hide": {"places": places, "only": True, "brush": brush},
    }
    written = page.evaluate(there, change)
    assert written == (
        "f=3&shift=motion+blur-0.8613_noise-0.01"
        f"&hide=only_5-1250-0-5000-10000_40-2000-2500-6000-7500&brush={brush}"
    )
    assert page.evaluate(back, written) == change
    assert page.evaluate(there, {}) == "f=3"
    beyond = {"hide": {"places": {"5": [-0.5, 0.5, 0.5, 1.5]}, "only": False}}
    assert page.evaluate(there, beyond) == "f=3&hide=5-0-5000-5000-10000"
    empty = f"hide=5-0-0-9-9&brush={64 * '0'}"
    assert page.evaluate(back, empty) == {
        "hide": {"places": {"5": [0, 0, 9e-4, 9e-4]}, "only": False}
    }
    broken = "shift=blur_-3_noise-x_blur-0&hide=5-1-2-3_6-5000-0-1000-9_x-0-0-9-9_7-0-0-9-99999"
    assert page.evaluate(back, broken) == {}


def test_a_clip_opens_where_the_energy_is_highest(stage: Any) -> None:
    maps = plateau_and_peak()
    maps[3, 0] *= 2  # of lion, which UnAtt names
    maps[4, 1] *= 3  # cheetah's 15 there are more than cheetah's mean, and fewer than lion's 18
    page = stage(analysis(maps))
    assert page.locator(".where").inner_text() == "4 / 6 · 0.60 s"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search === '?f=5'")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("location.search === ''")  # where it opens by itself
    assert stage(analysis(maps), query="?f=1").locator(".where").inner_text() == "1 / 6 · 0.00 s"


def test_a_window_is_not_carried_onto_smaller_maps(stage: Any, site: Any) -> None:
    large = np.random.default_rng(0).random((6, len(FOUR), 14, 14), np.float32)
    page = stage(analysis(large), query="?s=10")
    assert page.get_by_label("Window s", exact=True).input_value() == "10"
    site[1]["/b.pack"] = pack_bytes(analysis(plateau_and_peak()))
    page.evaluate(f"document.querySelector('{ROOT}').player.open({{pack: {{url: '/b.pack'}}}})")
    page.wait_for_function(f"document.querySelector('{ROOT}').player.view.pack.mapSize[0] === 7")
    assert page.get_by_label("Window s", exact=True).input_value() == "3"
    assert energies(page)[0] == "9.00"


def test_maps_of_any_size_are_summed(stage: Any) -> None:
    maps = np.zeros((1, len(FOUR), 112, 112), np.float32)
    maps[0, 0, 100, 100] = 2
    page = stage(analysis(maps))
    slide(page, "Window s", 2)
    assert energies(page)[0] == "2.00"
    found = page.evaluate(f"document.querySelector('{ROOT}').player.view.at(0)")
    assert (found["row"], found["col"]) == (99, 99)


def test_an_empty_map_has_no_window(stage: Any) -> None:
    maps = plateau_and_peak()
    maps[0, 1] = 0
    page = stage(analysis(maps))
    view = f"document.querySelector('{ROOT}').player.view"
    over = f"c => {view}.over(c, {view}.at(c)).window"
    assert page.evaluate(over, 1) is None
    assert page.evaluate(over, 0) == {"row": 2, "col": 0, "s": 3}


def test_the_other_cnn_is_a_switch_away(stage: Any) -> None:
    maps = plateau_and_peak()
    scores = np.tile([2.0, 0, 0, 0], (6, 1))
    sides = (side_of("web", maps, scores - 3), side_of("tuned", 2 * maps, scores))
    page = stage(analysis(maps, sides=sides))
    assert energies(page)[0] == "9.00"
    page.get_by_role("radio", name="tuned").check()
    assert energies(page)[0] == "18.00"
    assert (
        page.locator(".finding")
        .inner_text()
        .startswith("tuned attention with 3×3 windows: lion, mean energy 18.00")
    )


def test_the_frame_in_words(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    seek(page, 5)
    page.locator("summary").click()
    cells = page.locator("tbody tr").first.locator("th, td")
    cells.first.wait_for()
    assert cells.all_inner_texts() == ["lion", "9.00", "3–5 × 1–3", "0.00"]
    assert page.locator("caption").inner_text() == "frame 6 of 6, 1.00 s"
    spoken = page.locator(".spoken")
    page.wait_for_function("document.querySelector('.spoken').textContent.includes('frame 6')")
    assert spoken.inner_text() == (
        "frame 6 of 6, 1.00 s. Energies: lion 9.00, cheetah 5.00, "
        "<script>window.broken = 1</script> 8.00 and tower 0.00."
    )


def test_the_numbers_behind_a_tile_are_those_of_numpy(stage: Any) -> None:
    maps = np.random.default_rng(1).gamma(0.6, size=(5, 4, 7, 7)).astype(np.float32)
    sums, places = windows(maps, 3)
    page = stage(analysis(maps))
    seek(page, 2)
    page.locator(".tile[data-concept='1'] .energy").press("Enter")
    assert page.locator("dialog h2").inner_text() == "cheetah in frame 3 of 5, 0.40 s"
    cells = [float(text) for text in page.locator("dialog td").all_inner_texts()]
    assert cells == pytest.approx(maps[2, 1].ravel(), abs=0.006)

    def terms() -> list[float]:
        return [float(text) for text in page.locator("dialog .term").all_inner_texts()]

    def window(row: int, column: int) -> np.ndarray:
        return maps[2, 1, row : row + 3, column : column + 3].ravel()

    row, column = map(int, places[2, 1])
    assert terms() == pytest.approx(window(row, column), abs=0.006)
    assert float(page.locator("dialog .sums b").inner_text()) == pytest.approx(
        sums[2, 1], abs=0.006
    )
    said = page.locator("dialog .sums").inner_text()
    assert f"mean of E over 5 frames = {sums[:, 1].mean():.2f}" in said
    assert f"attention says {FOUR[sums.mean(0).argmax()]}" in said
    page.locator("dialog td").nth(6 * 7 + 6).click()  # a corner: the window stays within the map
    assert terms() == pytest.approx(window(4, 4), abs=0.006)
    page.locator("dialog .cells").press("ArrowUp")
    assert terms() == pytest.approx(window(3, 4), abs=0.006)
    assert f"The largest is {sums[2, 1]:.2f}" in page.locator("dialog .sums").inner_text()
    page.locator("dialog .cells").press("Home")
    assert terms() == pytest.approx(window(row, column), abs=0.006)
    page.locator("dialog .energies button").nth(4).click()
    drawn(page, 4)
    assert float(page.locator("dialog .sums b").inner_text()) == pytest.approx(
        sums[4, 1], abs=0.006
    )
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_every_term_lights_its_cells_by_key_click_and_pointer(stage: Any) -> None:
    maps = plateau_and_peak()
    page = stage(analysis(maps))
    page.evaluate(ASKING)
    seek(page, 3)
    page.locator(".tile[data-concept='0'] .energy").press("Enter")

    def lit() -> list[str]:
        read = "cells => cells.map(cell => cell.dataset.cell)"
        return page.locator("dialog td.lit").evaluate_all(read)  # type: ignore[no-any-return]

    page.locator("dialog .sums button:visible").first.focus()  # of the channels
    page.keyboard.press("Tab")
    assert lit() == ["2,3"]  # lion's window in this frame begins there
    page.keyboard.press("Tab")
    assert lit() == ["2,4"]
    page.locator("dialog .term").nth(8).click()
    assert lit() == ["4,5"]
    page.locator("dialog h2").hover()
    assert lit() == []
    bars = page.locator("dialog .energies button")
    bars.nth(1).focus()  # Eq. 3: the window of that frame, two columns to the left
    assert lit() == [f"{row},{col}" for row in (2, 3, 4) for col in (1, 2, 3)]
    page.keyboard.press("Enter")
    drawn(page, 1)
    assert bars.nth(1).evaluate("bar => bar === document.activeElement") and len(lit()) == 9
    cells = [0.0] * 49
    cells[0], cells[8], cells[48] = 4, 2, 1.9  # half of the highest, and just less
    row = {"channel": 7, "alpha": 0.5, "adds": 3.95, "map": cells}
    answer = {"frame": 1, "concept": 0, "side": "web", "rows": [row], "total": 9, "count": 10}
    page.evaluate(
        f"answer => document.querySelector('{ROOT}').player.numbers.sums.channels.tell(answer)",
        answer,
    )
    page.locator("dialog .channels button").focus()
    assert lit() == ["0,0", "1,1"]
    page.locator("dialog h2").click()
    page.locator("dialog .channels tbody .value").first.click()  # anywhere in the row
    assert lit() == ["0,0", "1,1"]


def about_to_hide(stage: Any, tool: str) -> tuple[Any, dict[str, float]]:
    """A page that shows frame 3 with a tool of the dial in hand, and where its picture lies."""
    page = stage(analysis(plateau_and_peak()))
    page.evaluate(ASKING.replace("dial: []", "linked: true, dial: []"))
    seek(page, 2)
    page.locator(".dial summary").click()
    page.get_by_role("button", name=tool).click()
    return page, page.locator(".frame-tile canvas").bounding_box()


def test_a_part_is_hidden_by_a_drag_and_moved_by_pointer_and_keys(stage: Any) -> None:
    page, frame = about_to_hide(stage, "Hide a box")

    def drag(start: tuple[float, float], end: tuple[float, float]) -> None:
        for press, (x, y) in ((page.mouse.down, start), (page.mouse.up, end)):
            page.mouse.move(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"])
            press()

    def hides(*box: float) -> None:
        """Waits until the server is asked to hide this box, and the address says so."""
        near = "(corner, i) => Math.abs(corner - box[i]) < 0.01"
        page.wait_for_function(
            f"box => asked.at(-1)?.hide?.places[10]?.every({near})", arg=list(box)
        )
        (place,) = page.evaluate("asked.at(-1)")["hide"]["places"].values()  # of this frame alone
        written = "-".join(str(round(10_000 * corner)) for corner in place)
        page.wait_for_function(f"location.search.includes('hide=10-{written}')")
        page.evaluate("asked.length = 0")

    drag((0.5, 0.7), (0.1, 0.2))
    hides(0.1, 0.2, 0.5, 0.7)
    page.keyboard.press("ArrowRight")  # the box has the focus
    hides(0.12, 0.2, 0.52, 0.7)
    page.keyboard.press("Shift+ArrowUp")
    hides(0.12, 0.2, 0.52, 0.68)
    drag((0.3, 0.4), (0.5, 0.99))  # as far as the frame reaches
    hides(0.32, 0.52, 0.72, 1)
    box = page.locator(".hidden-part").bounding_box()
    assert box["width"] / frame["width"] == pytest.approx(0.4, abs=0.01)
    assert page.evaluate(f"document.querySelector('{ROOT}').player.drawn") == 2


def test_a_brush_paints_what_is_hidden(stage: Any) -> None:
    page, frame = about_to_hide(stage, "Hide with a brush")

    def paint(*places: tuple[float, float]) -> None:
        for number, (x, y) in enumerate(places):
            page.mouse.move(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"])
            if number == 0:
                page.mouse.down()
        page.mouse.up()

    spots = ((0.2, 0.2), (0.5, 0.5), (0.8, 0.2), (0.8, 0.8))

    def hides(*expected: bool) -> None:
        """Waits until the server is asked to hide those of the spots, and the address says so."""
        there = """([spots, expected]) => {
            const { places, brush } = asked.at(-1)?.hide ?? {};
            if (!brush || !location.search.includes(`brush=${brush}`)) return false;
            const [box] = Object.values(places);
            return spots.every(([x, y], i) => AttentionPlayer.covers(box, brush, x, y) === expected[i]);
        }"""
        page.wait_for_function(there, arg=[spots, expected])
        page.evaluate("asked.length = 0")

    paint((0.2, 0.2), (0.8, 0.8))  # the line between counts
    hides(True, True, False, True)
    paint((0.8, 0.2))  # the brush is still in the hand, and adds to what is painted
    hides(True, True, True, True)
    page.get_by_role("button", name="Hide with a brush").click()
    page.locator(".hidden-part").focus()
    page.keyboard.press("ArrowDown")  # moves all of it
    page.wait_for_function("asked.at(-1)?.hide")
    assert page.evaluate("asked.at(-1).hide.brush.length") == 64


def test_the_mark_of_a_shift_stands_at_the_least_strength_tried(stage: Any, site: Any) -> None:
    maps = plateau_and_peak()
    page = stage(analysis(maps))
    fooled = np.tile([0, 0, 0, 2.0], (6, 1))  # the CNN says another, UnAtt the same
    site[1]["/b.pack"] = pack_bytes(analysis(maps, sides=(side_of("web", maps, fooled),)))
    row = dial_row(next(shift for shift in shifts() if shift.name == "blur"))
    points = [[value, 80, 70, 90] for value in (0, *row["levels"].values(), row["most"])]
    methods = [
        {"method": name, "colour": "#b3202a", "dashed": False, "points": points}
        for name in ("CNN", "UnAtt")
    ]
    row["curves"] = {"imagenet": {"clips": 100, "lines": methods}}
    page.evaluate(ASKING.replace("dial: []", f"dial: [{json.dumps(row)}]"))
    page.locator(".dial summary").click()

    def press(level: str, pack: str) -> None:
        page.locator(".levels button", has_text=level).click()
        change = {"shift": {"blur": row["levels"][level]}}
        page.wait_for_function(
            "change => JSON.stringify(asked.at(-1)) === JSON.stringify(change)", arg=change
        )
        value = {"pack": {"url": pack}, "change": change}
        page.evaluate(f"value => document.querySelector('{ROOT}').player.open(value)", value)

    def marks() -> list[str]:
        """The levels below which a mark stands."""
        at = "texts => texts.map(text => text.getAttribute('x'))"
        levels = page.locator(".curve text[text-anchor=middle]")
        names = dict(zip(levels.evaluate_all(at), levels.all_text_contents(), strict=True))
        return [names[x] for x in page.locator(".curve .broken").evaluate_all(at)]

    press("mild", "/a.pack?mild")
    assert marks() == []
    press("hard", "/b.pack?hard")
    assert marks() == ["hard"]
    press("medium", "/b.pack?medium")
    assert marks() == ["medium"]
    press("hard", "/b.pack?again")
    assert marks() == ["medium"]
    said = page.locator(".curve figcaption").inner_text()
    assert "✗: the least strength tried at which a method says something else" in said


def test_the_dial_writes_where_a_shift_is_only_like_the_drawn_sets(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    rows = [dial_row(shift) for shift in shifts() if shift.name in ("blur", "darkness")]
    page.evaluate(ASKING.replace("dial: []", f"dial: {json.dumps(rows)}"))
    page.locator(".dial summary").click()
    caption = page.locator(".curve figcaption")

    def move(name: str) -> None:
        page.locator(f".dial label:text-is('{name}') ~ .levels button").first.click()
        page.locator(f".curve figcaption:has-text('{name}')").wait_for()

    move("blur")
    said = caption.inner_text()
    page.evaluate(f"document.querySelector('{ROOT}').player.dial.pack.model = 'nobody'")
    move("darkness")  # as in the drawn set
    plain = caption.inner_text()
    move("blur")  # of a model without curves
    for text in (said, caption.inner_text()):
        assert text.endswith("strongest of the drawn set's ranges: their middle is hardly seen.")
    assert "drawn set" not in plain


@pytest.mark.parametrize("dark", [False, True])
def test_what_can_be_pressed_or_moved_stands_out_from_its_ground(stage: Any, dark: bool) -> None:
    page = stage(analysis(plateau_and_peak()), dark=dark)
    page.evaluate(ASKING)
    page.locator(".dial summary").click()
    ground = "#14161b" if dark else "#ffffff"
    page.evaluate("ground => { document.body.style.background = ground; }", ground)
    read = """controls => controls.map((control) => {
        const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(control);
        if (!control.offsetParent || parseFloat(borderTopWidth) === 0) return null;
        const fills = backgroundColor === "rgba(0, 0, 0, 0)" ? [] : [backgroundColor];
        return [control.className || control.textContent, borderTopColor, fills];
    }).filter(Boolean)"""
    controls = page.locator(
        f"{ROOT} :is(button, select, input, summary, .chip, .segments):not(:disabled)"
    )
    found = controls.evaluate_all(read)
    assert {"key", "chip", "segments", "Save picture", "As it was"} <= {name for name, *_ in found}
    for name, edge, fills in found:
        for beside in (ground, *map(as_hex, fills)):
            assert contrast(as_hex(edge), beside) >= 3, name
    for label in ("frame", "Opacity"):
        track = page.get_by_label(label, exact=True)
        picture = cv2.imdecode(np.frombuffer(track.screenshot(), np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        height, width = picture.shape[:2]
        red, green, blue = picture[height // 2, width - 24, ::-1]  # the part not yet filled
        assert contrast(f"#{red:02x}{green:02x}{blue:02x}", ground) >= 3, label
    edge = page.locator(ROOT).evaluate("r => getComputedStyle(r).getPropertyValue('--edge').trim()")
    for page_ground in ("#0f172a", "#1e293b") if dark else ("#f8fafc", "#f1f5f9"):
        assert contrast(edge, page_ground) >= 3


def as_hex(colour: str) -> str:
    """#rrggbb of a computed colour without transparency."""
    red, green, blue = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour).groups()  # type: ignore[union-attr]
    return f"#{int(red):02x}{int(green):02x}{int(blue):02x}"


def test_one_picture_has_no_timeline_and_maps_are_not_needed(stage: Any) -> None:
    maps = plateau_and_peak()[-1:]
    scores = np.array([[0.0, 2, 1, 0]])
    page = stage(analysis(maps, sides=(side_of("web", maps, scores, keep=False),), pictures=None))
    assert not page.locator(".timeline").is_visible()
    assert not page.locator(".transport").is_visible()
    assert energies(page)[0] == "9.00"
    assert page.locator(".tile[data-concept='0'] .energy").is_disabled()
    assert page.get_by_label("Window s", exact=True).is_disabled()
    assert "were not kept" in page.locator(".hints").inner_text()


def test_the_picture_is_saved_in_the_browser(stage: Any) -> None:
    page = stage(analysis(plateau_and_peak()))
    with page.expect_download() as download:
        page.get_by_role("button", name="Save picture").click()
    assert download.value.suggested_filename == "savannah-figure2-frame1.png"
    image = cv2.imread(str(download.value.path()))
    assert image is not None
    height, width = image.shape[:2]
    assert width > 1500 and height > 300
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 50


@pytest.mark.parametrize("cut", [0, 4, 400])
def test_a_broken_pack_is_one_clear_sentence(stage: Any, cut: int) -> None:
    page = stage(pack_bytes(analysis(plateau_and_peak()))[:cut] or b"\0")
    message = page.locator(".message.failed")
    message.wait_for()
    assert message.inner_text() == "This analysis is broken or not whole: analyse the clip again."
    assert not page.locator(".body").is_visible()


def test_a_pack_that_is_gone_is_one_clear_sentence(stage: Any) -> None:
    page = stage(None)
    page.evaluate(f"document.querySelector('{ROOT}').player.open({{pack: {{url: '/gone'}}}})")
    message = page.locator(".message.failed").inner_text()
    assert message == "The analysis is no longer on the server (404): analyse the clip again."


def test_an_empty_player_says_what_to_do(stage: Any) -> None:
    page = stage(None)
    assert page.locator(".message").inner_text() == "Choose a clip: its heatmaps appear here."


def test_colours_are_those_of_matplotlib(stage: Any) -> None:
    import matplotlib

    page = stage(None)
    for name in ("viridis", "cividis", "magma", "turbo"):
        colour = f"AttentionPlayer.colourAt('{name}', level / 255)"
        read = f"() => Array.from({{length: 256}}, (_, level) => {colour})"
        expected = matplotlib.colormaps[name](np.arange(256))[:, :3] * 255
        assert np.abs(np.array(page.evaluate(read)) - expected).max() < 6, name


def test_it_is_served_by_a_gradio_app(browser: Any, tmp_path: Path) -> None:
    maps = plateau_and_peak()
    path = save_pack(tmp_path / "savannah.pack", analysis(maps))
    right, wrong = np.tile([2.0, 0, 0, 0], (6, 1)), np.tile([0, 2.0, 0, 0], (6, 1))
    sides = (side_of("web", maps, right), side_of("tuned", 2 * maps, wrong))
    tuned = save_pack(tmp_path / "tuned.pack", analysis(maps, sides=sides))
    with gr.Blocks() as demo:
        show, empty = gr.Button("show", elem_id="show"), gr.Button("empty", elem_id="empty")
        mounted = player("looking")
        show.click(
            lambda: player_value(path, frame=2, concepts=[3, 0]),
            None,
            mounted,
            api_visibility="private",
        )
        through = gr.Button("the tuned CNN", elem_id="through")
        through.click(
            lambda: player_value(tuned, side="tuned", figure="6"),
            None,
            mounted,
            api_visibility="private",
        )
        empty.click(
            lambda: player_value(None, message="Nothing yet."),
            None,
            mounted,
            api_visibility="private",
        )
    words = {"middleware": [Middleware(Head, scripts=scripts(), styles=style())]}
    _, address, _ = demo.launch(
        prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", app_kwargs=words
    )
    complaints: list[str] = []
    try:
        page = browser.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.locator(f"#looking {ROOT} .message").wait_for()
        assert page.locator("#looking .message").inner_text().startswith("Choose a sample clip")
        page.click("#show")
        drawn(page, 2)
        own_look = page.get_by_label("Colours").evaluate(
            "select => [getComputedStyle(select).backgroundImage, getComputedStyle(select).paddingTop]"
        )
        assert own_look == ["none", "0px"]  # not gradio's white one
        assert energies(page) == {3: "0.00", 0: "9.00"}
        page.click("#through")
        page.get_by_role("radio", name="tuned", checked=True).wait_for()
        assert energies(page) == {0: "18.00", 1: "10.00"}
        assert page.get_by_role("radio", name="right or wrong").is_checked()
        page.click("#empty")
        page.get_by_text("Nothing yet.").wait_for()
        page.close()
    finally:
        demo.close()
    assert complaints == []


def test_a_value_names_its_file(tmp_path: Path) -> None:
    path = save_pack(tmp_path / "clip.pack", analysis(plateau_and_peak(2)))
    value = player_value(path, frame=1)
    assert value["first"] == first_bytes(path)
    assert value["frame"] == 1 and value["pack"]["size"] == path.stat().st_size
    assert value["pack"]["meta"] == {"_type": "gradio.FileData"}
    with pytest.raises(FileNotFoundError):
        player_value(tmp_path / "gone.pack")

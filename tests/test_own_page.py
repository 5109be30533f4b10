"""One's own concepts as a person uses them, and what their script may ask of the server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from attention.gate.door import Door
from attention.gate.hosting import Hosting
from attention.gate.temporary.store import Store
from attention.gate.visitors import HEADER, asking, token_of
from attention.media.suffixes import SUFFIXES
from attention.serving.workroom import Workroom
from attention.tabs.page import Page
from tests.own_boxes import base, still
from tests.pages import READY, served, watched_page
from training.own.looking import FRAME_BYTES
from training.own.records import LARGEST
from training.own.session import MOST_IN_A_BOX
from training.own.sessions import Sessions
from training.tabs.own import events, routes
from training.tabs.own.block import own_concepts
from training.tabs.own.routes import own_routes


@pytest.fixture(scope="module")
def kept_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The store of the page, whose sessions learn from a CNN that sees colours alone."""
    import app  # sets where gradio keeps files: before this does

    made = Store(tmp_path_factory.mktemp("store"))
    everybody = Sessions(made)
    with pytest.MonkeyPatch.context() as patch:
        for module in (events, routes):
            patch.setattr(module, "sessions", lambda: everybody)
        patch.setattr(app, "store", lambda: made)
        patch.setattr(events, "base_model", base)
        patch.setattr(routes, "made_ready", lambda: None)
        patch.setenv("GRADIO_TEMP_DIR", str(made.folder))
        patch.setenv("ATTENTION_HOME", str(tmp_path_factory.mktemp("home")))
        yield made
    made.close()


def test_a_session_takes_what_fits_and_is_closed_to_others(kept_in: Store) -> None:
    app = Starlette(routes=own_routes(), middleware=[Middleware(Door, hosting=Hosting())])
    with TestClient(app) as http:
        ann, bob = ({HEADER: token_of(name)} for name in ("ann", "bob"))

        def ask(what: str, who: dict[str, str], body: bytes = b"", **query: Any) -> Any:
            return http.post(f"/own/{what}", params=query, content=body, headers=who)

        name = ask("begin", ann).json()["session"]
        asked = {"session": name, "box": 0, "take": 0, "name": "a.png"}
        kept = ask("bring", ann, still(0, 0), **asked)
        assert kept.status_code == 200 and kept.json()["key"]
        for who, body, query, says in (
            (bob, still(0, 1), asked, "no longer kept here"),
            (ann, still(0, 1), asked | {"box": 6}, "6 boxes at most"),
            (ann, still(0, 1), asked | {"box": "x"}, "no whole number"),
            (ann, b"", asked, "0 bytes"),
            (ann, bytes(LARGEST + 1), asked, "At most 20 MB"),
        ):
            said = ask("bring", who, body, **query)
            assert said.status_code == 422 and says in said.json()["trouble"]
        frame = ask("live", ann, bytes(FRAME_BYTES - 1), session=name)
        assert "224×224 pixels" in frame.json()["trouble"]
        frame = ask("live", ann, bytes(FRAME_BYTES), session=name)
        assert "Nothing is learnt yet" in frame.json()["trouble"]
        assert ask("leave", bob, session=name).status_code == 422
        assert any(kept_in.folder.rglob("*.png"))
        assert ask("leave", ann, session=name).status_code == 204
        assert not any(kept_in.folder.rglob("*.png"))
        assert http.get("/own/begin").status_code == 405


@pytest.fixture(scope="module")
def url(kept_in: Store) -> Iterator[str]:
    """A page with one's own concepts alone, served as app.py serves it."""
    import app

    with Page() as demo:
        own_concepts(Workroom(kept_in, asking))
    settings = app.settings() | {"mcp_server": False}
    with served(demo, settings) as address:
        yield address


@pytest.fixture
def page(browser: Any, url: str) -> Iterator[Any]:
    """The opened block; afterwards: no page error, and no request that left."""
    with watched_page(browser) as opened:
        opened.goto(url)
        opened.locator("#own button", has_text="Your own concepts").click()
        opened.wait_for_selector("#own-boxes .box", timeout=READY)
        yield opened
        opened.context.clear_permissions()


def fill(page: Any, folder: Path, each: int = 3) -> None:
    for box, name in enumerate(("Red", "Blue")):
        there = page.locator("#own-boxes .box").nth(box)
        there.locator("input[type=text]").fill(name)
        files = [folder / f"{name}-{number}.png" for number in range(each)]
        for number, file in enumerate(files):
            file.write_bytes(still(box, number))
        there.locator("input[type=file]").set_input_files(files)
        there.locator(f"text={each} stills").wait_for(timeout=READY)


def test_boxes_are_filled_learned_tried_and_forgotten(
    page: Any, kept_in: Store, tmp_path: Path
) -> None:
    offered = page.get_attribute("#own-boxes .box input[type=file]", "accept")
    assert set(offered.split(",")) > SUFFIXES
    fill(page, tmp_path)
    page.click("#own-boxes .learn")
    page.wait_for_selector("#own-answer h3:has-text('Learnt in')", timeout=READY)
    assert "100 % of 6 held-out stills" in page.inner_text("#own-answer")
    (tmp_path / "mine.png").write_bytes(still(1, 40))
    page.set_input_files("#own-clip input[type=file]", str(tmp_path / "mine.png"))
    page.wait_for_selector("#own-verdicts .verdict:has-text('Blue')", timeout=READY)
    page.wait_for_selector("#own-player .tile canvas", timeout=READY)
    assert any(kept_in.folder.rglob("analysis.pack"))
    # a camera that is refused is a sentence, and nothing else stops
    page.click("#own-boxes .live-button")
    page.wait_for_selector("#own-boxes .trouble:has-text('camera was refused')", timeout=READY)
    page.locator("#own-boxes button", has_text="Forget everything").click()
    page.wait_for_selector("#own-answer:has-text('Everything is deleted')", timeout=READY)
    assert not [f for f in kept_in.folder.rglob("*") if f.suffix in {".png", ".jpg", ".pack"}]


def test_a_camera_fills_boxes_by_the_keyboard_and_is_seen_live(page: Any, kept_in: Store) -> None:
    page.context.grant_permissions(["camera"])
    for hold in page.locator("#own-boxes .box .hold").all():
        hold.focus()
        page.keyboard.down("Space")
        hold.locator("xpath=ancestor::section").locator("text=/[2-9] stills/").wait_for(
            timeout=READY
        )
        page.keyboard.up("Space")
    page.wait_for_function(
        "![...document.querySelectorAll('.about-box')].some(p => /way/.test(p.textContent))"
    )
    page.click("#own-boxes .learn")
    page.wait_for_selector("#own-answer:has-text('come from one recording')", timeout=READY)
    page.click("#own-boxes .live-button")
    page.wait_for_selector(
        "#own-boxes .live-tiles figure.says .number:has-text('energy')", timeout=READY
    )
    assert page.locator("#own-boxes .live-tiles canvas").count() == 2
    assert any(kept_in.folder.rglob("*.jpg"))
    page.goto("about:blank")  # leaving deletes
    for _ in range(100):
        if not any(kept_in.folder.rglob("*.jpg")):
            break
        page.wait_for_timeout(50)
    assert not any(kept_in.folder.rglob("*.jpg"))


STUBS = {
    "No camera was found": """navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException("", "NotFoundError"))""",
    "over https alone": """Object.defineProperty(navigator, "mediaDevices",
        {value: undefined, configurable: true})""",
}
# what is sent arrives, and no file is kept
DROPPED = """many => {
    let sent = 0;
    OwnConcepts.Server.prototype.send = async () => ({ key: String(++sent) });
    const dataTransfer = new DataTransfer();
    for (let n = 0; n < many; n++) dataTransfer.items.add(new File([String(n)], `${n}.jpg`));
    const drop = new DragEvent("drop", { dataTransfer, cancelable: true });
    document.querySelectorAll("#own-boxes .box")[1].dispatchEvent(drop);
}"""


def test_no_camera_no_answer_and_5000_stills_are_sentences(page: Any, tmp_path: Path) -> None:
    for says, stub in STUBS.items():
        page.evaluate(f"() => {{ {stub} }}")
        page.locator("#own-boxes .box .hold").first.focus()
        page.keyboard.down("Space")
        page.wait_for_selector(f"#own-boxes .trouble:has-text('{says}')", timeout=READY)
        page.keyboard.up("Space")
    page.route(
        "**/own/begin*", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>")
    )
    (tmp_path / "mine.png").write_bytes(still(0, 0))
    page.locator("#own-boxes .box input[type=file]").first.set_input_files(
        str(tmp_path / "mine.png")
    )
    page.wait_for_selector("#own-boxes .trouble:has-text('could not be sent')", timeout=READY)
    page.unroute("**/own/begin*")
    page.evaluate(DROPPED, 5000)
    said = page.wait_for_selector("#own-boxes .trouble:has-text('5000 files were dropped')")
    assert f"the first {MOST_IN_A_BOX} are taken" in said.inner_text()
    page.wait_for_selector(
        f"#own-boxes .about-box:text-is('{MOST_IN_A_BOX} stills')", timeout=READY
    )
    assert page.locator("#own-boxes .box").nth(1).locator(".thumbs li").count() < 20
    page.evaluate(DROPPED, 1)  # one more, and nothing that was there is lost
    page.wait_for_selector(f"#own-boxes .trouble:has-text('holds {MOST_IN_A_BOX} already')")

"""The Data tab as a person uses it: a real page and browser, a real zip."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pages import served, watched_page
from tests.zips import good, still, zipped

READY = 60_000  # milliseconds; waiting is for elements, this only bounds it


@pytest.fixture(scope="module")
def data_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with the Data tab alone, served as app.py serves it, with a data folder of its own."""
    import gradio as gr

    import app
    from training.tabs.data.tab import data_tab

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTENTION_HOME", str(tmp_path_factory.mktemp("home")))
        with gr.Blocks(fill_width=True) as demo:
            data_tab(demo)
        settings = app.settings() | {"mcp_server": False}
        styles = ("page.css", "data.css", "curves.css", "gap.css")
        settings["css_paths"] = [app.ASSETS / "page" / name for name in styles]
        with served(demo, settings) as url:
            yield url


@pytest.fixture
def page(browser: Any, data_url: str) -> Iterator[Any]:
    """The tab, its first pictures there; afterwards: no page error, and no request that left."""
    with watched_page(browser) as opened:
        opened.goto(data_url)
        opened.wait_for_selector("#data-figure .tiles img", timeout=READY)
        yield opened


def names(page: Any, side: int) -> list[str]:
    """The alternative texts of a side's pictures."""
    images = page.locator(f"#data-figure section:nth-child({side}) img")
    return [image.get_attribute("alt") for image in images.all()]


def left_behind(first: str) -> str:
    """A condition of the page: another picture than `first` comes first."""
    return f"document.querySelector('#data-figure img')?.alt !== {first!r}"


def test_figure1_is_leafed_through_with_the_keyboard(page: Any) -> None:
    first = names(page, 1)[0]
    assert [len(names(page, side)) for side in (1, 2)] == [12, 12]
    assert [name.split(",")[0] for name in names(page, 1)] == [
        name.split(",")[0] for name in names(page, 2)
    ]
    page.locator("#data-figure section:nth-child(2) .tiles button >> nth=0").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    about = page.locator("#data-figure section:nth-child(2) .about")
    assert names(page, 2)[1].split(": ")[1] in about.inner_text()
    assert re.search(r"The act happens\s+\d\.\d\d s to", about.inner_text())
    assert "Shift from a Web image" in about.inner_text()
    page.locator("#data-next button, button#data-next").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(left_behind(first), timeout=READY)
    assert "Page 2 of 100" in page.inner_text("#data-place")
    assert "Choose a picture" in about.inner_text()  # nothing stale is said of another page's
    page.get_by_label("Kiss").check()
    page.wait_for_selector("#data-place:has-text('Page 1 of 25')", timeout=READY)
    assert {name.split(",")[0] for name in names(page, 1) + names(page, 2)} == {"Kiss"}
    page.wait_for_selector("#data-checkup .classes", timeout=READY)
    assert "1,200 stills" in page.inner_text("#data-checkup")


def test_upload_a_zip_see_its_classes_leave_a_twin_out(page: Any, tmp_path: Path) -> None:
    files = good("my set/", ("Hug", "Kiss")) | {
        "my set/web/Hug/copy.jpg": still(0),
        "my set/web/Kiss/copy.jpg": still(10),
        "my set/web/Kiss/broken.jpg": b"no picture",
    }
    page.click("#data-add button >> nth=0")
    bad = zipped(tmp_path / "bad.zip", good() | {"../evil.jpg": b"x"})
    page.set_input_files("#data-zip input[type=file]", str(bad))
    page.wait_for_function("document.querySelector('#data-name :is(input, textarea)').value")
    page.click("#data-add-it")
    page.wait_for_selector("#data-added [role=alert]:has-text('../evil.jpg')", timeout=READY)
    assert page.input_value("#data-set input") == "drawn"
    page.click("#data-zip button[aria-label*='lear' i], #data-zip button[aria-label*='emove' i]")
    page.set_input_files("#data-zip input[type=file]", str(zipped(tmp_path / "my set.zip", files)))
    page.wait_for_function(
        "document.querySelector('#data-name :is(input, textarea)').value === 'my set'"
    )
    page.click("#data-add-it")
    page.wait_for_selector("#data-about:has-text('2 classes, 9 stills, 4 clips')", timeout=READY)
    assert page.input_value("#data-set input") == "my set"
    page.wait_for_selector("#data-twins .pairs li", timeout=READY)
    assert "broken.jpg is neither a video nor an image" in page.inner_text("#data-checkup")
    assert page.locator("#data-twins .pairs > li").count() == 2
    page.uncheck("#data-twins li:has-text('Kiss') input")
    page.click("#data-leave")
    page.wait_for_selector("#data-restore:has-text('Put back 1 file')", timeout=READY)
    page.wait_for_function(
        "document.querySelectorAll('#data-twins .pairs > li').length === 1", timeout=READY
    )
    assert "Kiss" in page.inner_text("#data-twins .pairs")
    assert page.is_checked("#data-twins .pairs input")
    assert "8 stills" in page.inner_text("#data-about")
    home = Path(os.environ["ATTENTION_HOME"])
    assert (home / "sets/my set/left_out/web/Hug/copy.jpg").exists()
    page.click("#data-restore")
    page.wait_for_selector("#data-about:has-text('9 stills')", timeout=READY)
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#data-remove")
    page.wait_for_selector("#data-about:has-text('Drawn by this project')", timeout=READY)
    assert [f.name for f in (home / "sets").iterdir() if f.is_dir()] == []


def test_on_a_phone_nothing_scrolls_sideways(browser: Any, data_url: str) -> None:
    with watched_page(browser, width=390, height=844) as page:
        page.goto(f"{data_url}?__theme=dark")
        page.wait_for_selector("#data-figure .tiles img", timeout=READY)
        page.click("#data-add button >> nth=0")
        page.wait_for_selector("#data-tree .tree", timeout=READY)
        page.click("#data-figure section:nth-child(2) .tiles button >> nth=4")
        page.wait_for_selector("#data-figure .about .strip", timeout=READY)
        page.wait_for_selector("#data-checkup .classes", timeout=READY)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

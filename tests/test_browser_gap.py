"""The gap picture as a person uses it: pointed at, pressed, by keyboard, and by its address."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from tests.pages import READY, watched_page
from training.gap.chart import numbers_table
from training.gap.kept import shipped_gap

# where a picture's sign is on the screen
PLACE = """([space, number]) => {
    const plot = document.querySelector(`#gap-${space} .js-plotly-plot`);
    const trace = plot.data.find((one) => one.customdata.includes(number));
    const row = trace.customdata.indexOf(number);
    const {xaxis, yaxis} = plot._fullLayout;
    const box = plot.getBoundingClientRect();
    return [box.x + xaxis._offset + xaxis.d2p(trace.x[row]), box.y + yaxis._offset + yaxis.d2p(trace.y[row])];
}"""
RING = """(space) => {
    const box = document.querySelector(`#gap-${space} .gap-ring`).getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""


@pytest.fixture(scope="module")
def page(browser: Any, app_url: str) -> Iterator[Any]:
    """The Data tab of the app, its gap drawn."""
    with watched_page(browser) as opened:
        opened.goto(f"{app_url}?tab=data")
        for space in ("features", "energies"):
            opened.wait_for_selector(f"#gap-{space} .js-plotly-plot .scatterlayer", timeout=READY)
        opened.locator("#gap-features").scroll_into_view_if_needed()
        yield opened


def alone(space: str) -> int:
    """The frame of a clip whose sign is farthest from all others by PCA, so that a pointer meets it."""
    import numpy as np

    gap, _ = shipped_gap()
    at = np.array(gap.plane("web", space, "PCA").places)  # type: ignore[arg-type]
    far = np.linalg.norm(at[:, None] - at[None], axis=2)
    np.fill_diagonal(far, np.inf)
    frames = [n for n, shot in enumerate(gap.shots) if shot.domain == "frame"]
    return max(frames, key=lambda n: far[n].min())


def test_numbers_on_the_page_are_those_of_the_record(page: Any) -> None:
    table = numbers_table(shipped_gap()[0])
    shown = page.inner_text("#gap-table")
    for cell in table.to_numpy().ravel():
        assert str(cell) in shown
    gap = shipped_gap()[0]
    share = f"{100 * gap.number('web', 'features').accuracy:.1f} %"
    assert share in page.inner_text("#gap-said")


def test_the_keyboard_goes_through_the_pictures_and_opens_a_still(page: Any) -> None:
    shots = shipped_gap()[0].shots
    page.locator("#gap-card .which").focus()
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        f"document.querySelector('#gap-card .name').innerText.includes('{shots[2].name}')"
    )
    for space in ("features", "energies"):
        ring = page.evaluate(RING, space)
        assert ring == pytest.approx(page.evaluate(PLACE, [space, 2]), abs=1.5)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#gap-large img[alt*='{shots[2].name.split('/')[1]}']", timeout=READY)


def test_a_sign_shows_its_picture_in_both_spaces_and_a_clip_opens_with_its_maps(page: Any) -> None:
    number = alone("features")
    shot = shipped_gap()[0].shots[number]
    page.locator("#gap-features").scroll_into_view_if_needed()
    x, y = page.evaluate(PLACE, ["features", number])
    page.mouse.move(x - 2, y)
    page.mouse.move(x, y)
    page.wait_for_selector("#gap-card .tip.seen", timeout=READY)
    assert page.inner_text("#gap-card .words .name").endswith(f"video frame: {shot.name}")
    assert page.evaluate(RING, "energies") == pytest.approx(
        page.evaluate(PLACE, ["energies", number]), abs=1.5
    )
    page.mouse.click(x, y)
    clip = shot.name.split("/")[1]
    page.wait_for_selector(f"#tabs .timing b:has-text('{clip}')", timeout=READY)
    address = parse_qs(urlparse(page.url).query)
    assert address["tab"] == ["data"] and clip in address["at"][0]
    page.goto(page.url)  # the address alone leads there again
    page.wait_for_selector(f"#tabs .timing b:has-text('{clip}')", timeout=READY)


def test_another_cnn_and_layout_are_drawn(page: Any, app_url: str) -> None:
    page.goto(f"{app_url}?tab=data")
    page.wait_for_selector("#gap-features .js-plotly-plot .scatterlayer", timeout=READY)
    page.get_by_label("tuned CNN (after)").check()
    page.get_by_label("t-SNE", exact=True).check()
    x, _ = shipped_gap()[0].plane("tuned", "features", "t-SNE").places[0]
    page.wait_for_function(
        "(x) => document.querySelector('#gap-features .js-plotly-plot')?.data[0].x[0] === x",
        arg=x,
        timeout=READY,
    )
    assert "Distances between groups" in page.inner_text("#gap-caption")

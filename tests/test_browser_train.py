"""The Train tab as a person uses it: a set of one's own, a real training, and what comes of it."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.little import little_set
from tests.pages import READY, watched_page
from training.data.own_sets import remove_set
from training.data.sets import sets
from training.runs import queue
from training.runs.standing import standings

TUNED = ("tuned vote", "tuned attention", "learned energy")


@pytest.fixture
def page(browser: Any, app_url: str) -> Iterator[Any]:
    """The app's page; afterwards: no page error, no request that left the machine.

    What was added is taken away: other tests share the app.
    """
    try:
        with watched_page(browser) as opened:
            opened.goto(app_url)
            opened.wait_for_selector("#player canvas", timeout=READY)
            yield opened
    finally:
        remove_what_was_added()


def remove_what_was_added() -> None:
    for standing in standings():
        queue.remove(standing.run.name)
    for name in set(sets()) - {"drawn"}:
        remove_set(name)


def open_tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def chosen_run(page: Any) -> str:
    return str(page.get_attribute("#run-card [data-run]", "data-run"))


def wait_for_state(page: Any, says: str, timeout: int = READY) -> None:
    page.wait_for_selector(f"#run-card .run-state:has-text('{says}')", timeout=timeout)


def upload(page: Any, folder: Path) -> None:
    """Adds a folder as a set, as a zip under Data."""
    zipped = shutil.make_archive(str(folder), "zip", folder)
    open_tab(page, "Data")
    page.wait_for_selector("#data-figure .tiles img", timeout=READY)
    page.click("#data-add button >> nth=0")
    page.set_input_files("#data-zip input[type=file]", zipped)
    page.wait_for_function("document.querySelector('#data-name :is(input, textarea)').value")
    page.click("#data-add-it")
    page.wait_for_selector("#data-about:has-text('2 classes, 16 stills, 10 clips')", timeout=READY)


def test_a_set_of_ones_own_becomes_a_model_and_a_curve(page: Any, tmp_path: Path) -> None:
    upload(page, little_set(tmp_path / "greetings"))
    open_tab(page, "Train")
    page.wait_for_function("document.querySelector('#train-set input').value === 'greetings'")
    for share in ("10%", "33%"):  # three clips a class: the smaller shares have none
        page.uncheck(f"#train-fractions label:has-text('{share}') input")
    page.wait_for_selector("#estimate:has-text('It will take about')", timeout=READY)
    page.click("#train-start")
    page.wait_for_selector("#run-card progress", timeout=READY)
    page.wait_for_selector("#run-loss .js-plotly-plot .scatterlayer .trace", timeout=READY)
    run = chosen_run(page)
    page.reload()  # the address leads back to this tab and run
    page.wait_for_selector("#run-card [data-run]", timeout=READY)
    assert chosen_run(page) == run
    wait_for_state(page, "Finished after about", timeout=2 * READY)
    said = page.inner_text("#run-card .outcome p")
    assert re.fullmatch(
        r"Learned energy has \d of 4 clips right against \d by the tuned vote; .+\.", said
    )
    assert "at 100%" in page.get_attribute("#run-card .small-curve svg", "aria-label")
    assert f"run={run}" in page.url
    page.click("#run-curve:not([disabled])")
    page.wait_for_selector("#figure5-plot .scatterlayer .trace", timeout=READY)
    page.wait_for_selector("#curves-chosen:has-text('greetings')", timeout=READY)
    open_tab(page, "Train")
    page.click("#run-model:not([disabled])")
    page.wait_for_function(
        "document.querySelector('#player').innerText.includes('Hug') &&"
        "!document.querySelector('#player').innerText.includes('Handshake')",
        timeout=READY,
    )
    names = page.locator("#verdicts .method > summary").all_inner_texts()
    assert names == ["vote", "attention", "weighted vote", "clip classifier", *TUNED]
    said = re.findall(r"Hug|Kiss|High five|Handshake", page.inner_text("#verdicts"))
    assert said
    assert set(said) <= {"Hug", "Kiss"}
    page.wait_for_function("location.search.includes('at=whole-attention-right')", timeout=READY)
    assert "own=" not in page.url
    clip = page.inner_text("#tabs .timing b")
    page.goto(page.url)  # seen there by the networks that judged it
    page.wait_for_selector(f"#whole-cards h3:has-text('{clip}')", timeout=READY)


def test_the_second_of_two_waits_is_cancelled_resumed_and_removed(page: Any) -> None:
    open_tab(page, "Train")
    page.click("#train-start")
    page.wait_for_selector("#run-card progress", timeout=READY)
    first = chosen_run(page)
    page.click("#train-start")
    wait_for_state(page, "Is next")
    second = chosen_run(page)
    assert second != first
    page.wait_for_selector("#runs label:has-text('number 1')", timeout=READY)
    page.click("#run-cancel:not([disabled])")
    wait_for_state(page, "Cancelled")
    page.click("#run-resume:not([disabled])")
    wait_for_state(page, "Is next")
    page.click("#run-remove")
    page.wait_for_selector(f"#run-card [data-run='{first}']", timeout=READY)
    assert page.locator("#runs label").count() == 1
    runs = Path(os.environ["ATTENTION_HOME"]) / "runs"
    assert [folder.name for folder in runs.iterdir() if folder.is_dir()] == [first]
    page.click("#run-cancel:not([disabled])")
    wait_for_state(page, "Cancelled")

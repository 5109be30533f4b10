"""The Curves tab and the whole-set comparison in a real browser: figures, cells, clips, files."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import gradio as gr
import pytest

from attention.disk.home import ASSETS
from attention.gate.temporary.store import store
from attention.serving.workroom import Workroom
from tests.pages import READY, served, violations, watched_page
from tests.sweeps import CONCEPTS, SweepFolder, world
from tests.test_tab_curves import write_run
from training.data.sets import DRAWN_FOLDER
from training.data.sources import open_source
from training.report import known_sweeps
from training.report.curves import figure5_rows
from training.report.known_sweeps import clip_verdicts, results_of, sweep_named

STEP = {
    "stage": "EnergyNet",
    "fold": "1",
    "seed": 0,
    "fraction": 0.2,
    "triplet_loss": 0.1,
    "pool": 96,
}

# notes, while progress is said, how far the player has moved
PUSHED = """() => {
    const [status, player] = ["status", "player"].map((n) => document.querySelector(`#confusion-${n}`));
    const top = () => player.getBoundingClientRect().top + scrollY;
    const before = top();
    window.pushed = [];
    const note = () => status.querySelector("progress") && window.pushed.push(Math.round(top() - before));
    new MutationObserver(note).observe(status, {childList: true, subtree: true});
}"""


def with_real_clips(sweep: SweepFolder) -> SweepFolder:
    """The sweep as if it had judged clips of the drawn set."""
    clips = open_source(DRAWN_FOLDER).folds[0].test
    by_class = {
        c: [f"{c}/{clip.path.name}" for clip in clips if clip.path.parent.name == c]
        for c in CONCEPTS
    }
    for table in sweep.clips:
        names = {concept: iter(found) for concept, found in by_class.items()}
        table["clip"] = [next(names[truth]) for truth in table["truth"]]
    return sweep


@pytest.fixture(scope="module")
def curves_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with the two tabs, one shipped sweep and one run under way."""
    import app
    from training.tabs.curves.tab import curves_tab
    from training.tabs.whole_set import whole_set

    folder = tmp_path_factory.mktemp("curves")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTENTION_HOME", str(folder / "home"))
        patch.setattr(known_sweeps, "SHIPPED", folder / "results")
        skill = {"UnAtt": 1.6, "finetune+CNN": 1.4, "finetune+EnergyNet": 1.5}
        sweep = world(lambda method, fraction: skill.get(method, 1.0) + fraction, seeds=2)
        with_real_clips(sweep).write(folder / "results" / "drawn")
        run = write_run(folder / "home", "mine", title="My run")
        tell(run.folder, range(10, 110, 10))
        room = Workroom(store())
        addresses = (ASSETS / "page" / "addresses.js").read_text(encoding="utf-8")
        with gr.Blocks() as demo:
            gr.HTML("<i></i>", js_on_load=addresses)
            with gr.Tabs(elem_id="tabs") as tabs:
                with gr.Tab("Curves", id="curves"):
                    curves = curves_tab(demo, room)
                with gr.Tab("Compare", id="compare"):
                    whole_set(demo, room)
                    name = gr.Textbox("mine")
                    lead = gr.Button("Its curve", elem_id="lead")
            to_curves = lead.click(lambda: gr.Tabs(selected="curves"), outputs=tabs)
            curves.open_run(to_curves.then, name)
        with served(demo, app.settings() | {"mcp_server": False}) as url:
            yield url


@pytest.fixture
def page(browser: Any, curves_url: str) -> Iterator[Any]:
    """The page; afterwards: no page error, and no request that left the machine."""
    with watched_page(browser) as opened:
        opened.goto(f"{curves_url}?__theme=dark")
        traces = "#figure5-plot .js-plotly-plot .scatterlayer .trace"
        opened.wait_for_selector(traces, timeout=READY)
        yield opened


def tell(folder: Path, steps: range) -> None:
    """Adds lines to a run's log."""
    with (folder / "metrics.jsonl").open("a", encoding="utf-8") as log:
        log.writelines(json.dumps(STEP | {"step": s, "energy_loss": 1 / s}) + "\n" for s in steps)


def open_view(page: Any, title: str) -> None:
    page.click(f"#curve-views button[role=tab]:has-text('{title}')")


def download(page: Any, button: str) -> bytes:
    with page.expect_download(timeout=READY) as waiting:
        page.click(f"#{button}")
    return Path(waiting.value.path()).read_bytes()


def test_figures_are_drawn_and_follow_their_controls_and_a_run_under_way(page: Any) -> None:
    plot = "document.querySelector('#figure5-plot .js-plotly-plot')"
    assert page.locator("#figure5-plot .scatterlayer .trace").count() == 10 + 4  # ours, the paper's
    assert page.locator("#figure5-plot .errorbar").count() > 0
    assert "learned energy from" in page.get_attribute("#figure5-plot", "aria-label")
    page.wait_for_selector("#curves-verdict .agreement:has-text('against the CNN')")
    results = results_of(sweep_named("drawn"))
    assert results is not None
    page.click("#curves-measure label:has-text('mAP')")
    page.wait_for_function(f"{plot}?.layout.yaxis.title.text.startsWith('mean average')")
    rows = figure5_rows(results, "mAP", ["finetune+EnergyNet"])
    drawn = page.evaluate(f"{plot}.data.find(t => t.name === 'learned energy').y")
    assert drawn == pytest.approx(rows["mean"].tolist())
    ink = page.evaluate(
        "getComputedStyle(document.querySelector('#figure5-plot .xtick text')).fill"
    )
    assert ink == page.evaluate(
        "getComputedStyle(document.querySelector('#figure5-caption')).color"
    )  # seen in the dark
    open_view(page, "Figure 4")
    page.wait_for_selector("#figure4-plot .barlayer .point path")
    assert page.locator("#figure4-plot .barlayer .point").count() == len(CONCEPTS)
    assert violations(page, "#curve-views") == []
    open_view(page, "Tables")
    page.wait_for_selector("#tables-table td:has-text('96.8')")
    assert violations(page, "#curve-views") == []
    open_view(page, "Training")
    page.click("#curves-chosen input")
    page.click("[role=option]:has-text('My run')")
    page.keyboard.press("Escape")
    page.click("#log-which input")
    page.click("[role=option]:has-text('EnergyNet (§3.4): loss')")
    log = "document.querySelector('#log-plot .js-plotly-plot')"
    page.wait_for_function(f"{log}?.data.length === 4 && {log}.data[0].x.length === 10")
    tell(sweep_named("mine").folder.parent, range(110, 160, 10))  # nobody touches the page
    page.wait_for_function(f"{log}?.data[0].x.length === 15", timeout=READY)
    assert violations(page, "#curve-views") == []


def test_a_cell_of_the_confusion_lists_its_clips_and_one_opens(page: Any) -> None:
    open_view(page, "Confusion")
    cell = page.wait_for_selector("#confusion-grid td.wrong button")
    told = json.loads(cell.get_attribute("data-pick"))
    verdicts = clip_verdicts(sweep_named("drawn"))
    mine = verdicts[
        (verdicts["seed"] == 0)
        & (verdicts["method"] == "finetune+EnergyNet")
        & (verdicts["fraction"] == 0.2)
        & (verdicts["truth"] == told["truth"])
        & (verdicts["prediction"] == told["said"])
    ]
    assert int(cell.inner_text()) == len(mine)
    cell.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.closest('#confusion-grid td') !== null")
    cell.click()
    page.wait_for_selector("#confusion-clips .pick img")
    clips = {
        json.loads(p.get_attribute("data-pick"))["clip"] for p in page.locator(".pick").all()
    } & set(mine["clip"])
    assert clips == set(mine["clip"])
    page.evaluate(PUSHED)
    page.locator("#confusion-clips .pick").first.click()
    page.wait_for_selector("#confusion-player canvas", timeout=READY)
    assert set(page.evaluate("window.pushed")) == {0}  # progress came and moved nothing
    assert page.locator("#confusion-cards article").count() == 7
    assert f"Truth: {told['truth']}" in page.inner_text("#confusion-cards")
    assert violations(page, "#curve-views") == []


def test_the_address_of_a_cell_and_of_its_clip_lead_back(page: Any, curves_url: str) -> None:
    open_view(page, "Confusion")
    page.wait_for_selector("#confusion-grid td.wrong button")
    page.click("#confusion-method input")
    page.click("#confusion-method [role=option] >> nth=0")
    cell = "#confusion-grid [data-pick*='CNN @ 0'] >> nth=0"
    page.click(cell)
    page.wait_for_selector("#confusion-clips .pick", timeout=READY)
    head, address = page.inner_text("#confusion-clips h3"), page.url
    method = page.input_value("#confusion-method input")
    page.locator("#confusion-clips .pick").first.click()
    page.wait_for_selector("#confusion-cards h3", timeout=READY)
    clip, of_clip = page.inner_text("#confusion-cards h3"), page.url
    for of in (address, of_clip):
        page.goto("about:blank")
        page.goto(f"{curves_url}?tab=curves&{urlparse(of).query}")
        if of == address:
            page.wait_for_selector("#confusion-clips .pick", timeout=READY)
            page.wait_for_selector(cell)  # the matrix is of that method too
            assert page.inner_text("#confusion-clips h3") == head
            assert page.input_value("#confusion-method input") == method
        else:
            page.wait_for_selector(f"#confusion-cards h3:text-is('{clip}')", timeout=READY)


def test_files_hold_the_same_numbers_and_the_whole_set_both_directions(page: Any) -> None:
    assert download(page, "figure5-png").startswith(b"\x89PNG")
    drawn = download(page, "figure5-svg").decode()
    for said in ("<svg", "against labelled training clips", "learned energy, the paper"):
        assert said in drawn
    rows = list(csv.DictReader(io.StringIO(download(page, "figure5-csv").decode())))
    results = results_of(sweep_named("drawn"))
    assert results is not None
    expected = figure5_rows(results, "accuracy")["mean"].tolist()
    ours = [float(row["mean"]) for row in rows if row["of"] == "Drawn clips, clean stills"]
    assert ours == pytest.approx(expected)
    assert {"85.0", "88.0"} <= {row["mean"] for row in rows if row["of"] == "the paper"}
    open_view(page, "Tables")
    page.wait_for_selector("#tables-table td")
    assert b"96.8" in download(page, "tables-csv")
    assert "96.8" in download(page, "tables-svg").decode()
    open_view(page, "Confusion")
    page.wait_for_selector("#confusion-grid td.wrong button")
    assert download(page, "confusion-png").startswith(b"\x89PNG")
    page.click("button[role=tab]:has-text('Compare')")
    page.wait_for_selector("#whole-attention-right .pick, #whole-cnn-right .pick", timeout=READY)
    counts = [int(page.inner_text(f"#whole-{side}-right h3 b")) for side in ("attention", "cnn")]
    found = csv.DictReader(io.StringIO(download(page, "whole-csv").decode()))
    right = [row["only right"] for row in found]
    assert counts == [right.count("finetune+EnergyNet"), right.count("finetune+CNN")]
    assert page.locator("#whole-lists .truth:has-text('✓')").count() > 0
    assert page.locator("#whole-lists .said:has-text('✗')").count() > 0
    page.locator("#whole-attention-right .pick, #whole-cnn-right .pick").first.click()
    page.wait_for_selector("#whole-player canvas", timeout=READY)
    assert page.locator("#whole-player").get_by_role("radio", name="tuned").is_checked()
    page.click("#lead")
    page.wait_for_selector("#curves-verdict:has-text('the run is running')")
    assert "My run" in page.inner_text("#curves-verdict")
    assert "Drawn clips" not in page.inner_text("#curves-verdict")

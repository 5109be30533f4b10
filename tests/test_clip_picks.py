"""Judged clips open with the networks that judged them, or not at all."""

import json
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from attention.errors import InputError
from attention.methods.registry import known_method
from attention.model.folder import load_model
from tests.sweeps import world
from tests.test_tab_curves import write_run
from training.commands.evaluate import judged_clips
from training.data.sets import DRAWN_FOLDER
from training.data.sources import open_source
from training.judge.paper import Curve
from training.report import known_sweeps
from training.report.curves import cell_of
from training.report.known_sweeps import clip_verdicts, networks_of, sweep_named
from training.runs.folder import networks_folder
from training.tabs.curves.clip_picks import Pick, judged_pick, picks_html


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, and one shipped sweep, drawn, of clips that are there."""
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(known_sweeps, "SHIPPED", tmp_path / "results")
    sweep = world(lambda method, fraction: 1.0, seeds=2, clips=8)
    clips = sorted((DRAWN_FOLDER / "video" / "Hug").glob("*_test_*.mp4"))
    for table in sweep.clips:
        table["clip"] = [f"Hug/{clip.name}" for clip in clips[:8]]
    sweep.write(tmp_path / "results" / "drawn")
    yield tmp_path / "home"


def asked(pick: Pick, sweep: str = "drawn", **other: Any) -> dict[str, Any]:
    """What a click on a pick sends."""
    html = picks_html(sweep_named(sweep), [pick])
    sent = json.loads(unescape(html.split("data-pick='")[1].split("'")[0]))
    return sent | other


def test_a_judged_clip_opens_with_the_networks_of_its_cell_or_not_at_all(home: Path) -> None:
    verdicts = clip_verdicts(sweep_named("drawn"))
    clip = str(verdicts["clip"].iloc[0])
    truth = str(verdicts["truth"].iloc[0])
    curve = Curve("finetune+CNN", 0.2)
    sent = asked(Pick(clip, truth, curve, "1", 0))
    mine = cell_of(verdicts, curve, 0)
    assert judged_pick(sent).networks == "interactions"
    assert judged_pick(sent).answer == mine[mine["clip"] == clip]["prediction"].iloc[0]
    # other seeds' networks are not here, and no other model stands in for them
    for unkept in (Pick(clip, truth, curve, "1", 1), Pick(clip, truth, Curve("SVM", 1.0), "1", 0)):
        html = picks_html(sweep_named("drawn"), [unkept])
        assert "data-pick" not in html and "were not kept" in html
    with pytest.raises(InputError, match="were not kept"):
        judged_pick(sent | {"seed": 1})
    for strange in ({"fold": "../1"}, {"seed": "7"}, {"clip": "../../etc/passwd"}, {"by": "x"}):
        with pytest.raises(InputError):
            judged_pick(sent | strange)


def test_a_runs_clips_open_with_what_its_cell_kept(home: Path) -> None:
    run = write_run(home, "mine", source="drawn")
    world(lambda m, f: 0.5, seeds=2, clips=9).write(run.sweep)
    sweep, curve = sweep_named("mine"), Curve("finetune+UnAtt", 0.2)
    assert networks_of(sweep, "1", 1, curve) is None
    kept = networks_folder(run, "1", 1, 0.2)
    kept.mkdir(parents=True)
    (kept / "model.json").write_text("{}", encoding="utf-8")
    assert networks_of(sweep, "1", 1, curve) == kept
    assert networks_of(sweep, "1", 0, curve) is None
    assert networks_of(sweep, "1", 1, Curve("NoImage+CNN", 0.2)) is None


def test_the_model_that_ships_is_the_cell_it_opens_as() -> None:
    model = load_model("interactions")
    clips = open_source(DRAWN_FOLDER).folds[0].test[::30]
    assert {clip.label for clip in clips} == {0, 1, 2, 3}
    _, judged = judged_clips(model, clips)
    table = pd.read_csv(known_sweeps.SHIPPED / "drawn" / "clips.csv.gz", dtype={"fold": str})
    cells = known_sweeps.SHIPPED_NETWORKS["drawn"]
    assert set(cells.values()) == {"interactions"}
    for scores in judged:
        row = known_method(scores.method)
        share = 0.0 if row is None or row.labels == "none" else 0.2
        assert ("1", 0, share) in cells
        rows = cell_of(table, Curve(scores.method, share), seed=0, fold="1").set_index("clip")
        rows = rows.loc[[clip.name for clip in clips]]
        kept = rows[[f"score: {concept}" for concept in model.concepts]].to_numpy(np.float32)
        np.testing.assert_allclose(scores.scores, kept, rtol=0.02, atol=0.02)
        # but for ties
        said = kept[np.arange(len(kept)), scores.predictions]
        np.testing.assert_allclose(said, kept.max(1), atol=0.02)

"""The lesson: its steps as records, its numbers against what was measured, its scores against slow loops."""

import itertools
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from attention.catalogue.languages import LANGUAGES
from attention.energy import window_energy
from attention.errors import InputError
from attention.model.folder import load_model
from attention.pack import load_pack
from attention.probe.trust.truth import energy_inside
from attention.serving.shipped import FOLDER
from training.fit.losses import cosine_distance, triplet_loss
from training.tabs.learn import steps as words
from training.tabs.learn.distances import distances
from training.tabs.learn.facts import MODEL, fact, right_choice, square_boxes
from training.tabs.learn.steps import html, step_of, steps, told

ROOT = Path(__file__).parents[1]
CELLS = ROOT / "assets" / "lesson" / "cells.js"
RUN = """
eval(require("fs").readFileSync(process.argv[1], "utf8"));
const { drawing, map, size, box, s } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const { score, windowSum } = AttentionLesson;
console.log(JSON.stringify({ ...score(drawing, map, size, box), sum: windowSum(map, 0, size[1], s, 1, 2) }));
"""


def by_javascript(run: str, script: Path, **given: Any) -> dict[str, Any]:
    driver = pytest.importorskip("playwright._impl._driver")
    node = driver.compute_driver_executable()[0]
    done = subprocess.run(
        [node, "-e", run, str(script)],
        input=json.dumps(given), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("size", [(7, 7), (7, 9)])
def test_a_drawing_is_scored_as_on_a_grid_of_many_points(size):
    h, w = size
    rng = np.random.default_rng(0)
    drawing = rng.integers(0, 2, (12, 12))
    cells = rng.random(size) * (rng.random(size) > 0.3)
    box = (0.2, 0.31, 0.55, 0.9)
    found = by_javascript(
        RUN, CELLS,
        drawing=drawing.ravel().tolist(), map=cells.ravel().tolist(), size=size, box=box, s=3
    )  # fmt: skip
    fine = 12 * h * w  # points along an axis, as many in each cell of either grid
    at = (np.arange(fine) + 0.5) / fine
    in_box = np.outer((at > box[1]) & (at < box[3]), (at > box[0]) & (at < box[2]))
    drawn = drawing[np.ix_((at * 12).astype(int), (at * 12).astype(int))]
    mass = cells[np.ix_((at * h).astype(int), (at * w).astype(int))]
    # of each drawn cell as much counts as the box covers
    covered = in_box.reshape(12, fine // 12, 12, fine // 12).mean((1, 3))
    overlap = np.minimum(drawing, covered).sum() / np.maximum(drawing, covered).sum()
    assert found["overlap"] == pytest.approx(overlap, abs=0.01)
    assert found["under"] == pytest.approx((mass * drawn).sum() / mass.sum(), abs=1e-6)
    assert found["inside"] == pytest.approx((mass * in_box).sum() / mass.sum(), abs=0.01)
    assert found["inside"] == pytest.approx(float(energy_inside(cells[None], [box])[0]), abs=1e-6)
    assert found["area"] == pytest.approx(drawing.mean())
    assert found["sum"] == pytest.approx(cells[1:4, 2:5].sum())


def test_nothing_drawn_and_an_empty_map_score_nothing():
    found = by_javascript(
        RUN, CELLS, drawing=[0] * 144, map=[0] * 49, size=(7, 7), box=(0, 0, 1, 1), s=3
    )
    assert [found[name] for name in ("area", "overlap", "under", "inside", "sum")] == [0] * 5


def test_the_numbers_are_those_that_were_measured():
    rows = pd.read_csv(ROOT / "assets" / "results" / "actions5" / "rows.csv")
    mine = rows[(rows.method == "finetune+CNN") & (rows.fraction == 0.2)]
    mean = mine.groupby("seed").accuracy.mean().mean()
    assert fact("accuracy actions5 finetune+CNN 20") == f"{mean:.1f}"
    results = (ROOT / "RESULTS.md").read_text("utf-8")
    line = next(row for row in results.splitlines() if "UnAtt against CNN, vote | real" in row)
    assert f"| {fact('gain actions5 UnAtt CNN 0')} |" in line
    assert f"| {fact('wins actions5 UnAtt CNN 0')} |" in line
    pack = load_pack(FOLDER / "high_five-0.pack")
    web, high_five = pack.sides[0], pack.concepts.index("High five")
    energies = window_energy(_torch(web.maps[8]), 3)
    assert fact("at high_five-0 web 'High five' 9") == f"{float(energies[high_five]):.2f}"
    box = square_boxes("high_five-0")[8]
    inside = energy_inside(web.maps[8:9, high_five], [tuple(box)])[0]
    assert fact("inside high_five-0 web 'High five' 9") == f"{100 * inside:.0f}"
    for missing in (
        "accuracy drawn CNN 7",
        "gain drawn CNN UnAtt 0",
        "votes lion-9 CNN Hug",
        "tea",
    ):
        with pytest.raises(InputError, match="nothing measures"):
            fact(missing)


def _torch(maps: np.ndarray) -> Any:
    return torch.from_numpy(maps)


def test_distances_are_those_of_energynets_own_embeddings():
    net, V_c = (getattr(load_model(MODEL), name) for name in ("energynet", "V_c"))
    f = {}
    for key in ("kiss-0", "high_five-0"):
        pack = load_pack(FOLDER / f"{key}.pack")
        truth = pack.concepts.index(pack.truth)
        V_L = net.scaled(_torch(pack.side("tuned").maps))[:, truth]
        with torch.no_grad():
            f[key] = net.embed(V_L, _torch(V_c[truth]).expand(len(V_L), -1))
    found = distances(("kiss-0", "high_five-0"))
    for one, other in itertools.product(f, f):
        D = [[float(cosine_distance(a[None], b[None])) for b in f[other]] for a in f[one]]
        np.testing.assert_allclose(found[one][other], D, atol=1e-5)


TRIPLETS = """
eval(require("fs").readFileSync(process.argv[1], "utf8"));
const { distances, beta } = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(AttentionLesson.allTriplets(distances, beta)));
"""


def test_the_hardest_triplet_is_found_among_all():
    rng = np.random.default_rng(0)
    f = {key: _torch(rng.normal(size=(n, 3))) for key, n in (("a", 3), ("b", 2), ("c", 4))}
    D = {
        one: {other: [cosine_distance(x[None], f[other]).tolist() for x in f[one]] for other in f}
        for one in f
    }
    losses = {
        (key, i, j, other, k): float(
            triplet_loss(*(x[None] for x in (f[key][i], f[key][j], away)), 0.5)
        )
        for key, other in itertools.permutations(f, 2)
        for i, j in itertools.permutations(range(len(f[key])), 2)
        for k, away in enumerate(f[other])
    }
    found = by_javascript(
        TRIPLETS, ROOT / "assets" / "lesson" / "triplets.js", distances=D, beta=0.5
    )
    assert (found["all"], found["many"]) == (len(losses), sum(x > 0 for x in losses.values()))
    hardest, minus = found["hardest"], found["hardest"]["minus"]
    place = (hardest["key"], hardest["frame"], hardest["plus"], minus["key"], minus["frame"])
    assert losses[place] == max(losses.values()) == pytest.approx(hardest["loss"])


@pytest.mark.parametrize(
    ("asked", "choices", "right"),
    [
        (2, ["a", "b"], 1),
        ("nearest accuracy drawn CNN 0", ["98 %", "60 % is left", "25 %"], 1),
        ("names says hug-0 UnAtt", ["Hug", "Kiss", "Handshake"], 2),
        ("apart wins drawn UnAtt CNN 0", ["yes", "no", "cannot tell"], 0),
        ("apart wins noisy UnAtt CNN 0", ["yes", "no", "cannot tell"], 2),
        (3, ["a", "b"], None),
        ("names says hug-0 UnAtt", ["Hug", "Kiss"], None),
        ("nearest accuracy drawn CNN 0", ["many", "60"], None),
    ],
)
def test_the_right_choice_follows_from_what_was_measured(asked, choices, right):
    if right is None:
        with pytest.raises(InputError, match="right one"):
            right_choice(asked, choices)
    else:
        assert right_choice(asked, choices) == right


def test_every_step_is_there_in_each_language_with_the_same_question_and_answer():
    english = steps("en")
    assert len(english) == 8
    assert {step.view for step in english} == set(words.View.__args__)
    for language in LANGUAGES:
        assert len(told(language)) == 8  # every fact of it is known
        for own, usual in zip(steps(language), english, strict=True):
            for name in ("view", "clip", "concepts", "side", "frame", "right"):
                assert getattr(own, name) == getattr(usual, name), (language, usual.title, name)
            assert len(own.choices) == len(usual.choices)
            mine, theirs = (
                sorted(
                    asked
                    for asked in words.FACT.findall(step.do + step.answer + step.question)
                    # said in words of English, which others put into a sentence of their own
                    if not asked.startswith("wins ")
                )
                for step in (own, usual)
            )
            assert mine == theirs, (language, usual.title)


def test_no_number_that_was_measured_is_typed_in_the_words():
    for step in steps("en"):
        said = words.FACT.sub("", f"{step.do} {step.answer} {step.question}")
        assert not re.findall(r"\d+\.\d+|\d+ clips|[+−]\d", said), step.title


STEP = '+++\ntitle = "T"\nview = "vote"\nclip = "hug-0"\nconcepts = ["Hug"]\nquestion = "Q"\n' + (
    'choices = ["a", "b"]\nright = 1\nyes = "y"\nno = "n"\nmore = "m"\n+++\ndo\n---\nanswer\n'
)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('title = "T"', 'title = "T"\ntime = 3', "time"),
        ('view = "vote"', 'view = "dance"', "view"),
        ('clip = "hug-0"', 'clip = "hug-9"', "no sample 'hug-9'"),
        ('["Hug"]', '["Dance"]', "lacks a concept"),
        ('["Hug"]', '["Hug"]\nframe = 24', "lacks a concept, side or frame"),
        ('right = 1\n', "", "right"),
        ("right = 1", "right = one", "cannot be read"),
        ("---\n", "", "is no step"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_step_is_refused_by_name(tmp_path, before, after, said):
    file = tmp_path / "1-try.md"
    file.write_text(STEP)
    assert step_of(file).do == "do"
    file.write_text(STEP.replace(before, after))
    with pytest.raises(InputError, match=f"1-try.md.*{said}|{said}.*1-try.md"):
        step_of(file)


def test_words_become_html_and_never_carry_any():
    said = html("**{says hug-0 UnAtt}** <script>alert(1)</script>")
    assert '<strong><data value="says hug-0 UnAtt">Handshake</data></strong>' in said
    assert "<script>" not in said

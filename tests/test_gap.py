"""The gap between stills and frames: the sample, the numbers and planes against slow loops, the record."""

import json
import math
import re
from itertools import combinations, product
from pathlib import Path
from statistics import median

import gradio as gr
import numpy as np
import pytest

from attention.errors import InputError
from attention.media.frames import FrameReader
from attention.model.card import Card
from attention.model.folder import Model
from attention.networks.cnn import Backbone
from attention.serving.offered import ready_model
from attention.serving.turns import Desk
from tests.clips import numbered_frames, write_clip
from tests.little import CONCEPTS, little_set
from tests.networks import pooled_backbone
from training.data.naming import DRAWN
from training.data.pictures import middles
from training.data.records import Fold, LabelledClip, Source, Still
from training.data.sets import source_of
from training.data.sources import open_source
from training.gap.chart import gap_chart, notes_of, numbers_table, reading, said_of, same_side
from training.gap.discrepancy import discrepancy, mmd2, rbf
from training.gap.domain import groups_of, told_apart, wilson
from training.gap.kept import file_of, kept_gap, large_picture, shipped_gap
from training.gap.measuring import gap_of
from training.gap.plane import laid_out
from training.gap.record import Gap, read_gap, write_gap
from training.gap.sample import Note, sample_of
from training.gap.spaces import looked_at
from training.tabs.data.gap import _asked, gap_part, models_for
from training.tabs.gap_block import gap_block

Measured = tuple[Gap, bytes, Source]

# the sample


def source_with(stills: list[int], clips: list[int], takes: int = 1, name: str = "set") -> Source:
    """So many stills and test clips of each class, clips in recordings of so many takes."""
    return Source(
        name,
        tuple(f"class {c}" for c in range(len(stills))),
        tuple(Still(Path(f"web/{c}/{n}.jpg"), c) for c, n in _numbered(stills)),
        (
            Fold(
                "1",
                tuple(LabelledClip(Path(f"video/{c}/t{n}.mp4"), c, f"t{c}-{n}") for c, n in _numbered(clips)),
                tuple(
                    LabelledClip(Path(f"video/{c}/{n}.mp4"), c, f"{c}-{n // takes}")
                    for c, n in _numbered(clips)
                ),
            ),
        ),
    )  # fmt: skip


def _numbered(counts: list[int]) -> list[tuple[int, int]]:
    return [(c, n) for c, count in enumerate(counts) for n in range(count)]


def test_each_class_has_as_many_frames_as_stills_all_of_them_held_out() -> None:
    source = source_with([100, 30, 200], [50, 50, 5])
    sample = sample_of(source, each=20)
    held_out = {still.path for still in sample_of_validation(source)}
    counts = {
        (label, domain): sum((p.label, p.domain) == (label, domain) for p in sample.picked)
        for label, domain in product(range(3), ("still", "frame"))
    }
    assert counts == {
        (0, "still"): 20, (0, "frame"): 20, (1, "still"): 9, (1, "frame"): 9,
        (2, "still"): 5, (2, "frame"): 5,
    }  # fmt: skip
    assert {p.path for p in sample.picked if p.domain == "still"} <= held_out
    assert not any(p.path.name.startswith("t") for p in sample.picked)
    assert [note.key for note in sample.notes] == ["test", "each"]
    assert sample == sample_of(source, each=20)
    other = sample_of(source, each=20, seed=1)
    assert {p.path for p in other.picked} != {p.path for p in sample.picked}


def sample_of_validation(source: Source) -> tuple[Still, ...]:
    from training.data.splitting import split_stills

    return split_stills(source.stills)[1]


def test_clips_come_from_as_many_recordings_as_there_are() -> None:
    sample = sample_of(source_with([100], [40], takes=8), each=10)
    groups = [p.group for p in sample.picked if p.domain == "frame"]
    assert sorted(groups) == sorted(2 * [f"0-{n}" for n in range(5)])


def test_few_held_out_pictures_are_joined_by_those_learned_from_and_it_is_said() -> None:
    sample = sample_of(source_with([6, 6], [2, 2]))
    assert len(sample.picked) == 16  # train and test clips, as many stills
    assert sample.notes[0].key == "learned"


def test_what_cannot_be_a_picture_is_a_sentence() -> None:
    for source, said in (
        (source_with([3], [1]), "3 stills and 2 clips, from which 2 of either"),
        (Source("set", ("a",), (), source_with([0], [9]).folds), "set has no stills"),
        (Source("set", ("a",), source_with([9], [0]).stills, ()), "set has no clips"),
    ):
        with pytest.raises(InputError, match=said):
            sample_of(source)
    with pytest.raises(InputError, match="no fold '7'"):
        sample_of(source_with([9], [9]), "7")


def test_thousands_of_pictures_and_classes_stay_within_bounds() -> None:
    many = sample_of(source_with([5000], [1000]))
    assert len(many.picked) == 80 and many.notes[1].values == {"most": 40}
    classes = sample_of(source_with([4] * 101, [3] * 101))
    assert len(classes.picked) == 2 * 101
    wide = sample_of(source_with([4] * 400, [2] * 400), most=600)
    assert len(wide.picked) == 600
    assert Note(key="classes", values={"drawn": 300, "all": 400}) in wide.notes


def test_a_class_without_clips_is_left_out_and_named() -> None:
    sample = sample_of(source_with([60, 60], [20, 0]))
    assert {p.label for p in sample.picked} == {0}
    assert Note(key="absent", values={"names": "class 1"}) in sample.notes


def test_the_middle_frame_stands_for_a_clip_and_what_is_unreadable_says_why(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", numbered_frames(21), fps=10)
    (tmp_path / "bad.mp4").write_bytes(b"nothing")
    first, bad = middles([path, tmp_path / "bad.mp4"], 5.0)
    with FrameReader(path, every=10, chunk=1) as reader:
        assert (first == list(reader)[1].rgb[0]).all()
    assert isinstance(bad, InputError) and "bad.mp4" in str(bad)


# the numbers


def test_the_discrepancy_by_hand() -> None:
    x = np.array([[0.0], [2.0], [1.0], [3.0]], np.float32)
    frames = np.array([False, False, True, True])

    def k(distance: float) -> float:
        return math.exp(-(distance**2) / (2 * 1.5**2))  # the pairs are 1, 1, 1, 2, 2, 3 apart

    by_hand = k(2) + k(2) - 2 * (3 * k(1) + k(3)) / 4
    assert mmd2(rbf(x), frames[:, None])[0] == pytest.approx(by_hand, abs=1e-12)


def slow_mmd2(x: np.ndarray, frames: np.ndarray) -> float:
    pairs = list(combinations(range(len(x)), 2))
    sigma = median(math.dist(x[a], x[b]) for a, b in pairs)

    def mean(chosen: list[tuple[int, int]]) -> float:
        each = [math.exp(-(math.dist(x[a], x[b]) ** 2) / (2 * sigma**2)) for a, b in chosen]
        return sum(each) / len(each)

    both = [(a, b) for a, b in pairs if frames[a] and frames[b]]
    none = [(a, b) for a, b in pairs if not frames[a] and not frames[b]]
    across = [(a, b) for a, b in pairs if frames[a] != frames[b]]
    return mean(both) + mean(none) - 2 * mean(across)


def test_discrepancy_and_its_shuffles_equal_a_slow_loop() -> None:
    rng = np.random.default_rng(3)
    groups = np.array([0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8])
    frames = groups < 4
    x = rng.normal(size=(11, 3)).astype(np.float32) + 0.8 * frames[:, None]
    found = discrepancy(x, frames, groups, shuffles=40, seed=5)
    assert found.value == pytest.approx(slow_mmd2(x, frames), abs=1e-7)
    draws = np.random.default_rng(5)
    shuffled = []
    for _ in range(40):
        of_group = draws.permutation(np.arange(9) < 4)
        shuffled.append(slow_mmd2(x, np.array([of_group[g] for g in groups])))
    larger = sum(value >= slow_mmd2(x, frames) for value in shuffled)
    assert found.p == (larger + 1) / 41
    assert found.by_chance == pytest.approx(np.quantile(shuffled, 0.95), abs=1e-7)


def test_three_recordings_are_too_few_for_a_small_p_however_many_frames_they_have() -> None:
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(6), 10)
    places = np.repeat(rng.normal(size=(6, 2)) + 9.0 * (np.arange(6) >= 3)[:, None], 10, axis=0)
    x = (places + 0.01 * rng.normal(size=places.shape)).astype(np.float32)
    assert discrepancy(x, groups >= 3, groups).p > 0.02  # 20 ways to choose three of six


def test_vectors_that_are_all_alike_differ_by_nothing() -> None:
    x, frames = np.ones((24, 3), np.float32), np.arange(24) % 2 == 1
    found = discrepancy(x, frames, np.arange(24))
    assert (found.value, found.p) == (pytest.approx(0, abs=1e-12), 1.0)
    assert told_apart(x, frames, np.arange(24)).accuracy == 0.5


def slow_logistic(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weights [d+1] of logistic regression with penalty ½‖w‖² (C = 1), by Newton's steps."""
    x1 = np.hstack([x, np.ones((len(x), 1))])
    penalty = np.diag([1.0] * x.shape[1] + [0.0])
    w = np.zeros(x1.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x1 @ w))
        slope = x1.T @ (weights * (p - y)) + penalty @ w
        curve = (x1 * (weights * p * (1 - p))[:, None]).T @ x1 + penalty
        w -= np.linalg.solve(curve, slope)
    return w


def test_the_domain_classifier_equals_a_slow_one_that_never_sees_the_recording_it_judges() -> None:
    from sklearn.model_selection import StratifiedGroupKFold

    rng = np.random.default_rng(1)
    frames = np.arange(70) >= 40
    groups = np.where(frames, 40 + (np.arange(70) - 40) // 2, np.arange(70))  # two takes each
    x = (rng.normal(size=(70, 2)) * [1, 50] + frames[:, None] * [1.2, 0]).astype(np.float32)
    right = np.zeros(70, bool)
    parts = StratifiedGroupKFold(5, shuffle=True, random_state=2).split(x, frames, groups)
    for learnt, judged in parts:
        assert not set(groups[learnt]) & set(groups[judged])
        mean, std = x[learnt].mean(0), x[learnt].std(0)
        share = np.array([(~frames[learnt]).mean(), frames[learnt].mean()])
        weights = 0.5 / share[frames[learnt].astype(int)]
        w = slow_logistic((x[learnt] - mean) / std, frames[learnt].astype(float), weights)
        said = (x[judged] - mean) / std @ w[:2] + w[2] > 0
        right[judged] = said == frames[judged]
    told = told_apart(x, frames, groups, seed=2)
    assert 0.6 < told.accuracy < 0.9
    assert told.accuracy == pytest.approx((right[frames].mean() + right[~frames].mean()) / 2)
    trials = 4 / (1 / 40 + 1 / 15)
    assert (told.low, told.high) == pytest.approx(wilson(told.accuracy, trials))


def test_what_only_names_the_recording_tells_nothing_apart() -> None:
    groups = np.repeat(np.arange(24), 4)
    x = np.eye(24, dtype=np.float32)[groups]  # with its recording seen, every frame would be known
    assert told_apart(x, groups >= 12, groups).accuracy <= 0.5


def test_wilsons_interval_is_scipys_and_not_empty_at_the_end() -> None:
    from scipy.stats import binomtest

    for right, trials in ((37, 50), (50, 50), (0, 9)):
        theirs = binomtest(right, trials).proportion_ci(method="wilson")
        assert wilson(right / trials, trials) == pytest.approx((theirs.low, theirs.high), abs=1e-6)


def test_clips_of_one_recording_count_once() -> None:
    groups = np.minimum(np.arange(60), 35)  # 30 stills, 6 recordings
    assert groups_of(np.arange(60) >= 30, groups) == (30, 6)


def test_few_recordings_and_no_tuned_cnn_give_a_picture_without_numbers_or_after(
    tmp_path: Path,
) -> None:
    source = open_source(little_set(tmp_path / "few", stills=6, train=1, test=2))
    gap, _ = gap_of(source, colour_model(tuned=False))
    assert gap.numbers == () and said_of(gap) == () and len(gap.planes) == 4
    *_, without, few = notes_of(gap)
    assert few.startswith("6 stills and 6 recordings of clips are too few")
    table = numbers_table(gap)
    assert list(table.columns) == [
        "told apart by", "numbers of a picture", "right, Web CNN (%)", "MMD², Web CNN",
    ]  # fmt: skip
    assert set(table["right, Web CNN (%)"]) == {"–"}
    assert gap.networks == ("web",) and "no tuned CNN, so there is no “after”" in without
    with pytest.raises(InputError, match="no tuned CNN"):
        gap_chart(gap, "tuned", "features", "PCA")


# the planes


def test_pca_is_that_of_the_covariance() -> None:
    x = np.random.default_rng(0).normal(size=(30, 5)) @ np.diag([9, 1, 4, 0.1, 2])
    laid = laid_out(x.astype(np.float32), "PCA")
    values, vectors = np.linalg.eigh(np.cov(x.T))
    slow = (x - x.mean(0)) @ vectors[:, ::-1][:, :2]
    assert np.abs(laid.places) == pytest.approx(np.abs(slow), abs=1e-4)
    assert laid.shares == pytest.approx(values[::-1][:2] / values.sum(), abs=1e-6)


def test_tsne_keeps_neighbours_and_is_the_same_again() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(size=(20, 8)), 30 + rng.normal(size=(20, 8))]).astype(np.float32)
    laid = laid_out(x, "t-SNE")
    assert laid.shares == () and (laid.places == laid_out(x, "t-SNE").places).all()
    far = np.linalg.norm(laid.places[:, None] - laid.places, axis=2)
    assert far[:20, :20].max() < far[:20, 20:].min()


@pytest.mark.parametrize("projection", ["PCA", "t-SNE"])
def test_odd_vectors_have_places(projection: str) -> None:
    for x in (
        np.ones((8, 3)),
        np.arange(8)[:, None],
        np.random.default_rng(0).normal(size=(8, 40)),
    ):
        assert np.isfinite(laid_out(x.astype(np.float32), projection).places).all()


# the whole


def colour_model(seed: int = 0, tuned: bool = True) -> Model:
    """A model that sees mean colours: its features can be computed by hand."""
    card = Card(title="Colours", about="", concepts=CONCEPTS, backbone="pooled")
    nets: list[Backbone] = [pooled_backbone(2, seed=seed), pooled_backbone(2, seed=seed + 1)]
    return Model("colours", card, nets[0], nets[1] if tuned else None)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """A little set of real stills and clips."""
    folder = little_set(tmp_path_factory.mktemp("gap") / "little", stills=40, train=1, test=11)
    source = open_source(folder)
    steps: list[tuple[int, int]] = []
    gap, sheet = gap_of(source, colour_model(), on_progress=lambda *step: steps.append(step))
    assert steps[-1][0] == steps[-1][1] and steps == sorted(steps)
    return gap, sheet, source


def test_a_gap_is_measured_on_real_files(measured: Measured) -> None:
    gap, _, source = measured
    assert [gap.shots[0].domain, len(gap.shots), gap.networks] == ["still", 44, ("web", "tuned")]
    web = colour_model().web
    paths = {(p.parent.name + "/" + p.name): p for p in (c.path for c in source.clips)}
    frame = next(shot for shot in gap.shots if shot.domain == "frame")
    (rgb,) = middles([paths[frame.name]], 5.0)
    assert not isinstance(rgb, InputError)
    from attention.energy import window_energy
    from attention.maps import attention_maps

    energies = window_energy(attention_maps(web, web.features(web.preprocess(rgb[None]))))[0]
    strongest = frame.strongest[0]
    assert strongest.concept == CONCEPTS[int(energies.argmax())]
    assert strongest.energy == pytest.approx(float(energies.max()), abs=1e-3)
    assert {(n.network, n.space) for n in gap.numbers} == set(
        product(("web", "tuned"), ("features", "energies", "scores"))
    )
    assert {n.dimensions for n in gap.numbers if n.space == "features"} == {3}
    assert gap.number("web", "features").accuracy > 0.7  # the clips are darker
    assert gap.number("web", "features").accuracy == gap.number("tuned", "features").accuracy


def test_a_gap_lies_whole_on_the_disk(measured: Measured, tmp_path: Path) -> None:
    gap, sheet, _ = measured
    write_gap(tmp_path / "gap", gap, sheet)
    assert read_gap(tmp_path / "gap") == (gap, sheet)
    (tmp_path / "gap/gap.json").write_text("{}")
    with pytest.raises(InputError, match="measure it again"):
        read_gap(tmp_path / "gap")


def test_the_sheet_has_each_picture_in_its_cell(measured: Measured, tmp_path: Path) -> None:
    gap, sheet, source = measured
    (tmp_path / "sheet.jpg").write_bytes(sheet)
    with FrameReader(tmp_path / "sheet.jpg") as reader:
        (frames,) = reader
    number = next(n for n, shot in enumerate(gap.shots) if shot.label == 1)
    row, column = divmod(number, gap.columns)
    cell = frames.rgb[0, row * gap.side :, column * gap.side :][: gap.side, : gap.side]
    name = gap.shots[number].name
    (still,) = (s.path for s in source.stills if f"{s.path.parent.name}/{s.path.name}" == name)
    (rgb,) = middles([still], 5.0)
    assert not isinstance(rgb, InputError)
    high, wide = rgb.shape[0] // 4, rgb.shape[1] // 4
    inside = rgb[high:-high, wide:-wide].mean((0, 1))
    assert cell[24:72, 24:72].mean((0, 1)) == pytest.approx(inside, abs=25)


def test_reading_that_takes_too_long_is_ended_with_a_sentence(measured: Measured) -> None:
    with pytest.raises(InputError, match="After 0 s only 1 of 44 pictures"):
        gap_of(measured[2], colour_model(), seconds=0.0)


# the chart


def test_points_of_the_chart_are_the_pictures_each_once(
    measured: Measured,
) -> None:
    gap = measured[0]
    chart = gap_chart(gap, "web", "energies", "t-SNE")
    chart.to_json()
    plane = gap.plane("web", "energies", "t-SNE")
    points = [
        (number, (x, y), trace["name"], trace["marker"]["symbol"])
        for trace in chart.data
        for number, x, y in zip(trace["customdata"], trace["x"], trace["y"], strict=True)
    ]
    assert sorted(number for number, *_ in points) == list(range(44))
    for number, place, name, symbol in points:
        shot = gap.shots[number]
        assert place == plane.places[number]
        assert name == f"{gap.concepts[shot.label]}: {shot.domain}"
        assert symbol.endswith("-open") == (shot.domain == "still")
    only = gap_chart(gap, "web", "energies", "t-SNE", signed=[1])
    assert {trace["name"] for trace in only.data} == {
        "Kiss: still", "Kiss: frame", "other classes: still", "other classes: frame",
    }  # fmt: skip


def test_sentences_say_chance_and_what_a_picture_cannot_show(measured: Measured) -> None:
    gap = measured[0]
    first, second, _ = said_of(gap)
    share = f"{100 * gap.number('web', 'features').accuracy:.1f} %"
    assert share in first and "guessing is right in 50 %" in first
    assert "class scores" in second
    assert "Distances between groups" in reading("t-SNE")[1]
    assert "the shadow of many numbers" in reading("PCA")[1]
    share = gap.plane("web", "features", "PCA").shares[0]
    title = gap_chart(gap, "web", "features", "PCA").layout["xaxis"]["title"]["text"]
    assert title == f"direction 1 ({100 * share:.0f} % of the variance)"
    table = numbers_table(gap)
    features = gap.number("tuned", "features")
    assert table.loc[0, "right, tuned CNN (%)"] == (
        f"{100 * features.accuracy:.1f} [{100 * features.low:.1f}, {100 * features.high:.1f}]"
    )


def test_who_is_whose_neighbour_by_hand(measured: Measured) -> None:
    gap = measured[0]
    few = [s for s in gap.shots if s.domain == "still"][:2]
    few += [s for s in gap.shots if s.domain == "frame"][:2]
    plane = gap.planes[0].model_copy(update={"places": ((0, 0), (1, 0), (1.5, 0), (9, 0))})
    # 0 → 1 own side, 1 → 2 the other, 2 → 1 the other, 3 → 2 own side
    assert same_side(gap.model_copy(update={"shots": tuple(few)}), plane) == 0.5


# what ships


def test_the_shipped_gap_is_of_the_set_and_the_model_that_ship() -> None:
    gap, sheet = shipped_gap()
    source = source_of(DRAWN)
    sample = sample_of(source)
    shots = [(shot.name, shot.label, shot.domain) for shot in gap.shots]
    assert shots == [(p.name, p.label, p.domain) for p in sample.picked]
    assert gap.notes == sample.notes and sheet.startswith(b"\xff\xd8")
    model = ready_model("interactions")
    rows = [0, 30, 125, 199]
    seen = looked_at([sample.picked[row] for row in rows], [model.web, model.tuned], lambda _: None)
    for place, row in enumerate(rows):
        for network, strongest in enumerate(gap.shots[row].strongest):
            energies = seen.vectors[network]["energies"][place]
            assert strongest.concept == model.concepts[energies.argmax()]
            assert strongest.energy == pytest.approx(energies.max(), rel=1e-3)


# on the page


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A little set of one's own, whose files are decoded in a confined child."""
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    little_set(tmp_path / "home/sets/own", stills=6, train=1, test=2)
    return "own"


def test_a_page_measures_once_keeps_it_and_measures_anew_when_the_set_changes(own: str) -> None:
    assert models_for(own) == ["imagenet"]
    assert models_for(DRAWN)[0] == "interactions"
    with gr.Blocks():
        part, block = gap_part(gr.Dropdown([own, DRAWN]))
    asked, *_ = part.fill(own)
    assert asked.value == "imagenet" and kept_gap(own, "imagenet") is None
    first, *rest = _asked(block, Desk(), own, "imagenet")
    assert "Opening own" in first[0]
    assert re.search(r"step \d+ of 4[0-9]", "".join(str(step[0]) for step in rest))
    assert rest[-1][0] == "" and len(rest[-1]) == len(part.outputs) - 1
    kept = kept_gap(own, "imagenet")
    assert kept is not None and kept[0].source == own and kept[0].model == "imagenet"
    assert len(kept[0].shots) == 12 and kept[0].shots[0].strongest[0].concept
    still = next(shot for shot in kept[0].shots if shot.domain == "still")
    path = file_of(own, still.name, "still").path
    assert large_picture(path).startswith(b"\xff\xd8")
    path.unlink()
    assert kept_gap(own, "imagenet") is None
    with pytest.raises(InputError, match="no longer holds"):
        file_of(own, still.name, "still")


def test_what_cannot_be_measured_is_said_and_the_button_comes_back(
    own: str, tmp_path: Path
) -> None:
    for still in (tmp_path / "home/sets/own/web").rglob("*.jpg"):
        if not still.name.endswith("0.jpg"):
            still.unlink()
    with gr.Blocks():
        _, block = gap_part(gr.Dropdown([own]))
    _, (said, draw, stop, *_) = _asked(block, Desk(), own, "imagenet")
    assert "the picture needs 4: add stills or clips" in said
    assert draw.interactive and not stop.visible
    *_, (said, *_) = _asked(block, Desk(), "another's", "imagenet")
    assert "There is no set" in said
    with pytest.raises(InputError, match="There is no model"):
        kept_gap(own, "../interactions")


def test_the_block_shows_what_ships_without_computing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.gap.kept.ready_model", lambda name: pytest.fail("computed"))
    with gr.Blocks():
        block = gap_block("lesson-gap", shipped_gap)
    shown = dict(zip(map(id, block.outputs), block.show(shipped_gap()), strict=True))
    card = next(shown[id(one)] for one in block.outputs if one.elem_id == "lesson-gap-card")
    assert card["plots"] == ["lesson-gap-features", "lesson-gap-energies"]
    assert card["rows"] == 10 and len(card["shots"]) == 200
    json.dumps(card)

"""Is this map true? on the page: the answers as HTML, and what a press of a question leads to."""

import base64
import csv
import io
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from attention.errors import InputError
from attention.gate.temporary.store import Store
from attention.pack import save_pack
from attention.probe.asking import COLUMNS, Answer
from attention.probe.averages import Mean
from attention.probe.change import change_of
from attention.probe.known.probe import InFrame, Measure
from attention.probe.known.registry import probes
from attention.probe.maps.mapped import maps_by
from attention.probe.maps.registry import DEFAULT, map_methods
from attention.serving.dial import frames_of, look_changed
from attention.serving.looking import Looked, Progress, look
from attention.serving.offered import ready_model
from attention.serving.probing import map_choices, offered_probes, other_maps, over_set, probed
from attention.serving.turns import Desk
from attention.serving.workroom import Workroom
from attention.tabs.compare.answers import answers_html
from attention.tabs.compare.redrawn import redrawn_html
from attention.tabs.compare.sentences import AXES
from attention.tabs.compare.trust import REDRAWN, asked, questions_html
from attention.tabs.heatmaps.asking import look_at_maps
from tests.clips import write_clip
from tests.networks import pictures
from tests.pages import watched_page

MODEL = "interactions"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Workroom]:
    made = Workroom(Store(tmp_path))
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Looked:
    folder = tmp_path_factory.mktemp("look")
    clip = write_clip(folder / "four.mp4", list(pictures(4, side=96)))
    return look(clip, MODEL, folder, every=1)


# The answers


def test_a_number_stands_beside_the_random_ones_it_beats() -> None:
    measure = Measure("score lost", 2.0, (-1.0, 0.0, 1.0), "higher")
    html = answers_html([Answer("window", "web", "<Hug>", 1, (measure,))])
    # the axis goes from −1 to 2: zero lies at a third; the random ones' mean is 0, their spread 1
    assert "<i style='left:33.3%;width:66.7%'></i></span><span class='number'>2.000</span>" in html
    random = "<i style='left:33.3%;width:0.0%'></i><b style='left:0.0%;width:66.7%'></b>"
    assert f"{random}</span><span class='number'>0.000 ± 1.000</span>" in html
    assert "Better than 3 of 3 random windows.</b> Higher is better." in html
    assert "&lt;Hug&gt; <span class='by'>the Web CNN, 1 frame</span>" in html
    assert "the score of &lt;Hug&gt; loses" in html and "<Hug>" not in html
    worse = Measure("score lost", -2.0, (-1.0, 0.0), "higher")
    html = answers_html([Answer("window", "web", "Hug", 2, (worse,))])
    # from −2 to the random ones' −0.5 + 0.707: 2 of 2.207
    assert "<i style='left:0.0%;width:90.6%'></i></span><span class='number'>−2.000" in html
    assert "Better than 0 of 2" in html and "2 frames" in html


def test_a_curve_goes_from_the_first_probability_to_the_last() -> None:
    measure = Measure("deletion area", 0.5, (0.5, 0.7), "lower", (1.0, 0.25, 0.0))
    html = answers_html([Answer("deletion", "tuned", "Hug", 8, (measure,))])
    assert "<polyline points='0.0,0.0 50.0,30.0 100.0,40.0'/>" in html
    said = "Probability of Hug: 1.00 with nothing hidden, 0.00 with all hidden."
    assert f"role='img' aria-label='{said}'" in html
    assert "Better than 1 of 2 random orders.</b> Lower is better." in html


def test_what_has_no_answer_is_said_and_the_others_go_on() -> None:
    fault = Answer("time", "web", "Hug", 1, fault="A clip of one <frame> has no curve.")
    number = Answer(
        "occlusion", "web", "Hug", 1, (Measure("rank correlation", math.nan),), notes=("a & b",)
    )
    html = answers_html([fault, replace(fault, cnn="tuned"), number])
    assert html.count("A clip of one &lt;frame&gt; has no curve.") == 2
    assert html.count("<h3>") == 2 and html.count("<article>") == 3
    assert "It is undefined here" in html and "nan" not in html
    assert html.count("<p class='note'>a &amp; b</p>") == 1


def test_the_network_forgets_in_rows_and_other_maps_are_counted() -> None:
    alike = {"rank correlation": (0.5, -0.25, math.nan), "SSIM": (0.25, 0.1, 0.0)}
    weights = [
        Measure(f"{what}, from {layer}", value)
        for what, values in alike.items()
        for layer, value in zip(("head", "b", "a"), values, strict=True)
    ]
    html = answers_html([Answer("weights", "web", "Hug", 8, tuple(weights))])
    rows = [row.split("</tr>")[0] for row in html.split("<tbody>")[1].split("<tr>")[1:]]
    assert [
        name in row for name, row in zip(("last layer", "2 of 3", "all of it"), rows, strict=True)
    ]
    assert "width:50.0%" in rows[0] and "width:25.0%" in rows[0]  # order, then structure
    assert "−0.25" in rows[1] and "width:0.0%" in rows[1] and "undefined" in rows[2]
    ways = (
        Measure("energy, Grad-CAM", 2.0, said="Hug"),
        Measure("energy, LayerCAM", 9.0, said="Kiss"),
        Measure("energy, Grad-CAM at b, 14×14", 0.05, said="Hug"),
    )
    html = answers_html([Answer("maps", "web", "Hug", 8, ways)])
    assert "by 1 of 2 other maps it says the same" in html
    assert "<td>≠ Kiss</td><td>9.00</td>" in html and "<td>= Hug</td><td>0.0500</td>" in html


def test_a_slider_goes_through_the_maps_of_a_frame_while_the_network_forgets(browser: Any) -> None:
    grey = np.full((224, 224, 3), 90, np.uint8)
    left, right = np.zeros((2, 7, 7), np.float32)
    left[:, :3], right[:, 4:] = 1, 50  # each on a scale of its own
    steps = [InFrame(grey, left, right, -0.5, 0.25), InFrame(grey, left, left, 1.0, math.nan)]
    html = redrawn_html("<Hug>", "web", steps)
    assert "max='2' step='1' value='0'" in html and "<Hug>" not in html
    images = re.findall(r"<img src='data:image/jpeg;base64,([^']+)' alt='([^']+)'([^>]*)>", html)
    sides = []
    for data, _, _ in images:
        with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
            green = np.asarray(picture)[:, :, 1].mean(0)
        sides.append("left" if green[:60].mean() > green[-60:].mean() + 50 else "right")
    # as learned, and the same before anything is drawn anew; then each step
    assert sides == ["left", "left", "right", "left"]
    assert ["hidden" in rest for _, _, rest in images] == [False, False, True, True]
    assert "1 of 2 drawn anew: SSIM 0.25, rank correlation −0.50" in images[2][1]
    assert "data-said='2 of 2 drawn anew: SSIM undefined, rank correlation 1.00'" in images[3][2]
    assert redrawn_html("Hug", "web", []) == ""
    with watched_page(browser) as page:
        page.set_content(f"<div id=answers>{html}</div>")
        page.evaluate(
            f"element => {{ {REDRAWN.read_text(encoding='utf-8')} }}",
            page.query_selector("#answers"),
        )
        slider = page.get_by_role("slider", name="Parts of the network drawn anew")
        slider.press("ArrowRight")
        assert page.get_by_role("img", name="1 of 2 drawn anew").is_visible()
        assert page.get_by_role("img").count() == 2  # that of the step before is gone
        assert slider.get_attribute("aria-valuetext") == page.inner_text("output")
        assert page.inner_text("output").startswith("1 of 2 drawn anew: SSIM 0.25")


def test_beside_one_clips_answer_stands_what_it_is_over_a_set() -> None:
    measure = Measure("pointing game", 1.0, (0.25, 0.25), "higher")
    other = Measure("pointing game, LayerCAM", 0.75)
    mine = Mean("pointing", "web", "pointing game", 48, 48, 0.5, 0.25, 0.75, 0.1, 30)
    layer = replace(mine, measure="pointing game, LayerCAM", mean=0.625)
    over = {m.key: m for m in (mine, layer, replace(mine, cnn="tuned", mean=0.9))}
    html = answers_html([Answer("pointing", "web", "Hug", 8, (measure, other))], over)
    row = html.split("<li class='random set'>")[1].split("</li>")[0]
    assert "48 clips of a set" in row and "0.50 <span class='by'>[0.25, 0.75]</span>" in row
    assert "<i style='left:0.0%;width:50.0%'></i><b style='left:25.0%;width:50.0%'></b>" in row
    assert "Over the set it is better than their mean in 30 of 48 clips." in html
    assert "<th scope='row'>LayerCAM</th><td>0.750</td><td>0.62 <span" in html
    alone = answers_html([Answer("pointing", "web", "Hug", 8, (measure, other))])
    assert "clips of a set" not in alone and "<td>0.750</td></tr>" in alone


def test_what_was_learned_is_forgotten_over_a_set_too() -> None:
    said = Measure("energy, Grad-CAM", 2.0, said="Hug")
    share = Mean("maps", "web", "energy, Grad-CAM: says it", 12, 12, 0.75, 0.5, 0.9, math.nan, 0)
    html = answers_html([Answer("maps", "web", "Hug", 8, (said,))], {share.key: share})
    assert "says the truth, share of 12 clips of a set" in html and "<td>0.75 <span" in html
    alike = Measure("SSIM, from head", 0.5)
    mean = replace(share, probe="weights", measure="SSIM, from head", mean=0.25)
    html = answers_html([Answer("weights", "web", "Hug", 8, (alike,))], {mean.key: mean})
    assert "12 clips:</span> 0.25 <span class='by'>[0.50, 0.90]" in html


def test_shipped_means_are_of_todays_maps_and_of_models_that_ship() -> None:
    shipped = over_set(MODEL)
    by = [row.name for row in map_methods() if row.name != DEFAULT]
    for cnn in ("web", "tuned"):
        names = ("pointing game", "energy inside", *(f"pointing game, {name}" for name in by))
        means = [shipped["pointing", cnn, name] for name in names]
        assert {mean.clips for mean in means} == {48}
        assert all(mean.low < mean.mean < mean.high for mean in means)
    assert over_set("imagenet") == over_set("../interactions") == {}


# The questions


def test_every_question_is_a_button_and_every_number_has_a_sentence(looked: Looked) -> None:
    html = questions_html()
    assert [probe.name for probe in probes() if f"data-probe='{probe.name}'" in html] == [
        "window", "pointing", "interval", "deletion", "time", "occlusion", "weights", "maps",
    ]  # fmt: skip
    told: list[Progress] = []
    answers = [*probed(looked, "window", told.append), *probed(looked, "time")]
    assert {(a.probe, m.name) for a in answers for m in a.measures} <= AXES.keys()
    assert {name for name, _ in AXES} <= {probe.name for probe in offered_probes()}
    # progress goes on over both networks: eleven looks each
    assert [step.done for step in told] == list(range(1, 23))
    assert {step.expected for step in told} == {22} and told[-1].left == 0


def shown(room: Workroom, looked: Looked | None, name: str, said: tuple[Answer, ...] = ()):  # type: ignore[no-untyped-def]
    """What a press of a question leads to: all that the section shows, in turn."""
    return list(asked(room, Desk(), looked, said, name))


def first_inserted(looked: Looked, side: str) -> float:
    """The probability of the asked concept in the frame where its energy is highest."""
    analysis = looked.analysis()
    concept = analysis.verdicts[0].prediction
    found = analysis.side(side)
    scores = found.scores[found.energies[:, concept].argmax()]
    return float(np.exp(scores[concept]) / np.exp(scores).sum())


def test_a_question_is_answered_of_the_look_in_hand_and_as_a_file(
    looked: Looked, room: Workroom, tmp_path: Path
) -> None:
    (_, waiting, *_), *_, (said, status, html, file) = shown(room, looked, "time")
    assert "four.mp4" in waiting and status == ""
    assert [(answer.cnn, answer.frames) for answer in said] == [("web", 4), ("tuned", 4)]
    for answer in said:
        assert answer.measures[1].curve[0] == pytest.approx(
            first_inserted(looked, answer.cnn), rel=1e-3
        )
    assert html == answers_html(said, over_set(MODEL)) and "Drop the frames it counts on" in html
    assert Path(file.value["path"]).name == "four-probes.csv" and file.visible
    with Path(file.value["path"]).open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table))
    assert tuple(rows[0]) == COLUMNS
    assert [tuple(row) for row in rows[1:]] == [row for answer in said for row in answer.rows()]
    # of a changed look under its change; what was said of other questions stays, below
    (tmp_path / "dark").mkdir()
    dark = look_changed(looked, change_of({"shift": {"darkness": 0.6}}), tmp_path / "dark")
    assert not frames_of(dark).moved
    aside = replace(dark, change=change_of({"shift": {"shrink and move": 0.3}}))
    assert frames_of(aside).moved
    other = replace(said[0], probe="window")
    *_, (again, _, html, _) = shown(room, dark, "time", (*said, other))
    assert [answer.probe for answer in again] == ["time", "time", "window"]
    expected = first_inserted(dark, "web")
    assert again[0].measures[1].curve[0] == pytest.approx(expected, rel=1e-3)
    assert expected != pytest.approx(first_inserted(looked, "web"), rel=1e-2)
    assert "darkness 0.6" in html


def test_what_cannot_be_asked_is_said_in_a_sentence(
    looked: Looked, room: Workroom, tmp_path: Path
) -> None:
    with pytest.raises(gr.Error, match="Choose a clip"):
        shown(room, None, "time")
    with pytest.raises(InputError, match="no probe 'truth'"):
        probed(looked, "truth")
    gone = replace(looked, pack=tmp_path / "gone.pack")
    *_, (_, status, html, _) = shown(room, gone, "time")
    assert "role='alert'" in status and "no longer kept" in status and html == gr.skip()
    wide = replace(looked.analysis(), frame="whole")
    whole = replace(looked, pack=save_pack(tmp_path / "whole.pack", wide))
    with pytest.raises(InputError, match="centre of frames"):
        probed(whole, "time")


# Other maps in the player


def read_maps(unit: float, path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Maps as the page reads them: uint16 as they lie in the file, times the unit."""
    return np.frombuffer(path.read_bytes(), "<u2").reshape(shape) * unit


def test_other_maps_of_a_look_are_those_of_its_frames(looked: Looked, tmp_path: Path) -> None:
    analysis = looked.analysis()
    asked = {"method": "Grad-CAM", "layer": "", "side": "tuned", "concepts": [3, 1]}
    found = other_maps(looked, asked, tmp_path)
    own = analysis.side("tuned").maps[:, [3, 1]].swapaxes(0, 1)
    assert (found.concepts, found.map_size, found.computed) == ((3, 1), (7, 7), 4)
    maps = read_maps(found.unit, found.path, own.shape)
    # the frames of the look are decoded and read again, as the dial's are
    np.testing.assert_allclose(maps, own, atol=0.01 * own.max())
    choices = map_choices(looked, "web")
    layer, size = next(
        (row["name"], row["size"]) for row in choices["layers"] if row["size"] == [14, 14]
    )
    assert [row["name"] for row in choices["methods"]][1] == "HiResCAM"
    news: list[Progress] = []
    asked = {"method": "HiResCAM", "layer": layer, "side": "web", "concepts": [0]}
    found = other_maps(looked, asked, tmp_path, news.append)
    model, held = ready_model(MODEL), frames_of(looked)
    concept = model.concept_set.index(analysis.concepts[0])
    expected = maps_by(model.web, model.web.preprocess(held.rgb), [concept], "HiResCAM", layer)
    maps = read_maps(found.unit, found.path, (1, 4, *size))
    np.testing.assert_allclose(maps[0], expected[:, 0], atol=0.51 * found.unit)
    assert maps.max() == pytest.approx(expected.max()) and news[-1].done == news[-1].expected == 4


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"method": "Guess", "side": "web", "concepts": [0]}, "There is no map method 'Guess'"),
        ({"method": "Grad-CAM", "layer": "no", "side": "web", "concepts": [0]}, "no layer 'no'"),
        ({"method": "Grad-CAM", "side": "left", "concepts": [0]}, "and a CNN of it"),
        ({"method": "Grad-CAM", "side": "web", "concepts": [99]}, "one to 8 concepts"),
    ],
)
def test_maps_that_there_are_not_are_a_sentence_in_their_control(
    looked: Looked, room: Workroom, asked: dict[str, Any], sentence: str
) -> None:
    *_, (_, status, _, value, _) = look_at_maps(room, Desk(), looked, asked)
    assert sentence in value["map_trouble"] and value["pack"] and status == ""

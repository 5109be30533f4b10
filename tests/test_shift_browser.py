"""The dial in JavaScript against the server's, by the engine that browsers have: within 3 of 255 levels."""

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attention.probe.hide import brush_of, hidden
from attention.probe.shift.registry import shifted, shifts, values_of

PLAYER = Path(__file__).parents[1] / "assets" / "player"
SCRIPTS = [str(PLAYER / name) for name in ("fill.js", "shifts.js")]
RUN = """
const fs = require("fs");
for (const file of process.argv.slice(1)) eval(fs.readFileSync(file, "utf8"));
const { frames, w, h, cases } = JSON.parse(fs.readFileSync(0, "utf8"));
// as the player's worker: a picture is given once, and what was computed of it is kept from case to case
const byFrame = frames.map(([frame, text]) => {
  const shifted = AttentionPlayer.shifter();
  return cases.map(({ values = {}, boxes = [], brush, seed }, at) => {
    const pixels = new Uint8ClampedArray(Buffer.from(text, "base64"));
    const given = cases[at - 1]?.seed === seed ? {} : { picture: { pixels, w, h, frame, seed } };
    return Buffer.from(shifted({ ...given, values, boxes, brush })).toString("base64");
  });
});
const answers = cases.map((_, at) => byFrame.map((own) => own[at]));
console.log(JSON.stringify({ answers, names: AttentionPlayer.SHIFTS }));
"""
W, H = 130, 90
NUMBERS = np.array([5, 40])
BOXES = [(0.1, 0.2, 0.45, 0.7), (0.6, 0.0, 1.0, 0.31)]


def frames_of(width: int, height: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (2, height // 3 + 1, width // 3 + 1, 3), dtype=np.uint8)
    return np.ascontiguousarray(coarse.repeat(3, 1).repeat(3, 2)[:, :height, :width])


def by_javascript(
    frames: np.ndarray, cases: list[dict[str, Any]]
) -> tuple[list[np.ndarray], list[str]]:
    driver = pytest.importorskip("playwright._impl._driver")
    node = driver.compute_driver_executable()[0]
    opaque = np.full((*frames.shape[:3], 1), 255, np.uint8)
    rgba = np.concatenate([frames, opaque], 3)
    asked = {
        "frames": [
            [int(number), base64.b64encode(one.tobytes()).decode()]
            for number, one in zip(NUMBERS, rgba, strict=True)
        ],
        "w": frames.shape[2], "h": frames.shape[1], "cases": cases,
    }  # fmt: skip
    done = subprocess.run(
        [node, "-e", RUN, *SCRIPTS],
        input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    said = json.loads(done.stdout)
    found = [
        np.stack(
            [
                np.frombuffer(base64.b64decode(one), np.uint8).reshape(rgba.shape[1:])
                for one in answer
            ]
        )
        for answer in said["answers"]
    ]
    assert all((one[..., 3] == 255).all() for one in found)
    return [one[..., :3].astype(int) for one in found], said["names"]


@pytest.mark.parametrize(("width", "height"), [(130, 90), (480, 376)])
def test_every_shift_is_within_three_levels_in_the_browser(width: int, height: int) -> None:
    frames = frames_of(width, height)
    rows = [row for row in shifts() if row.in_browser]
    cases = [{"values": {row.name: row.levels["hard"]}, "seed": 4} for row in rows]
    cases += [{"values": {row.name: row.most * 0.4}, "seed": 1} for row in rows if width < 200]
    together = values_of({row.name: "hard" for row in rows})
    found, names = by_javascript(frames, [*cases, {"values": together, "seed": 2}])
    assert names == [row.name for row in rows]  # the same, and in the same order
    for number, (case, theirs) in enumerate(zip(cases, found, strict=False)):
        ours = shifted(frames, case["values"], NUMBERS, case["seed"])
        # a level of blur leaves so small a frame as it is
        assert (ours != frames).any() or (width < 200 and number < len(rows))
        assert np.abs(theirs - ours).max() <= 1, case
    ours = shifted(frames, together, NUMBERS, 2)
    assert np.abs(found[-1] - ours).max() <= 3


def test_what_is_kept_while_a_slider_moves_is_never_out_of_date() -> None:
    frames = frames_of(W, H)
    rows = [row for row in shifts() if row.in_browser]
    hard = values_of({row.name: "hard" for row in rows})
    first, *_, last = hard
    others = [name for name in hard if name not in {"contrast", "blur"}]
    cases: list[dict[str, Any]] = [
        {"values": hard},
        {"values": {**hard, last: hard[last] / 2}},
        {"values": {**hard, first: hard[first] / 2}},
        {"values": {name: hard[name] for name in others}},
        {"values": {name: hard[name] for name in others}, "boxes": BOXES},
        {"values": {name: hard[name] for name in others}},  # nothing is hidden any more
        {"values": {}},
    ]
    found, _ = by_javascript(frames, [{**case, "seed": 0} for case in cases])
    for case, theirs in zip(cases, found, strict=True):
        ours = shifted(frames, case["values"], NUMBERS)
        ours = hidden(ours, [case["boxes"]] * 2) if "boxes" in case else ours
        assert np.abs(theirs - ours).max() <= 3, case


def test_hidden_boxes_are_the_same_in_the_browser() -> None:
    frames = frames_of(W, H)
    ((found,), _) = by_javascript(frames, [{"boxes": BOXES, "seed": 0}])
    ours = hidden(frames, [BOXES] * 2)
    assert ((found == frames) == (ours == frames)).mean() > 0.999
    assert np.abs(found - ours).max() <= 1


def test_a_brush_covers_the_same_in_the_browser() -> None:
    frames = frames_of(W, H)
    digits = np.random.default_rng(3).bytes(32).hex()
    ((found,), _) = by_javascript(frames, [{"boxes": BOXES, "brush": digits, "seed": 0}])
    ours = hidden(frames, [BOXES] * 2, brush_of(digits))
    whole = hidden(frames, [BOXES] * 2)
    assert ((found == frames) == (ours == frames)).mean() > 0.999
    assert 0.3 < (ours == whole).mean() < 0.95  # cells of the boxes stay as they were
    assert np.abs(found - ours).max() <= 1

"""An Analysis as one file: what the player reads, and what a finished analysis is kept as.

A pack is a safetensors file: a JSON header, then plain arrays, readable in a browser in a few lines.
Metadata "analysis" is JSON; tensors are `<side>.scores|energies|net_energies` float32 [N,C],
`<side>.windows` uint8 [N,C,2], `<side>.maps` uint16 [N,C,h,w] in units of `map_unit[<side>]`,
`methods.scores` float32 [M,C], `methods.frames` uint16 [M,N], the class of each frame, `pictures` uint8
(JPEGs end to end), `picture_ends` uint32 [N].
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from attention.analysis import Analysis, Side
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.verdict import Verdict

FORMAT = 1
MAP_LEVELS = (
    65535  # uint16: a map cell is off by at most max/131070, four digits better than a pixel shows
)


def pack_bytes(analysis: Analysis) -> bytes:
    """The analysis as the bytes of a pack."""
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    units = {}
    for side in analysis.sides:
        arrays[f"{side.name}.scores"] = side.scores
        arrays[f"{side.name}.energies"] = side.energies
        arrays[f"{side.name}.windows"] = side.windows
        if side.net_energies is not None:
            arrays[f"{side.name}.net_energies"] = side.net_energies
        if side.maps is not None:
            units[side.name] = float(side.maps.max(initial=0.0)) / MAP_LEVELS or 1.0
            arrays[f"{side.name}.maps"] = np.rint(side.maps / units[side.name]).astype(np.uint16)
    arrays["methods.scores"] = np.stack([v.scores for v in analysis.verdicts])
    arrays["methods.frames"] = np.stack([v.frame_classes for v in analysis.verdicts]).astype(
        np.uint16
    )
    if analysis.pictures is not None:
        arrays["pictures"] = np.frombuffer(b"".join(analysis.pictures), np.uint8)
        arrays["picture_ends"] = np.cumsum([len(p) for p in analysis.pictures]).astype(np.uint32)
    header = _header(analysis, units)
    return save(
        {name: np.ascontiguousarray(array) for name, array in arrays.items()},
        metadata={"analysis": json.dumps(header, ensure_ascii=False)},
    )


def save_pack(path: str | Path, analysis: Analysis) -> Path:
    """Writes the pack whole or not at all; returns its path."""
    with whole_file(path) as partial:
        partial.write_bytes(pack_bytes(analysis))
    return Path(path)


def load_pack(path: str | Path) -> Analysis:
    """The analysis a pack holds, maps within half a unit; InputError for anything that is no pack."""
    try:
        with safe_open(str(path), framework="numpy") as file:
            header = json.loads((file.metadata() or {})["analysis"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return _analysis(header, arrays)
    except (OSError, SafetensorError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"'{Path(path).name}' is not an analysis written by this version; "
            "analyse the clip again."
        ) from error


def _analysis(header: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]]) -> Analysis:
    if header["format"] != FORMAT:
        raise ValueError(f"format {header['format']}, not {FORMAT}")
    sides = tuple(_side(name, arrays, header) for name in header["sides"])
    concepts, frames = tuple(header["concepts"]), tuple(header["frames"])
    pictures = _pictures(arrays)
    for side in sides:
        if side.scores.shape != (len(frames), len(concepts)):
            raise ValueError(f"scores {side.scores.shape}")
    return Analysis(
        clip=header["clip"],
        model=header["model"],
        concepts=concepts,
        frames=frames,
        seconds=tuple(header["seconds"]),
        map_size=tuple(header["map_size"]),
        window=header["window"],
        size=tuple(header["size"]),
        sides=sides,
        verdicts=_verdicts(header, arrays, len(frames)),
        timing=header["timing"],
        notes=tuple(header["notes"]),
        truth=header["truth"],
        pictures=pictures,
    )


def _header(analysis: Analysis, units: dict[str, float]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "clip": analysis.clip,
        "model": analysis.model,
        "concepts": analysis.concepts,
        "frames": analysis.frames,
        "seconds": analysis.seconds,
        "map_size": analysis.map_size,
        "window": analysis.window,
        "size": analysis.size,
        "sides": [side.name for side in analysis.sides],
        "map_unit": units,
        "methods": [
            {"name": v.method, "side": v.side, "prediction": v.prediction, "why": v.why}
            for v in analysis.verdicts
        ],
        "shown": analysis.shown(),
        "truth": analysis.truth,
        "notes": analysis.notes,
        "timing": analysis.timing,
    }


def _side(name: str, arrays: dict[str, np.ndarray[Any, Any]], header: dict[str, Any]) -> Side:
    maps = arrays.get(f"{name}.maps")
    if maps is not None:
        maps = maps.astype(np.float32) * np.float32(header["map_unit"][name])
    return Side(
        name=name,
        scores=arrays[f"{name}.scores"],
        energies=arrays[f"{name}.energies"],
        windows=arrays[f"{name}.windows"],
        maps=maps,
        net_energies=arrays.get(f"{name}.net_energies"),
    )


def _verdicts(
    header: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]], frames: int
) -> tuple[Verdict, ...]:
    scores, classes = arrays["methods.scores"], arrays["methods.frames"].astype(np.int64)
    wanted = (len(header["methods"]), len(header["concepts"]))
    if scores.shape != wanted or classes.shape != (wanted[0], frames):
        raise ValueError(f"verdicts {scores.shape}, {classes.shape}")
    return tuple(
        Verdict(
            method=said["name"],
            side=said["side"],
            scores=own,
            prediction=said["prediction"],
            frame_classes=of_frames,
            votes=np.bincount(of_frames, minlength=wanted[1]),
            why=said["why"],
        )
        for said, own, of_frames in zip(header["methods"], scores, classes, strict=True)
    )


def _pictures(arrays: dict[str, np.ndarray[Any, Any]]) -> tuple[bytes, ...] | None:
    if "pictures" not in arrays:
        return None
    ends = [0, *arrays["picture_ends"].tolist()]
    return tuple(arrays["pictures"][a:b].tobytes() for a, b in pairwise(ends))

"""An Analysis as one file: what the player reads, and what a finished analysis is kept as.

A pack is a safetensors file: a JSON header, then plain arrays, readable in a browser in a few lines.
What is drawn first comes first, so that a browser need not fetch the whole pack: numbers, pictures, then
the maps, those of one concept after those of another. Metadata "analysis" is JSON; tensors are
`<side>.scores|energies|net_energies` float32 [N,C], `<side>.windows` uint8 [N,C,2], `methods.scores`
float32 [M,C], `methods.frames` uint32 [M,N] (the class of each frame), `picture_ends` uint32 [N],
`pictures` uint8 (JPEGs end to end) and `maps` uint16 [C,S,N,h,w]: its i-th block holds concept
`map_order[i]`, as each side of `map_unit` sees it, in units of `map_unit[<side>]`. The first `first_maps`
blocks are of the concepts that the verdicts and the first view name.
"""

import json
import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from attention.analysis import Analysis, Side
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.verdict import Verdict

FORMAT = 2
# uint16: a map cell is off by at most max/131070, four digits better than a pixel shows
MAP_LEVELS = 65535
SMALL = 1_500_000  # bytes: a pack no larger is fetched whole
# as safetensors names them
KINDS = {"float32": "F32", "uint32": "U32", "uint16": "U16", "uint8": "U8"}

Arrays = dict[str, np.ndarray[Any, Any]]


def pack_bytes(analysis: Analysis) -> bytes:
    """The analysis as the bytes of a pack."""
    mapped = [side for side in analysis.sides if side.maps is not None]
    units = {side.name: _unit(side.maps) for side in mapped if side.maps is not None}
    order = _map_order(analysis)
    arrays = _numbers(analysis)
    if analysis.pictures is not None:
        ends = np.cumsum([len(picture) for picture in analysis.pictures])
        arrays["picture_ends"] = ends.astype(np.uint32)
        jpegs = b"".join(analysis.pictures)
        # the maps behind them lie where a reader can use them in place
        padding = bytes(-len(jpegs) % 4)
        arrays["pictures"] = np.frombuffer(jpegs + padding, np.uint8)
    if mapped:
        arrays["maps"] = np.stack([_stored_maps(side, units, order) for side in mapped], axis=1)
    header = {**_header(analysis), "map_unit": units, "map_order": order}
    return _safetensors(arrays, {"analysis": json.dumps(header, ensure_ascii=False)})


def save_pack(path: str | Path, analysis: Analysis) -> Path:
    """Writes the pack whole or not at all; returns its path."""
    with whole_file(path) as partial:
        partial.write_bytes(pack_bytes(analysis))
    return Path(path)


def first_bytes(path: str | Path) -> int:
    """How many bytes from the start of a pack a player needs first: all of them in a SMALL one."""
    with Path(path).open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        entries = json.loads(file.read(length))
    size = Path(path).stat().st_size
    if size <= SMALL or "maps" not in entries:
        return size
    start, end = entries["maps"]["data_offsets"]
    first = json.loads(entries["__metadata__"]["analysis"])["first_maps"]
    return int(8 + length + start + (end - start) // entries["maps"]["shape"][0] * first)


def load_pack(path: str | Path, maps: bool = True) -> Analysis:
    """The analysis a pack holds, maps within half a unit; InputError for anything that is no pack.

    maps: False leaves them in the file, where they are most of it.
    """
    try:
        with safe_open(str(path), framework="numpy") as file:
            header = json.loads((file.metadata() or {})["analysis"])
            names = [name for name in file.keys() if maps or name != "maps"]  # noqa: SIM118
            arrays = {name: file.get_tensor(name) for name in names}
        return _analysis(header, arrays)
    except (OSError, SafetensorError, LookupError, TypeError, ValueError) as error:
        raise InputError(
            f"'{Path(path).name}' is not an analysis written by this version; "
            "analyse the clip again."
        ) from error


def _analysis(header: dict[str, Any], arrays: Arrays) -> Analysis:
    if header["format"] != FORMAT:
        raise ValueError(f"format {header['format']}, not {FORMAT}")
    maps = _maps(arrays, header["map_unit"], header["map_order"])
    sides = tuple(_side(name, arrays, maps.get(name)) for name in header["sides"])
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
        engine=header.get("engine", ""),
        frame=header.get("frame", "centre"),
    )


def _header(analysis: Analysis) -> dict[str, Any]:
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
        "methods": [
            {"name": v.method, "side": v.side, "prediction": v.prediction, "why": v.why}
            for v in analysis.verdicts
        ],
        "shown": analysis.shown(),
        "looks": analysis.looks(),
        "first_maps": len(_first_concepts(analysis)),
        "truth": analysis.truth,
        "notes": analysis.notes,
        "timing": analysis.timing,
        "engine": analysis.engine,
        "frame": analysis.frame,
    }


def _first_concepts(analysis: Analysis) -> list[int]:
    """The concepts whose maps are drawn before anybody chooses: of the first view and of Figure 6."""
    return list(dict.fromkeys([*analysis.shown(), *(v.prediction for v in analysis.verdicts)]))


def _map_order(analysis: Analysis) -> list[int]:
    return list(dict.fromkeys([*_first_concepts(analysis), *range(len(analysis.concepts))]))


def _numbers(analysis: Analysis) -> Arrays:
    """Scores, energies and windows of every side, and the methods' scores; the widest numbers first."""
    arrays: Arrays = {
        "methods.scores": np.stack([v.scores for v in analysis.verdicts]),
        "methods.frames": np.stack([v.frame_classes for v in analysis.verdicts]).astype(np.uint32),
    }
    for side in analysis.sides:
        arrays[f"{side.name}.scores"] = side.scores
        arrays[f"{side.name}.energies"] = side.energies
        if side.net_energies is not None:
            arrays[f"{side.name}.net_energies"] = side.net_energies
    return arrays | {f"{side.name}.windows": side.windows for side in analysis.sides}


def _unit(maps: np.ndarray[Any, Any]) -> float:
    return float(maps.max(initial=0.0)) / MAP_LEVELS or 1.0


def _stored_maps(
    side: Side, units: dict[str, float], order: list[int]
) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """One side's maps [N,C,h,w] as they are stored, uint16 [C,N,h,w] in the order of the blocks."""
    assert side.maps is not None
    levels = np.rint(side.maps / np.float32(units[side.name])).astype(np.uint16)
    return levels.transpose(1, 0, 2, 3)[order]


def _maps(
    arrays: Arrays, units: dict[str, float], order: list[int]
) -> dict[str, np.ndarray[Any, Any]]:
    """float32 [N,C,h,w] of each side that has maps."""
    if "maps" not in arrays:
        return {}
    stored = arrays["maps"][np.argsort(order)]
    return {
        name: stored[:, place].swapaxes(0, 1).astype(np.float32) * np.float32(unit)
        for place, (name, unit) in enumerate(units.items())
    }


def _side(name: str, arrays: Arrays, maps: np.ndarray[Any, Any] | None) -> Side:
    return Side(
        name=name,
        scores=arrays[f"{name}.scores"],
        energies=arrays[f"{name}.energies"],
        windows=arrays[f"{name}.windows"],
        maps=maps,
        net_energies=arrays.get(f"{name}.net_energies"),
    )


def _verdicts(header: dict[str, Any], arrays: Arrays, frames: int) -> tuple[Verdict, ...]:
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


def _pictures(arrays: Arrays) -> tuple[bytes, ...] | None:
    if "pictures" not in arrays:
        return None
    ends = [0, *arrays["picture_ends"].tolist()]
    return tuple(arrays["pictures"][a:b].tobytes() for a, b in pairwise(ends))


def _safetensors(arrays: Arrays, metadata: dict[str, str]) -> bytes:
    """A safetensors file whose arrays lie in the given order; the library's own writer sorts them."""
    entries: dict[str, Any] = {"__metadata__": metadata}
    at = 0
    for name, array in arrays.items():
        entries[name] = {
            "dtype": KINDS[array.dtype.name],
            "shape": array.shape,
            "data_offsets": (at, at + array.nbytes),
        }
        at += array.nbytes
    header = json.dumps(entries, ensure_ascii=False).encode()
    header += b" " * (-len(header) % 8)
    return struct.pack("<Q", len(header)) + header + b"".join(a.tobytes() for a in arrays.values())

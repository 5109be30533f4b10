"""An Analysis as one file: nothing lost, nothing half-written, nothing foreign believed."""

import dataclasses
import errno
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from attention import pack
from attention.analysis import Analysis, Side, verdicts_of
from attention.disk import whole
from attention.errors import InputError
from attention.pack import MAP_LEVELS, first_bytes, load_pack, pack_bytes, save_pack

CONCEPTS = ("Handshake", "High five", "Küssen — キス", "Hug")


def side(name: str, seed: int, maps: bool = True, learned: bool = False) -> Side:
    random = np.random.default_rng(seed)
    return Side(
        name=name,
        scores=random.normal(size=(3, 4)).astype(np.float32),
        energies=random.gamma(1.0, size=(3, 4)).astype(np.float32),
        windows=random.integers(0, 5, (3, 4, 2)).astype(np.uint8),
        maps=random.gamma(0.3, 9.0, (3, 4, 7, 5)).astype(np.float32) if maps else None,
        net_energies=random.normal(size=(3, 4)).astype(np.float32) if learned else None,
    )


def analysis(*sides: Side, pictures: bool = True) -> Analysis:
    sides = sides or (side("web", 0), side("tuned", 1, learned=True))
    return Analysis(
        clip="Grüße „5“.mp4",
        model="interactions",
        concepts=CONCEPTS,
        frames=(0, 5, 10),
        seconds=(0.0, 0.2002, 0.4004),
        map_size=(7, 5),
        window=3,
        size=(320, 240),
        sides=sides,
        verdicts=verdicts_of(sides, CONCEPTS, 3),
        timing={"decode": 0.125, "total": 1.5},
        notes=("The clip breaks off after frame 12 (0.5 s); what came before is analysed.",),
        truth="Hug",
        pictures=(b"\xff\xd8one\xff\xd9", b"", b"\xff\xd8three\xff\xd9") if pictures else None,
    )


def assert_same(one: Analysis, other: Analysis) -> None:
    """Every field, maps within half a unit of their packing."""
    arrays = {"sides", "verdicts"}
    for field in dataclasses.fields(Analysis):
        if field.name not in arrays:
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    for a, b in zip(one.sides, other.sides, strict=True):
        assert a.name == b.name
        for name in ("scores", "energies", "windows", "net_energies"):
            x, y = getattr(a, name), getattr(b, name)
            assert (x is None) == (y is None), name
            if x is not None:
                np.testing.assert_array_equal(x, y)
                assert x.dtype == y.dtype
        assert (a.maps is None) == (b.maps is None)
        if a.maps is not None:
            assert b.maps.dtype == np.float32
            unit = a.maps.max() / 65535
            np.testing.assert_allclose(b.maps, a.maps, rtol=0, atol=0.501 * unit)
            assert np.all(b.maps[a.maps == 0] == 0)
    for v, w in zip(one.verdicts, other.verdicts, strict=True):
        assert (v.method, v.side, v.prediction, v.why) == (w.method, w.side, w.prediction, w.why)
        np.testing.assert_array_equal(v.scores, w.scores)


# Round trips


@pytest.mark.parametrize(
    "whole",
    [
        analysis(),
        analysis(side("web", 2)),
        analysis(side("web", 3, maps=False), pictures=False),
        analysis(side("web", 4, maps=False, learned=True)),
    ],
    ids=["everything", "one side", "no maps, no pictures", "EnergyNet on the web side"],
)
def test_nothing_is_lost(tmp_path, whole):
    assert_same(whole, load_pack(save_pack(tmp_path / "a.pack", whole)))


def test_nothing_is_lost_but_what_is_none(tmp_path):
    whole = dataclasses.replace(analysis(), truth=None, notes=(), timing={})
    back = load_pack(save_pack(tmp_path / "a.pack", whole))
    assert back.truth is None and back.notes == () and back.timing == {}
    assert back.to_json() == whole.to_json()


def test_maps_of_zeros_stay_zeros(tmp_path):
    dark = dataclasses.replace(side("web", 0), maps=np.zeros((3, 4, 7, 5), np.float32))
    back = load_pack(save_pack(tmp_path / "a.pack", analysis(dark)))
    assert np.all(back.sides[0].maps == 0)


def test_the_largest_cell_keeps_its_value(tmp_path):
    whole = analysis()
    back = load_pack(save_pack(tmp_path / "a.pack", whole))
    for a, b in zip(whole.sides, back.sides, strict=True):
        assert b.maps.max() == pytest.approx(a.maps.max(), rel=1e-6)


def test_arrays_that_are_views_are_packed_too(tmp_path):
    first = side("web", 5)
    view = dataclasses.replace(first, scores=first.scores[:, ::-1], maps=first.maps[::-1])
    assert_same(analysis(view), load_pack(save_pack(tmp_path / "a.pack", analysis(view))))


def test_a_pack_is_what_its_docstring_says(tmp_path):
    whole = analysis()
    stored = load_file(save_pack(tmp_path / "a.pack", whole))
    kinds = {name: (array.dtype.name, array.shape) for name, array in stored.items()}
    assert kinds["web.scores"] == kinds["tuned.net_energies"] == ("float32", (3, 4))
    assert kinds["web.windows"] == ("uint8", (3, 4, 2))
    assert kinds["maps"] == ("uint16", (4, 2, 3, 7, 5))
    assert kinds["methods.scores"] == ("float32", (6, 4))
    assert kinds["methods.frames"] == ("uint32", (6, 3))
    assert kinds["picture_ends"] == ("uint32", (3,)) and kinds["pictures"][0] == "uint8"
    header = _header(tmp_path / "a.pack")
    assert header["map_unit"]["web"] == pytest.approx(whole.sides[0].maps.max() / MAP_LEVELS)
    assert [method["name"] for method in header["methods"]] == [
        "CNN",
        "UnAtt",
        "Focus",
        "finetune+CNN",
        "finetune+UnAtt",
        "finetune+EnergyNet",
    ]


def _entries(path: Path) -> tuple[int, dict]:
    """Where the arrays begin, and what the file says of them."""
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    return 8 + length, json.loads(raw[8 : 8 + length])


def test_the_maps_of_one_concept_are_one_range_of_bytes(tmp_path):
    whole = analysis()
    path = save_pack(tmp_path / "a.pack", whole)
    start, entries = _entries(path)
    header = _header(path)
    size = 2 * 2 * 3 * 7 * 5  # uint16, two sides, three frames
    for concept in range(4):
        at = start + entries["maps"]["data_offsets"][0] + header["map_order"].index(concept) * size
        block = np.frombuffer(path.read_bytes()[at : at + size], np.uint16).reshape(2, 3, 7, 5)
        for stored, seen in zip(block, whole.sides, strict=True):
            unit = header["map_unit"][seen.name]
            np.testing.assert_allclose(stored * unit, seen.maps[:, concept], atol=0.501 * unit)


def wide() -> Analysis:
    """Eight concepts: the four of CONCEPTS and, below them in every score and energy, four more."""
    sides = []
    for seen in analysis().sides:
        low = {
            name: np.concatenate([array := getattr(seen, name), array - 50], axis=1)
            for name in ("scores", "energies", "net_energies")
            if getattr(seen, name) is not None
        }
        twice = {
            name: np.tile(getattr(seen, name), (1, 2, 1, 1)[: 2 + d]) for name, d in TWICE.items()
        }
        sides.append(dataclasses.replace(seen, **low, **twice))
    names = (*CONCEPTS, "Wave", "Nod", "Bow", "Point")
    return dataclasses.replace(
        analysis(*sides), concepts=names, verdicts=verdicts_of(sides, names, 3)
    )


TWICE = {"windows": 1, "maps": 2}  # arrays by the number of axes behind [N,C]


def test_a_pack_begins_with_what_is_drawn_first(tmp_path, monkeypatch):
    path = save_pack(tmp_path / "a.pack", wide())
    assert first_bytes(path) == path.stat().st_size  # a small one is fetched at once
    monkeypatch.setattr(pack, "SMALL", 0)
    header = _header(path)
    assert set(header["map_order"][: header["first_maps"]]) == {0, 1, 2, 3}
    start, entries = _entries(path)
    ends = {name: entry["data_offsets"][1] for name, entry in entries.items() if name[0] != "_"}
    block = 2 * 2 * 3 * 7 * 5  # uint16, two sides, three frames
    assert first_bytes(path) == start + ends["maps"] - 4 * block
    assert (
        max(ends[name] for name in ends if name != "maps") + 4 * block == ends["maps"] - 4 * block
    )
    bare = save_pack(tmp_path / "b.pack", analysis(side("web", 3, maps=False)))
    assert first_bytes(bare) == bare.stat().st_size


def test_maps_can_be_left_in_the_file(tmp_path):
    whole = analysis()
    back = load_pack(save_pack(tmp_path / "a.pack", whole), maps=False)
    assert [seen.maps for seen in back.sides] == [None, None]
    assert back.to_json() == whole.to_json() and back.pictures == whole.pictures


def _header(path: Path) -> dict:
    return json.loads(_entries(path)[1]["__metadata__"]["analysis"])


# Whole or not at all


def test_a_pack_replaces_the_one_before(tmp_path):
    path = save_pack(tmp_path / "a.pack", analysis())
    save_pack(path, dataclasses.replace(analysis(), clip="another.mp4"))
    assert load_pack(path).clip == "another.mp4"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.pack"]


def _full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _half_written(path, data):
    with path.open("wb") as file:
        file.write(data[: len(data) // 2])
    _full_disk()


@pytest.mark.parametrize("where", ["write", "rename", "pack"])
def test_a_failed_write_leaves_the_old_pack_and_nothing_else(tmp_path, monkeypatch, where):
    path = save_pack(tmp_path / "a.pack", analysis())
    before = path.read_bytes()
    if where == "rename":
        monkeypatch.setattr(whole.os, "replace", _full_disk)
    elif where == "write":
        monkeypatch.setattr(Path, "write_bytes", _half_written)
    else:
        monkeypatch.setattr(pack, "pack_bytes", _full_disk)
    with pytest.raises(OSError, match="No space left"):
        save_pack(path, dataclasses.replace(analysis(), clip="another.mp4"))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.pack"]


# What is no pack


def _cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


DAMAGE = {
    "empty": lambda raw: b"",
    "cut in half": _cut,
    "cut in its header": lambda raw: raw[:40],
    "a picture": lambda raw: b"\xff\xd8\xff\xe0" + raw[4:400],
    "text": lambda raw: b"clip,frame,energy\n1,2,3\n",
    "a header of terabytes": lambda raw: struct.pack("<Q", 1 << 42) + raw[8:],
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damaged_and_foreign_files_are_refused(tmp_path, damage):
    path = tmp_path / "mine.pack"
    path.write_bytes(damage(pack_bytes(analysis())))
    with pytest.raises(InputError, match=r"'mine\.pack' is not an analysis .*; analyse the clip"):
        load_pack(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"none\.pack"):
        load_pack(tmp_path / "none.pack")


def test_another_safetensors_file_is_refused(tmp_path):
    save_file({"web.scores": np.zeros((3, 4), np.float32)}, tmp_path / "weights.safetensors")
    with pytest.raises(InputError, match=r"weights\.safetensors"):
        load_pack(tmp_path / "weights.safetensors")


def _rewrite(path: Path, change: dict, drop: str | None = None) -> None:
    header = {**_header(path), **change}
    tensors = load_file(path)
    header.pop(drop, None)
    tensors.pop(drop, None)
    save_file(tensors, path, metadata={"analysis": json.dumps(header)})


@pytest.mark.parametrize(
    ("change", "drop"),
    [
        ({"format": 99}, None),
        ({}, "format"),
        ({}, "sides"),
        ({}, "concepts"),
        ({}, "map_unit"),
        ({}, "map_order"),
        ({}, "web.energies"),
        ({}, "picture_ends"),
        ({"concepts": ["Hug"]}, None),
        ({"frames": [0]}, None),
        ({"sides": 7}, None),
    ],
    ids=str,
)
def test_a_pack_of_another_version_or_with_parts_missing_is_refused(tmp_path, change, drop):
    path = save_pack(tmp_path / "a.pack", analysis())
    _rewrite(path, change, drop)
    with pytest.raises(InputError, match=r"a\.pack"):
        load_pack(path)

"""Damage to a file: a chain of small changes that a number chooses."""

import random
from collections.abc import Callable

HEAD = 512  # bytes; a third of the changes fall here, where a file says what it is
EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
LETTERS = (
    b"IV50",
    b"G2M4",
    b"WVC1",
    b"mp4v",
    b"avc1",
    b"hvc1",
    b"av01",
    b"moov",
    b"mdat",
    b"\0\0\0\0",
)
WORDS = (
    b"NaN",
    b"1e999",
    b"-1",
    b"null",
    b"[]",
    b"{}",
    b"9" * 400,
    b"../../x",
    b"\0",
    b"[" * 9000,
    b'"',
)


def mutated(data: bytes, seed: int, number: int) -> bytes:
    """The `number`-th damaged copy of a file: one to five changes, one after the other."""
    rng = random.Random(f"{seed}/{number}/{len(data)}")
    changed = bytearray(data)
    changes = rng.choice((1, 1, 1, 2, 3, 5))
    while changes > 0 or changed == data:  # zeros over zeros change nothing
        rng.choice(CHANGES)(changed, rng)
        changes -= 1
    return bytes(changed)


def _place(data: bytearray, rng: random.Random) -> int:
    length = max(1, len(data))
    return rng.randrange(min(HEAD, length) if rng.random() < 1 / 3 else length)


def _bit(data: bytearray, rng: random.Random) -> None:
    if data:
        data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _run(data: bytearray, rng: random.Random) -> None:
    """Some bytes become zeros, ones, or noise."""
    at, length = _place(data, rng), rng.randint(1, 32)
    filled = rng.choice((bytes(length), b"\xff" * length, rng.randbytes(length)))
    data[at : at + length] = filled[: len(data) - at]


def _number(data: bytearray, rng: random.Random) -> None:
    """Two or four bytes become an extreme number, in either order."""
    value, size = rng.choice(EXTREMES), rng.choice((2, 4))
    at = _place(data, rng)
    data[at : at + size] = (value % (1 << 8 * size)).to_bytes(size, rng.choice(("big", "little")))


def _letters(data: bytearray, rng: random.Random) -> None:
    at = _place(data, rng)
    data[at : at + 4] = rng.choice(LETTERS)


def _word(data: bytearray, rng: random.Random) -> None:
    """A word that is no number, path or list one would expect stands in place of some bytes."""
    at = _place(data, rng)
    data[at : at + rng.randint(0, 12)] = rng.choice(WORDS)


def _cut(data: bytearray, rng: random.Random) -> None:
    at = _place(data, rng)
    del data[at : at + rng.randint(1, max(1, len(data) // 4))]


def _end(data: bytearray, rng: random.Random) -> None:
    del data[_place(data, rng) :]


def _twice(data: bytearray, rng: random.Random) -> None:
    at = _place(data, rng)
    data[at:at] = data[at : at + rng.randint(1, 256)]


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _bit, _bit, _run, _run, _number, _number, _letters, _word, _cut, _end, _twice,
)  # fmt: skip

"""Weights as people have them: safetensors or torch's own format, under whatever wrapper and prefix.

Only the terminal and Python come here. A file in torch's format is read with weights_only=True, and the
page, its trainings and model folders read safetensors alone.
"""

import argparse
import pickle
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from attention.errors import InputError, short

DEEPEST = 3  # dictionaries in dictionaries in which tensors are looked for
FEW = 3  # names that a sentence lists
COUNTER = "num_batches_tracked"  # of a batch norm: older files lack it, and nothing looks at it
Tensors = Mapping[str, Tensor]


@dataclass(frozen=True)
class Match:
    """How a file's tensors go with a network's own names.

    place: where in the file they lie, such as "state_dict" · prefix: what all keys begin with · found: by
    the network's own names · others: the file's other keys, those with the prefix without it · rivals: places
    of dictionaries with as many of the names and other numbers, such as averaged weights.
    """

    place: str
    prefix: str
    found: Tensors
    others: tuple[str, ...]
    rivals: tuple[str, ...] = ()


def read_tables(path: Path) -> dict[str, Tensors]:
    """Every dictionary of tensors in a file, by its place there: "" or such as "state_dict".

    InputError for a file that is missing, damaged, holds no tensors, or more than plain values.
    """
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError as error:
        raise InputError(
            f"The weights {short(path)} cannot be read ({error.strerror or error}); check the path."
        ) from error
    if start[8:] == b"{":
        held: object = _safetensors(path)
    elif start[:2] in (b"PK", b"\x80\x02"):
        held = _torchs(path)
    else:
        raise InputError(
            f"The weights '{short(path.name)}' are neither safetensors nor a file of torch.save; give one "
            "of these."
        )
    tables = dict(_tables(held, ()))
    if not tables:
        raise InputError(
            f"The weights '{short(path.name)}' hold no tensors by name; save net.state_dict() and give that."
        )
    return tables


def matched(tables: Mapping[str, Tensors], own: Tensors) -> Match:
    """The first table, and the prefix of its keys, with the most of a network's own names."""
    matches = [_match(place, table, own) for place, table in tables.items()]
    best = max(matches, key=lambda m: len(m.found))
    rivals = (m.place for m in matches if m.found and _rival(m.found, best.found))
    return replace(best, rivals=tuple(rivals))


def _rival(found: Tensors, best: Tensors) -> bool:
    """Whether there are as many tensors as in the best, and some with other numbers."""
    differ = (name not in best or not torch.equal(t, best[name]) for name, t in found.items())
    return len(found) == len(best) and any(differ)


def differences(match: Match, own: Tensors, needed: set[str], last: set[str]) -> str:
    """Which keys differ, cut to a few; "" when the file fits.

    own: the network's tensors · needed: those that are looked through · last: those of the last layer, which
    may have another number of rows. Other keys count where they lie within the network's own modules.
    """
    modules = {name.partition(".")[0] for name in own}
    missing = lacking(match, own, needed)
    unexpected = [name for name in match.others if name.partition(".")[0] in modules]
    shaped = [
        f"{name} {_size(tensor)} in place of {_size(own[name])}"
        for name, tensor in match.found.items()
        if tensor.shape[name in last :] != own[name].shape[name in last :]
    ]
    kinds = {"missing": missing, "unexpected": unexpected, "of another shape": shaped}
    return "; ".join(f"{len(names)} {kind}: {few(names)}" for kind, names in kinds.items() if names)


def lacking(match: Match, own: Tensors, needed: set[str]) -> list[str]:
    """Names of the network's tensors that are needed and not in the file."""
    absent = needed - set(match.found)
    return [name for name in own if name in absent and not name.endswith(COUNTER)]


def few(names: list[str] | tuple[str, ...]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(short(name) for name in names[:FEW]) + more


def _safetensors(path: Path) -> object:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise _damaged(path) from error


def _torchs(path: Path) -> object:
    try:
        # plain options of a training, which many programs keep beside the weights
        with torch.serialization.safe_globals([argparse.Namespace]):
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise _more_than_tensors(path) from error
    except Exception as error:  # a damaged file fails in as many ways as pickles can be cut
        if "TorchScript" in str(error):
            raise _more_than_tensors(path) from error
        raise _damaged(path) from error


def _damaged(path: Path) -> InputError:
    return InputError(
        f"The weights '{short(path.name)}' are damaged or incomplete; fetch or save them again."
    )


def _more_than_tensors(path: Path) -> InputError:
    return InputError(
        f"The weights '{short(path.name)}' hold more than tensors, and what runs code is not read; where "
        "they were made, save torch.save(net.state_dict(), 'weights.pth') and give that."
    )


def _tables(held: object, place: tuple[str, ...]) -> Iterator[tuple[str, Tensors]]:
    if not isinstance(held, Mapping):
        return
    tensors = {key: t for key, t in held.items() if isinstance(key, str) and isinstance(t, Tensor)}
    if tensors:
        yield ".".join(place), tensors
    if len(place) < DEEPEST:
        for key, value in held.items():
            yield from _tables(value, (*place, str(key)))


def _match(place: str, table: Tensors, own: Tensors) -> Match:
    ends = (_ends(key) for key in table)
    prefixes = Counter(start for starts in ends for start, end in starts if end in own)
    # of two that go with as many names the shorter: "" and "a." where a network has both "b" and "a.b"
    prefix = min(prefixes, key=lambda start: (-prefixes[start], len(start)), default="")
    inside = {key.removeprefix(prefix): key for key in table if key.startswith(prefix)}
    found = {name: table[key] for name, key in inside.items() if name in own}
    outside = (key for key in table if not key.startswith(prefix))
    return Match(place, prefix, found, (*(name for name in inside if name not in own), *outside))


def _ends(key: str) -> Iterator[tuple[str, str]]:
    """("", "a.b"), ("a.", "b"): a key cut at each of its dots."""
    names = key.split(".")
    for count in range(len(names)):
        end = ".".join(names[count:])
        yield key[: len(key) - len(end)], end


def _size(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "a number"

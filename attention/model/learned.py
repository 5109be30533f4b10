"""What a model's methods have learned: statistics on its card, heads in head.safetensors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from attention.errors import InputError, short
from attention.methods.method import Learned, Method
from attention.methods.registry import known_method
from attention.model.card import Card

HEAD = "head.safetensors"
WINDOW = 3  # side of the windows whose energies a card has statistics of


def with_learned(card: Card, learned: Mapping[str, Learned]) -> Card:
    """The card with the statistics of what needs no labels, and the names of the heads of what does."""
    kept = {name: arrays for name, arrays in learned.items() if _row(name).where != "sweep"}
    statistics = {
        name: {key: tuple(map(float, values)) for key, values in arrays.items()}
        for name, arrays in kept.items()
        if _row(name).labels == "none"
    }
    heads = tuple(name for name in kept if name not in statistics)
    return card.model_copy(update={"statistics": statistics, "heads": heads})


def save_heads(folder: Path, card: Card, learned: Mapping[str, Learned]) -> None:
    """Writes head.safetensors, a tensor `method.array` float32 each; nothing for a card without heads."""
    tensors = {
        f"{name}.{key}": np.ascontiguousarray(values, np.float32)
        for name in card.heads
        for key, values in learned[name].items()
    }
    if tensors:
        save_file(tensors, folder / HEAD)
        (folder / HEAD).chmod(0o644)


def read_learned(folder: Path, card: Card, width: int) -> dict[str, Learned]:
    """By method, what a model folder holds of it; methods that this version does not know are left out.

    width: features K of its CNN. InputError for a file or a card that is damaged or does not fit.
    """
    found: dict[str, Learned] = {
        name: {key: np.array(values, np.float32) for key, values in arrays.items()}
        for name, arrays in card.statistics.items()
    }
    if card.heads:
        tensors = _tensors(folder / HEAD)
        for name in card.heads:
            start = f"{name}."
            found[name] = {
                key.removeprefix(start): array.astype(np.float32)
                for key, array in tensors.items()
                if key.startswith(start)
            }
    known = {name: arrays for name, arrays in found.items() if known_method(name)}
    for name, arrays in known.items():
        _check(name, arrays, card, width)
    return known


def of_concepts(learned: Mapping[str, Learned], rows: list[int], window: int) -> dict[str, Learned]:
    """What is learned of some concepts, for energies of windows of side s.

    Statistics of energies are left out for windows of another side than those they are of.
    """
    return {
        name: {key: values[rows] for key, values in arrays.items()}
        for name, arrays in learned.items()
        if window == WINDOW or "energies" not in _row(name).reads
    }


def _row(name: str) -> Method:
    row = known_method(name)
    if row is None:
        raise ValueError(f"there is no method {name}")
    return row


def _tensors(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    try:
        return load_file(path)
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise InputError(
            f"its file {path.name} is missing or damaged; save the model again."
        ) from error


def _check(name: str, arrays: Learned, card: Card, width: int) -> None:
    place = HEAD if name in card.heads else "card"
    row = _row(name)
    fits = set(arrays) == set(row.learns) and all(
        values.shape in {(len(card.concepts),), (len(card.concepts), width)}
        and np.isfinite(values).all()
        for values in arrays.values()
    )
    if not fits:
        raise InputError(
            f"what its {place} holds of {short(name)} does not fit its {len(card.concepts)} concepts and "
            f"the {width} features of its CNN; save the model again."
        )

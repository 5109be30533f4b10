"""Weights of a person's own as a model: python -m attention import, and the same from Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from attention.errors import InputError, short
from attention.model.card import Card
from attention.model.checkpoint import (
    Match,
    Tensors,
    differences,
    few,
    lacking,
    matched,
    read_tables,
)
from attention.model.folder import Model, check_model_place, save_model
from attention.model.names import check_count, names_given
from attention.networks.cnn import (
    INPUT_SIDE,
    Backbone,
    Pixels,
    noise_for,
    pixels_given,
    renew_head,
    side_given,
)
from attention.networks.stock import names_in_both, shapes_of
from attention.networks.zoo import stock_and_backbone

LAST = ("head.last.weight", "head.last.bias")


@dataclass(frozen=True)
class _Fit:
    """A network and the tensors of a file that go with it.

    names: the network's own → its Backbone's · differs: which keys do, "" where the file fits.
    """

    name: str
    network: Backbone
    match: Match
    names: Mapping[str, str]
    differs: str


def import_weights(
    weights: str | Path,
    backbone: str,
    concepts: str | Path | Sequence[str],
    out: str | Path | None = None,
    *,
    target: str | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    size: int | None = None,
) -> Model:
    """A model of weights that were trained elsewhere; with `out` also written there, as a model folder.

    weights: safetensors, or what torch.save wrote of a state_dict; wrappers ("state_dict") and prefixes
    ("module.") are taken off · backbone: as load_backbone takes it; where torchvision and timm have one of
    that name, the keys tell · concepts: names in the order of the scores, as names_given takes them · target:
    the layer whose maps are looked at · mean, std: of the pixels it was trained with, as shares of 255 ·
    size: the side of the squares it was trained with, by default 224 pixels. The card's `about` says what was
    left out. InputError, one sentence, for what cannot be read or does not fit.
    """
    path, names = Path(weights), names_given(concepts)
    side = side_given(size)
    pixels_given(mean, std, Pixels())  # what is wrong is said before anything slow is done
    if out is not None:
        check_model_place(Path(out))
    fit, others = _fitting(path, backbone, target, read_tables(path), side)
    network = fit.network
    network.pixels = pixels_given(mean, std, network.pixels)
    name = short(path.name)
    check_count(names, _classes(fit), f"'{name}'")
    _fill(fit, name)
    about = [f"{fit.name} with {len(names)} concepts, imported from {name}.", *_left_out(fit.match)]
    card = Card(
        title=Path(out).name if out else path.stem,
        about=" ".join([*about, *_also_fitting(fit, others)]),
        concepts=names,
        backbone=fit.name,
        target=target,
        trained_on="Not known here: the weights were imported.",
        how_good="Not measured here.",
    )
    if out is not None:
        save_model(out, card, network)
    return Model(card.title, card, network)


def _fitting(
    path: Path,
    backbone: str,
    target: str | None,
    tables: Mapping[str, Tensors],
    side: int = INPUT_SIDE,
) -> tuple[_Fit, list[_Fit]]:
    """The first network of that name that the file fits, and the others; InputError where it fits none."""
    first, *others = names_in_both(backbone)
    tried = [_tried(first, target, tables, side)]
    if tried[0].differs or target is None:
        tried += [
            _tried(other, target, tables, side)
            for other in others
            if not lacking(matched(tables, own := shapes_of(other)), own, set(own))
        ]
    fits = [fit for fit in tried if not fit.differs]
    if not fits:
        raise _fits_none(path, tables, tried[0])
    return fits[0], fits[1:]


def _tried(name: str, target: str | None, tables: Mapping[str, Tensors], side: int) -> _Fit:
    net, network = stock_and_backbone(name, target=target, side=side)
    own, names = net.state_dict(keep_vars=True), _names(net, network)
    match = matched(tables, own)
    last = {ours for ours, its in names.items() if its in LAST}
    return _Fit(name, network, match, names, differences(match, own, set(names), last))


def _names(net: torch.nn.Module, network: Backbone) -> dict[str, str]:
    """The network's own names of its tensors → its Backbone's, for those that are looked through."""
    ours = {id(tensor): name for name, tensor in network.state_dict(keep_vars=True).items()}
    own = net.state_dict(keep_vars=True).items()
    return {name: ours[id(tensor)] for name, tensor in own if id(tensor) in ours}


def _classes(fit: _Fit) -> int:
    """How many classes the file's last layer has; the network's own number where it cannot be refitted."""
    last = (fit.match.found[own] for own, its in fit.names.items() if its == LAST[0])
    return next((len(weight) for weight in last), fit.network.num_classes)


def _fill(fit: _Fit, name: str) -> None:
    """Gives the network the file's tensors. name: of the file."""
    tensors = {
        its: fit.match.found[own] for own, its in fit.names.items() if own in fit.match.found
    }
    broken = [own for own, tensor in fit.match.found.items() if not tensor.isfinite().all()]
    if broken:
        raise InputError(
            f"The weights '{name}' hold numbers that are not finite ({few(broken)}); the training failed, or "
            "the file is damaged."
        )
    if (classes := _classes(fit)) != fit.network.num_classes:
        renew_head(fit.network, classes)
    try:
        fit.network.load_state_dict({key: t.float() for key, t in tensors.items()}, strict=False)
    except RuntimeError as error:  # a last layer whose bias is of another length than its weights
        raise InputError(
            f"The last layer of the weights '{name}' is damaged; save them again."
        ) from error


def _left_out(match: Match) -> list[str]:
    """Sentences on where the tensors were, and which of the file's are not looked at."""
    said = []
    if match.place or match.prefix:
        place = f" of its {short(match.place)}" if match.place else ""
        prefix = f" without '{short(match.prefix)}'" if match.prefix else ""
        said.append(f"Its keys are those{place}{prefix}.")
    if match.rivals:
        said.append(
            f"Not used: {few(match.rivals)}, which fits as well; save that alone if it is meant."
        )
    if match.others:
        said.append(f"Not used: {few(match.others)}.")
    return said


@torch.no_grad()
def _also_fitting(fit: _Fit, others: list[_Fit]) -> list[str]:
    """A sentence on a network of the same name that the file fits too, if it would give other scores."""
    noise = noise_for(fit.network)
    said = []
    for other in others:
        _fill(other, "")
        same = torch.allclose(other.network(noise), fit.network(noise), rtol=1e-3, atol=1e-4)
        if not same:
            said.append(
                f"It fits {other.name} too, which gives other scores; name that if it is meant."
            )
    return said


def _fits_none(path: Path, tables: Mapping[str, Tensors], fit: _Fit) -> InputError:
    said = fit.differs
    if not fit.match.found:
        said = f"its keys are such as {few(list(next(iter(tables.values()))))}"
    return InputError(
        f"The weights '{short(path.name)}' do not fit {short(fit.name)} ({said}); name the network they are "
        "of, or look through one of your own in Python (attention.model.look_through)."
    )

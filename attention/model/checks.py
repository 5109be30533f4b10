"""Whether a model's card and its parts fit each other: one that does not could not be loaded again."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from attention.concepts import ConceptSet, word_dim
from attention.energynet import EnergyNet
from attention.errors import InputError, short
from attention.model.card import Card, EnergyNetCard
from attention.networks.cnn import Backbone, Pixels, noise_for
from attention.networks.zoo import load_backbone


def check_parts(
    name: str, card: Card, web: Backbone, tuned: Backbone | None, energynet: EnergyNet | None
) -> None:
    """Raises InputError when a model of this card and these parts could not be loaded."""
    with of_model(name, "saved"):
        ConceptSet(card.concepts)
        if card.weights != "web.safetensors":
            raise InputError(
                f"its card names the weights {short(repr(card.weights))}; leave that out, they are "
                "written to web.safetensors."
            )
        if card.tells_of_tuned and tuned is None:
            raise InputError(
                "its card tells of a tuned CNN or an EnergyNet; pass the tuned CNN too."
            )
        if (card.energynet is None) != (energynet is None):
            lacking = "card tells of no" if card.energynet is None else "parts lack the"
            raise InputError(f"its {lacking} EnergyNet; give both card and EnergyNet, or neither.")
        empty, empty_net = _empty(card)
        for part, backbone in (("web", web), ("tuned", tuned)):
            if backbone is not None and _form(backbone) != _form(empty):
                raise InputError(
                    f"its {part} CNN is {backbone.name} cut at {backbone.target} with "
                    f"{backbone.num_classes} classes, its card's {empty.name} cut at {empty.target} "
                    f"with {empty.num_classes}; make them one."
                )
            if backbone is not None and not _comes_back(backbone, empty):
                raise InputError(
                    f"its {part} CNN would give other scores when loaded again, as part of it is neither "
                    f"in its tensors nor on the card; build it as load_backbone builds {empty.name}."
                )
        if energynet is not None and (empty_net is None or _form(energynet) != _form(empty_net)):
            raise InputError("its EnergyNet is not built as its card says; correct the card.")


def _empty(card: Card) -> tuple[Backbone, EnergyNet | None]:
    """What loading builds for a card before it reads any weights."""
    with torch.random.fork_rng(devices=[]):  # a training that saves draws next what it would have
        backbone = load_backbone(
            card.backbone, len(card.concepts), None, card.target, card.flags, pixels_of(card)
        )
        if card.energynet is None:
            return backbone, None
        dim = word_dim(how=card.energynet.words)
        return backbone, built_energynet(card.energynet, backbone.map_size, dim)


def pixels_of(card: Card) -> Pixels | None:
    """The pixels that a card tells of; None for those of its backbone's ImageNet weights."""
    return (
        None if card.pixels is None else Pixels(card.pixels.mean, card.pixels.std, card.pixels.side)
    )


def _form(module: Backbone | EnergyNet) -> tuple[object, ...]:
    """What two modules share that can be filled with the same file and then say the same."""
    how = module.target if isinstance(module, Backbone) else module.map_scale
    return how, {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


@torch.no_grad()
def _comes_back(backbone: Backbone, empty: Backbone) -> bool:
    """Whether `empty`, filled with the backbone's tensors, takes the same pixels and gives its scores."""
    if backbone.pixels != empty.pixels:
        return False
    empty.load_state_dict(backbone.state_dict())
    noise = noise_for(backbone)
    return torch.allclose(empty(noise), backbone(noise), rtol=1e-3, atol=1e-4, equal_nan=True)


@contextmanager
def of_model(name: str, what: str = "loaded") -> Iterator[None]:
    """Names the model in the sentence of an InputError."""
    try:
        yield
    except InputError as error:
        raise InputError(f"Model '{name}' cannot be {what}: {error}") from error


def built_energynet(card: EnergyNetCard, map_size: tuple[int, int], word_dim: int) -> EnergyNet:
    """An EnergyNet as its card says, with random weights, for maps [h,w] and words of `word_dim` numbers."""
    return EnergyNet(map_size, word_dim, card.hidden, card.dim, card.map_scale)

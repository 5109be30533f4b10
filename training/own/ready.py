"""What the first learning would wait for, loaded while the boxes are filled."""

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from attention.serving.offered import ready_model

if TYPE_CHECKING:
    from attention.model import Model

BASE = "imagenet"  # the model whose features are learned from
FRAMES = 9  # of a first look: whole batches and a single frame are compiled apart


def base_model() -> "Model":
    """The model whose Web CNN gives the features."""
    return ready_model(BASE)


@lru_cache(maxsize=1)
def made_ready() -> None:
    """Loads the network, its graph and scikit-learn in a thread of its own, once."""
    threading.Thread(target=_load, daemon=True).start()


def _load() -> None:
    import torch

    from attention.engine.choosing import engine_of
    from attention.networks.cnn import INPUT_SIDE

    web = base_model().web
    engine_of(web).trunk(torch.zeros(FRAMES, 3, INPUT_SIDE, INPUT_SIDE))
    import sklearn.linear_model  # noqa: F401 - needed last, and read while stills are looked at

"""How far apart EnergyNet sets frames of the lesson's clips: D (Eq. 7) between embeddings; no torch."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from attention.concepts import concept_vectors
from attention.model.card import SHIPPED, read_card
from training.tabs.learn.facts import MODEL, clip_of

DIGITS = 5
Distances = dict[str, dict[str, list[list[float]]]]


@lru_cache(maxsize=2)
def distances(clips: tuple[str, ...]) -> Distances:
    """Clip → other clip, or itself → D of Eq. 7 [frames of it][frames of the other], in 0 … 2.

    Each frame is embedded with its own true class, as the triplet loss takes it (Eq. 10).
    """
    f = {key: _embeddings(key) for key in clips}
    unit = {key: one / np.linalg.norm(one, axis=1, keepdims=True) for key, one in f.items()}
    return {
        key: {other: np.round(1 - one @ two.T, DIGITS).tolist() for other, two in unit.items()}
        for key, one in unit.items()
    }


def _embeddings(key: str) -> NDArray[np.float64]:
    """f of Eq. 4 of the tuned CNN's maps of a clip's true class: [N,d]."""
    sample, analysis = clip_of(key)
    maps, truth = analysis.side("tuned").maps, analysis.concepts.index(str(sample.truth))
    W1, b1, W2, b2 = _layers()
    assert maps is not None
    V_L = maps[:, truth].reshape(len(maps), -1)
    V_c = np.tile(_word_vectors()[truth], (len(maps), 1))
    hidden = np.maximum(0, np.concatenate((V_L, V_c), axis=1) @ W1.T + b1)
    return np.asarray(hidden @ W2.T + b2, np.float64)


def _layers() -> list[NDArray[np.float32]]:
    """Weights and biases of the two layers of the EnergyNet that ships, which takes maps as they are."""
    tensors = load_file(SHIPPED / MODEL / "energynet.safetensors")
    names = ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")
    return [tensors[name].astype(np.float32) for name in names]


def _word_vectors() -> NDArray[np.float32]:
    card = read_card(MODEL)
    assert card.energynet is not None
    V_c, _ = concept_vectors(card.concepts, how=card.energynet.words)
    return V_c

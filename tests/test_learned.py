"""What methods have learned, in a model folder: what comes back and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from attention.errors import InputError
from attention.model.card import Card
from attention.model.folder import load_model, save_model
from attention.networks.zoo import load_backbone

CONCEPTS = ("Handshake", "High five", "Hug", "Kiss")
NAME = "mobilenet_v3_small"
K = 1024


@pytest.fixture
def learned() -> dict[str, dict[str, np.ndarray]]:
    rng = np.random.default_rng(0)

    def head() -> dict[str, np.ndarray]:
        return {"weight": np.float32(rng.normal(size=(4, K))), "bias": np.float32([1, 2, 3, 4])}

    statistics = {"mean": np.float32([0.1, 0.2, 0.3, 0.4]), "std": np.float32([1, 2, 3, 5])}
    return {"Focus": statistics, "Web+video head": head(), "SVM": head()}


@pytest.fixture
def folder(tmp_path: Path, learned: dict[str, dict[str, np.ndarray]]) -> Path:
    torch.manual_seed(0)
    web = load_backbone(NAME, 4, weights=None)
    card = Card(title="t", about="", concepts=CONCEPTS, backbone=NAME)
    return save_model(tmp_path / "m", card, web, half=True, learned=learned)


def test_statistics_lie_on_the_card_and_heads_in_their_file(
    folder: Path, learned: dict[str, dict[str, np.ndarray]]
) -> None:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert card["heads"] == ["Web+video head"] and list(card["statistics"]) == ["Focus"]
    assert card["statistics"]["Focus"]["std"] == [1, 2, 3, 5]
    kept = load_file(folder / "head.safetensors")
    assert set(kept) == {"Web+video head.weight", "Web+video head.bias"}
    found = load_model(folder).learned
    assert set(found) == {"Focus", "Web+video head"}  # the SVM is of sweeps only
    for name, arrays in found.items():
        for key, values in arrays.items():
            np.testing.assert_array_equal(values, learned[name][key])
            assert values.dtype == np.float32


def test_what_is_learned_is_picked_by_concept_and_window(folder: Path) -> None:
    model = load_model(folder)
    some = model.learned_of([3, 1], 3)
    assert some["Focus"]["mean"].tolist() == [np.float32(0.4), np.float32(0.2)]
    assert some["Web+video head"]["bias"].tolist() == [4, 2]
    assert set(model.learned_of([0, 1], 5)) == {"Web+video head"}  # μ and σ are of 3×3 windows
    assert model.has_readers_of_features("web") and not model.has_readers_of_features("tuned")


def test_a_folder_of_an_older_version_opens(folder: Path) -> None:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    del card["statistics"], card["heads"]
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    (folder / "head.safetensors").unlink()
    model = load_model(folder)
    assert model.learned == {} and not model.has_readers_of_features("web")


def test_a_method_of_another_version_is_left_out(folder: Path) -> None:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    card["statistics"]["Squint"] = {"width": [1.0]}
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    assert set(load_model(folder).learned) == {"Focus", "Web+video head"}


def short_file(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def other(change: Callable[[dict[str, np.ndarray]], object]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        tensors = {name: array.copy() for name, array in load_file(path).items()}
        change(tensors)
        save_file(tensors, path)

    return damage


W, B = "Web+video head.weight", "Web+video head.bias"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (Path.unlink, "its file head.safetensors is missing or damaged; save the model again"),
        (short_file, "its file head.safetensors is missing or damaged; save the model again"),
        (other(lambda t: t.pop(B)), "what its head.safetensors holds of Web+video head"),
        (other(lambda t: t.update({W: t[W][:, :-1].copy()})), "the 1024 features of its CNN"),
        (other(lambda t: t.update({B: t[B][:-1].copy()})), "does not fit its 4 concepts"),
        (other(lambda t: t[W].__setitem__((0, 0), np.nan)), "does not fit"),
    ],
)
def test_a_head_that_is_damaged_or_does_not_fit_is_one_sentence(
    folder: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(folder / "head.safetensors")
    with pytest.raises(InputError) as refused:
        load_model(folder)
    sentence = str(refused.value)
    assert sentence.startswith("Model 'm' cannot be loaded: ") and said in sentence
    assert "\n" not in sentence


def test_statistics_that_do_not_fit_are_one_sentence(folder: Path) -> None:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    card["statistics"]["Focus"]["mean"].pop()
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(InputError, match="what its card holds of Focus does not fit"):
        load_model(folder)

"""A model on disk: what comes back, what is refused, and what a failed save leaves behind."""

import errno
import json
import os
import shutil
import time
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import load_file
from torch import nn

from attention import model as model_module
from attention.backbone import load_backbone
from attention.cnn import Backbone
from attention.concepts import concept_vectors, imagenet_concepts
from attention.energynet import EnergyNet
from attention.errors import InputError
from attention.model import Card, EnergyNetCard, load_model, read_card, save_model, shipped_models
from attention.pipeline import analyse
from tests.networks import lively, photograph, pictures, twins

CONCEPTS = ("Handshake", "High five", "Hug", "Kiss")
NAME = "mobilenet_v3_small"


def small(seed: int) -> Backbone:
    torch.manual_seed(seed)
    looker = load_backbone(NAME, num_classes=4, weights=None)
    lively(nn.Sequential(looker.trunk, looker.head))
    return looker


@pytest.fixture(scope="module")
def parts() -> tuple[Backbone, Backbone, EnergyNet]:
    torch.manual_seed(2)
    web = small(0)
    return web, small(1), EnergyNet(web.map_size, word_dim=50, hidden=8, map_scale="frame")


def card(**fields: object) -> Card:
    given = {"title": "Interactions", "about": "Four of them.", "concepts": CONCEPTS}
    return Card(**{**given, "backbone": NAME, **fields})


LEARNED = card(energynet=EnergyNetCard(hidden=8, map_scale="frame"), seed=7, metrics={"web": 0.95})


@pytest.fixture
def saved(tmp_path, parts) -> Path:
    return save_model(tmp_path / "mine", LEARNED, *parts)


def same(one: nn.Module, other: nn.Module, half: bool = False) -> bool:
    ours, theirs = one.state_dict(), other.state_dict()
    return ours.keys() == theirs.keys() and all(
        torch.equal(_halved(t) if half else t, theirs[name]) for name, t in ours.items()
    )


def _halved(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.half().float() if tensor.is_floating_point() else tensor


# Round trips


def test_a_whole_model_comes_back(saved, parts):
    web, tuned, energynet = parts
    model = load_model(saved)
    assert model.name == "mine" and model.card == LEARNED and model.concepts == CONCEPTS
    assert same(web, model.web) and same(tuned, model.tuned) and same(energynet, model.energynet)
    assert (model.energynet.map_scale, model.energynet.map_size) == ("frame", web.map_size)
    assert not any(
        layer.training
        for part in (model.web, model.tuned, model.energynet)
        for layer in part.modules()
    )
    expected, _ = concept_vectors(CONCEPTS)
    np.testing.assert_array_equal(model.V_c, expected)
    x = web.preprocess(pictures(1))
    with torch.no_grad():
        assert torch.equal(model.web(x), web(x)) and torch.equal(model.tuned(x), tuned(x))


def test_a_model_of_half_precision_is_half_the_size_and_looks_in_whole(tmp_path, parts):
    whole = save_model(tmp_path / "whole", LEARNED, *parts)
    half = save_model(tmp_path / "half", LEARNED, *parts, half=True)
    for name in ("web", "tuned", "energynet"):
        sizes = [(folder / f"{name}.safetensors").stat().st_size for folder in (whole, half)]
        assert 0.45 < sizes[1] / sizes[0] < 0.6
    model = load_model(half)
    assert all(same(part, back, half=True) for part, back in zip(parts, _parts(model), strict=True))
    dtypes = {p.dtype for part in _parts(model) for p in part.parameters()}
    assert dtypes == {torch.float32}


def _parts(model: model_module.Model) -> list[nn.Module]:
    return [model.web, model.tuned, model.energynet]


def test_a_model_with_a_web_cnn_alone(tmp_path, parts):
    model = load_model(save_model(tmp_path / "web only", card(), parts[0]))
    assert model.tuned is None and model.energynet is None and model.V_c is None
    assert model.name == "web only" and same(parts[0], model.web)


def test_a_model_cut_elsewhere(tmp_path):
    looker = load_backbone("mobilenetv3_small_050", weights=None, target="blocks.4")
    stored = card(
        concepts=imagenet_concepts(), backbone="mobilenetv3_small_050", target=looker.target
    )
    model = load_model(save_model(tmp_path / "cut", stored, looker))
    assert model.web.map_size == looker.map_size and same(looker, model.web)


def test_a_folder_holds_what_the_design_says_and_no_pickle(saved):
    names = ["energynet.safetensors", "model.json", "tuned.safetensors", "web.safetensors"]
    assert sorted(entry.name for entry in saved.iterdir()) == names
    stored = json.loads((saved / "model.json").read_text(encoding="utf-8"))
    assert stored["concepts"] == list(CONCEPTS) and stored["backbone"] == NAME
    assert load_file(saved / "web.safetensors")["head.last.weight"].shape[0] == 4


# Saving


def test_saving_again_replaces_the_whole_folder(saved, parts):
    save_model(saved, card(title="Another"), parts[1])
    model = load_model(saved)
    assert model.card.title == "Another" and same(parts[1], model.web)
    assert model.tuned is None  # nothing of the old model is left in it
    assert [entry.name for entry in saved.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_is_no_model_is_never_replaced(tmp_path, parts, what):
    place = tmp_path / "thesis"
    kept = place
    if what == "folder":
        place.mkdir()
        kept = place / "chapter.txt"
    kept.write_text("years of work")
    with pytest.raises(InputError, match="thesis"):
        save_model(place, card(), parts[0])
    assert kept.read_text() == "years of work"
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis"]


def _full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "where",
    [
        "weights",
        "card",
        "rename",
    ],
)
def test_a_failed_save_leaves_the_old_model_and_nothing_else(saved, parts, monkeypatch, where):
    save = model_module.save_file

    def second_fails(tensors: dict, path: Path) -> None:
        save(tensors, path)
        if path.name == "tuned.safetensors":
            _full_disk()

    if where == "weights":
        monkeypatch.setattr(model_module, "save_file", second_fails)
    elif where == "card":
        monkeypatch.setattr(Path, "write_text", _full_disk)
    else:
        monkeypatch.setattr("os.replace", _full_disk)
    with pytest.raises(OSError, match="No space left"):
        save_model(saved, card(title="Another"), *parts[:2])
    monkeypatch.undo()
    assert load_model(saved).card == LEARNED
    assert [entry.name for entry in saved.parent.iterdir()] == ["mine"]


def test_a_failure_between_the_two_renames_puts_the_old_model_back(saved, parts, monkeypatch):
    replace, calls = os.replace, []

    def second_fails(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            _full_disk()
        replace(source, target)

    monkeypatch.setattr("os.replace", second_fails)
    with pytest.raises(OSError, match="No space left"):
        save_model(saved, card(title="Another"), parts[0])
    assert load_model(saved).card == LEARNED


def test_a_new_folder_may_lie_in_new_folders(tmp_path, parts):
    folder = save_model(tmp_path / "runs" / "one" / "model", card(), parts[0])
    assert load_model(str(folder)).name == "model"


# What is refused


def refused(folder: Path | str) -> str:
    with pytest.raises(InputError) as told:
        load_model(folder)
    sentence = str(told.value)
    assert "\n" not in sentence and len(sentence) < 400
    return sentence


@pytest.mark.parametrize("name", ["no such model", "interactions2", "resnet1010", "../nowhere"])
def test_an_unknown_name_offers_the_known_ones(name):
    sentence = refused(name)
    assert f"There is no model '{name}'" in sentence and "imagenet, " in sentence


def test_a_folder_without_a_card(tmp_path):
    (tmp_path / "photos").mkdir()
    assert "'photos' holds no model.json" in refused(tmp_path / "photos")


CARDS = {
    "empty": "",
    "not JSON": "{title: mine}",
    "a list": "[]",
    "a string": '"imagenet"',
    "a field missing": '{"title": "a", "about": "b", "backbone": "resnet18"}',
    "a field of another type": '{"title": "a", "about": "b", "concepts": 3, "backbone": "resnet18"}',
    "an unknown field": '{"title": "a", "about": "", "concepts": ["x"], "backbone": "b", "pickle": 1}',
}


@pytest.mark.parametrize("text", CARDS.values(), ids=CARDS.keys())
def test_a_damaged_card(saved, text):
    (saved / "model.json").write_text(text, encoding="utf-8")
    assert "The card of model 'mine' is damaged (" in refused(saved)
    with pytest.raises(InputError):
        read_card(saved)


def test_a_card_that_is_not_text(saved):
    (saved / "model.json").write_bytes(b"\x89PNG\r\n\xff\xfe")
    assert "'mine' is damaged" in refused(saved)
    (saved / "model.json").unlink()
    (saved / "model.json").mkdir()
    assert "'mine' is damaged" in refused(saved)


def test_a_card_says_which_field_is_wrong(saved):
    _change(saved, backbone=3)
    assert "backbone" in refused(saved)


def _change(folder: Path, **fields: object) -> None:
    stored = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    text = json.dumps({**stored, **fields})
    (folder / "model.json").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"concepts": [*CONCEPTS, "Wave"]}, r"do not fit .* with 5 concepts"),
        ({"concepts": []}, "."),
        ({"backbone": "mobilenet_v3_large"}, "do not fit mobilenet_v3_large"),
        ({"backbone": "nothing"}, "There is no backbone 'nothing'"),
        ({"target": "features.4"}, "."),
        ({"target": "nowhere"}, "has no layer 'nowhere'"),
        ({"weights": "other.safetensors"}, r"lacks its file other\.safetensors"),
        ({"energynet": {"hidden": 9}}, "does not fit its card"),
        ({"energynet": {"hidden": 8, "dim": 32}}, "does not fit its card"),
        ({"energynet": {"hidden": 8, "words": "fisher"}}, "does not fit its card"),
        ({"energynet": {"hidden": 8, "words": "sum"}}, "'sum'"),
        ({"energynet": {"hidden": 8, "map_scale": "max"}}, "max"),
    ],
    ids=str,
)
def test_a_card_that_does_not_fit_its_weights(saved, fields, said):
    _change(saved, **fields)
    with pytest.raises(InputError, match=said):
        load_model(saved)


@pytest.mark.parametrize("name", ["web", "energynet"])
def test_a_missing_file_is_named(saved, name):
    (saved / f"{name}.safetensors").unlink()
    assert f"{name}.safetensors" in refused(saved)


@pytest.mark.parametrize("name", ["web", "tuned", "energynet"])
@pytest.mark.parametrize("damage", ["empty", "half", "pickle"])
def test_a_damaged_file_is_named(saved, name, damage):
    path = saved / f"{name}.safetensors"
    raw = path.read_bytes()
    path.write_bytes({"empty": b"", "half": raw[: len(raw) // 2], "pickle": b"\x80\x04N."}[damage])
    assert f"{name}.safetensors" in refused(saved)


def test_another_models_file_is_refused(saved):
    shutil.copy(saved / "web.safetensors", saved / "energynet.safetensors")
    assert "energynet.safetensors" in refused(saved)


# Models that ship, and ImageNet's


def test_the_shipped_models_cards_can_be_read():
    assert "imagenet" in shipped_models()
    for name in shipped_models():
        shipped = read_card(name)
        assert shipped.title and shipped.about and len(shipped.concepts) > 1


@pytest.fixture
def offline(monkeypatch, tmp_path):
    def refuse(*_: object, **__: object) -> None:
        raise URLError("no network in this test")

    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)
    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path


def test_imagenet_knows_a_lion_without_a_network(offline):
    looked = analyse(photograph("lion.jpg"), "imagenet")
    assert looked.model == "imagenet" and len(looked.concepts) == 1000
    for verdict in looked.verdicts:
        assert looked.concepts[verdict.prediction] == "lion"
    assert looked.agreement == "Both methods say lion."


def test_resnet101_without_a_network_is_one_clear_line_at_once(offline):
    started = time.monotonic()
    sentence = refused("resnet101")
    assert "resnet101" in sentence and "could not be downloaded" in sentence
    assert time.monotonic() - started < 30  # building the network, no waiting for retries


def test_weights_under_torch_home_are_found(offline):
    net, looker = twins("resnet18")
    url = torchvision.models.get_model_weights("resnet18").DEFAULT.url
    checkpoints = offline / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    torch.save(net.state_dict(), checkpoints / url.rsplit("/", 1)[1])
    model = load_model("resnet18")
    assert model.name == "resnet18" and model.concepts == imagenet_concepts()
    assert same(looker, model.web)

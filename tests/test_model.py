"""A model on disk: what comes back, what is refused, and what a failed save leaves behind."""

import dataclasses
import errno
import json
import os
import shutil
import time
from pathlib import Path
from unittest.mock import patch
from urllib.error import URLError

import numpy as np
import pytest
import torch
import torchvision
from safetensors.torch import load_file
from torch import nn
from torchvision.models import _api

from attention.concepts import concept_vectors, imagenet_concepts
from attention.energynet import EnergyNet
from attention.errors import InputError
from attention.model import folder as model_module
from attention.model.card import Card, EnergyNetCard, read_card, shipped_models
from attention.model.folder import load_model, save_model
from attention.networks.cnn import IMAGENET, Backbone, Pixels
from attention.networks.zoo import load_backbone
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


LEARNED = card(
    energynet=EnergyNetCard(hidden=8, map_scale="frame"),
    seed=7,
    metrics={"web": 0.95},
    pixels={"mean": IMAGENET[0], "std": IMAGENET[1]},
)


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


def test_a_flag_outside_the_tensors_comes_back(tmp_path):
    torch.manual_seed(0)
    stock = lively(torchvision.models.googlenet(weights=None, init_weights=False))
    # as ImageNet's own do, its weights switch the flag on
    with patch.object(_api.WeightsEnum, "get_state_dict", lambda *_, **__: stock.state_dict()):
        looker = load_backbone("googlenet")
    stated = Card(title="", about="", concepts=imagenet_concepts(), backbone="googlenet")
    model = load_model(save_model(tmp_path / "g", stated, looker, looker))
    x = looker.preprocess(pictures(2))
    with torch.no_grad():
        scores = looker(x)
        assert torch.equal(model.web(x), scores) and torch.equal(model.tuned(x), scores)
        assert not torch.equal(stock(x).argmax(1), scores.argmax(1)), "the flag changes nothing"
    assert model.card.flags == looker.flags
    assert looker.flags["transform_input"]


def test_pixels_of_ones_own_come_back(tmp_path):
    looker = small(0)
    looker.pixels = Pixels((0.1, 0.2, 1 / 3), (0.25, 0.5, 1.0))
    model = load_model(save_model(tmp_path / "m", card(), looker))
    assert model.web.pixels == looker.pixels
    assert torch.equal(model.web.preprocess(pictures(1)), looker.preprocess(pictures(1)))
    with pytest.raises(InputError, match="tuned CNN would give other scores"):
        save_model(tmp_path / "two", card(), looker, small(1))


def test_a_cnn_that_would_come_back_another_is_not_saved(tmp_path):
    looker = small(0)
    looker.trunk[-1][2] = nn.ReLU()  # a layer without tensors, in place of a hard-swish
    with pytest.raises(InputError, match="web CNN would give other scores"):
        save_model(tmp_path / "m", card(), looker)
    assert not (tmp_path / "m").exists()


def test_flags_that_a_backbone_does_not_have_are_named(tmp_path):
    for name in (NAME, "efficientnet_lite0"):
        with pytest.raises(InputError, match=f"'{name}' cannot be built with the flags nonsense"):
            load_backbone(name, weights=None, flags={"nonsense": True})


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


OTHERS = {  # fields of the card, which parts, what is said
    "an EnergyNet is lacking": ({}, (True, True, False), "parts lack the EnergyNet"),
    "its CNN is lacking": ({}, (True, False, True), "pass the tuned CNN too"),
    "the tuned CNN is lacking": (
        {"energynet": None, "stages": ({"epochs": 1}, {"epochs": 1})},
        (True, False, False),
        "pass the tuned CNN too",
    ),
    "no EnergyNet in the card": ({"energynet": None}, (True, True, True), "card tells of no Ener"),
    "another EnergyNet": (
        {"energynet": EnergyNetCard(hidden=16, map_scale="frame")},
        (True, True, True),
        "not built as its card says",
    ),
    "another scale": ({"energynet": EnergyNetCard(hidden=8)}, (True, True, True), "not built as"),
    "other words": (
        {"energynet": EnergyNetCard(hidden=8, map_scale="frame", words="fisher")},
        (True, True, True),
        "not built as its card says",
    ),
    "another backbone": ({"backbone": "mobilenet_v2"}, (True, True, True), "make them one"),
    "no backbone": ({"backbone": "nothing"}, (True, True, True), "no backbone 'nothing'"),
    "another layer": (
        {"target": "features.11", "concepts": imagenet_concepts()},
        (True, True, True),
        "cut at features.12 with 4",
    ),
    "other concepts": (
        {"concepts": CONCEPTS[:3]},
        (True, True, True),
        "with 4 classes, its card's",
    ),
    "twins": ({"concepts": ("Hug", "hug", "B", "C")}, (True, True, True), "cannot be told apart"),
    "other weights": ({"weights": "default"}, (True, True, True), "names the weights 'default'"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_a_model_that_could_not_be_loaded_is_not_written(saved, parts, case):
    fields, passed, said = OTHERS[case]
    other = LEARNED.model_copy(update=fields)
    given = [part if there else None for part, there in zip(parts, passed, strict=True)]
    for place in (saved, saved.parent / "new"):
        with pytest.raises(InputError, match=f"'{place.name}' cannot be saved: .*{said}"):
            save_model(place, other, *given)
    assert load_model(saved).card == LEARNED
    assert [entry.name for entry in saved.parent.iterdir()] == ["mine"]


def test_saving_draws_no_random_number(tmp_path, parts):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    save_model(tmp_path / "mine", LEARNED, *parts)
    assert torch.equal(torch.rand(3), expected)  # a training goes on as if nothing was saved


@pytest.mark.parametrize("place", ["file/model", "file/deep/model", "", ".", ".."])
def test_a_place_for_no_model_is_one_sentence(tmp_path, parts, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("a file")
    with pytest.raises(InputError, match=r"another folder|a new folder"):
        save_model(place, card(), parts[0])
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="nobody can write in /proc, not even root"
)
def test_a_place_that_nobody_can_write_to_is_one_sentence(parts):
    with pytest.raises(InputError, match=r"cannot be written to /proc/x .*; give another folder"):
        save_model("/proc/x", card(), parts[0])


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


def test_names_that_name_nothing_are_told_shortly(tmp_path, monkeypatch):
    for name in ("", "  "):
        assert refused(name).startswith("No model is named; choose one of imagenet")
    assert "There is no model 'xxx" in refused("x" * 5000)
    (tmp_path / "photos").mkdir()
    monkeypatch.chdir(tmp_path / "photos")
    assert "The folder 'photos' holds no model.json" in refused(".")


def test_a_model_may_be_where_one_is(saved, monkeypatch):
    monkeypatch.chdir(saved)
    assert load_model(".").name == "mine"


CARDS = {
    "empty": "",
    "not JSON": "{title: mine}",
    "a list": "[1, 2]",
    "null": "null",
    "nested": "[" * 100_000,
    "an EnergyNet of no width": '{"title": "a", "about": "", "concepts": ["x"], "backbone": "b", '
    '"energynet": {"hidden": -3}}',
    "an EnergyNet too wide": '{"title": "a", "about": "", "concepts": ["x"], "backbone": "b", '
    '"energynet": {"hidden": 1000000000000}}',
    "a string": '"imagenet"',
    "a field missing": '{"title": "a", "about": "b", "backbone": "resnet18"}',
    "a field of another type": '{"title": "a", "about": "b", "concepts": 3, "backbone": "resnet18"}',
    "an unknown field": '{"title": "a", "about": "", "concepts": ["x"], "backbone": "b", "pickle": 1}',
}


SAID = {
    "a list": "it holds no fields such as title and concepts",
    "nested": "its brackets are nested too deeply",
    "a field missing": "the field concepts is missing",
    "a field of another type": "concepts is 3, not a list of names",
    "an unknown field": "there is no field pickle",
    "an EnergyNet of no width": "energynet.hidden is -3, not",
    "an EnergyNet too wide": "energynet.hidden is 1000000000000, not",
}


@pytest.mark.parametrize("case", CARDS)
def test_a_damaged_card(saved, case):
    (saved / "model.json").write_text(CARDS[case], encoding="utf-8")
    said = refused(saved)
    assert f"The card of model 'mine' is damaged ({SAID.get(case, '')}" in said
    assert "object has no attribute" not in said
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


@pytest.mark.parametrize("name", ["web", "tuned", "energynet"])
def test_a_missing_file_is_named(saved, name):
    (saved / f"{name}.safetensors").unlink()
    assert "'mine'" in refused(saved) and f"{name}.safetensors" in refused(saved)


STAGES = ({"epochs": 10, "lr": 0.01}, {"epochs": 5, "lr": 0.003})


def test_a_tuned_cnn_that_the_stages_tell_of_is_not_left_out(tmp_path, parts):
    folder = save_model(tmp_path / "mine", card(stages=STAGES), *parts[:2])
    assert load_model(folder).tuned is not None
    (folder / "tuned.safetensors").unlink()
    assert "'mine' cannot be loaded: it lacks its file tuned.safetensors" in refused(folder)
    once = save_model(tmp_path / "once", card(stages=(STAGES[0], {"steps": 9})), parts[0])
    assert load_model(once).tuned is None  # one CNN was trained


def test_an_energynet_needs_the_cnn_whose_maps_it_learned_from(saved):
    whole = load_model(saved)
    with pytest.raises(InputError, match="'mine' has an EnergyNet but no tuned CNN"):
        dataclasses.replace(whole, tuned=None)


@pytest.mark.parametrize("count", [2, 999, 1005])
def test_stock_weights_need_a_name_for_each_class(tmp_path, count):
    concepts = [f"thing {number}" for number in range(count)]
    stored = {"title": "t", "about": "a", "concepts": concepts, "backbone": "efficientnet_lite0"}
    (tmp_path / "mine").mkdir()
    path = tmp_path / "mine" / "model.json"
    path.write_text(json.dumps({**stored, "weights": "default"}), encoding="utf-8")
    said = refused(tmp_path / "mine")
    assert f"'mine' cannot be loaded: its card names {count} concepts" in said
    assert "efficientnet_lite0 have 1000" in said


def test_concepts_that_cannot_be_told_apart_are_told_with_the_model(saved):
    _change(saved, concepts=["Hug", "hug", "B", "C"])
    assert "'mine' cannot be loaded: The concepts 'Hug' and 'hug'" in refused(saved)


@pytest.mark.parametrize("name", ["web", "tuned", "energynet"])
@pytest.mark.parametrize("damage", ["empty", "half", "pickle"])
def test_a_damaged_file_is_named(saved, name, damage):
    path = saved / f"{name}.safetensors"
    raw = path.read_bytes()
    path.write_bytes({"empty": b"", "half": raw[: len(raw) // 2], "pickle": b"\x80\x04N."}[damage])
    assert "'mine'" in refused(saved) and f"{name}.safetensors" in refused(saved)


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
    assert looked.agreement == "All 3 methods say lion."


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

"""Cached views and maps: of the right pictures, mirrored, and of these weights alone."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from attention.energy import window_energy
from attention.maps import attention_maps
from attention.networks.cnn import Backbone
from attention.networks.heads import LinearHead
from tests.networks import pictures
from training.cache.maps import FrameMaps, cached_maps, frame_maps
from training.cache.views import Views, views_of


def uneven(seed: int = 0) -> Backbone:
    """One layer that sees another thing in a mirror image than the mirror image of what it sees."""
    torch.manual_seed(seed)
    return Backbone("uneven", nn.Conv2d(3, 4, 32, 32), LinearHead(nn.Linear(4, 2)), "conv")


def still(path: Path, seed: int) -> Path:
    Image.fromarray(pictures(1, seed=seed)[0]).save(path)
    return path


@pytest.fixture
def stills(tmp_path: Path) -> list[Path]:
    """Two pictures with a damaged one between them."""
    broken = tmp_path / "b.png"
    broken.write_bytes(b"no picture")
    return [still(tmp_path / "a.png", 1), broken, still(tmp_path / "c.png", 2)]


@torch.inference_mode()
def looked(network: Backbone, *seeds: int, mirrored: bool = False) -> torch.Tensor:
    """What the trunk makes of the pictures, or of their mirror images."""
    rgb = np.concatenate([pictures(1, seed=seed) for seed in seeds])
    rgb = np.ascontiguousarray(rgb[:, :, ::-1]) if mirrored else rgb
    return network.trunk(network.preprocess(rgb)).half()


def test_views_are_what_the_frozen_part_makes_of_pictures_and_mirror_images(
    stills: list[Path], tmp_path: Path
) -> None:
    network = uneven()
    judged = views_of(stills, network, tmp_path / "cache", mirrored=False)
    torch.testing.assert_close(judged.z, looked(network, 1, 2))
    with pytest.raises(ValueError, match="no mirror images"):
        judged.picture(1, mirrored=True)
    for _ in range(2):  # computed, then read
        views = views_of(stills, network, tmp_path / "cache")
        torch.testing.assert_close(views.z, looked(network, 1, 2))
        torch.testing.assert_close(views.mirrored, looked(network, 1, 2, mirrored=True))
        assert views.owners.tolist() == [0, 2]
        assert len(views.skipped) == 1 and "b.png" in views.skipped[0]
    assert torch.equal(views.picture(1, mirrored=True), views.mirrored[1])
    assert torch.equal(views.picture(1, mirrored=False), views.z[1])


def test_whole_views_are_the_pictures_themselves(stills: list[Path], tmp_path: Path) -> None:
    network = uneven()
    views = views_of(stills, network, tmp_path / "cache", whole=True)
    assert torch.equal(views.z[1], network.preprocess(pictures(1, seed=2))[0].half())
    mirrored = network.preprocess(np.ascontiguousarray(pictures(1, seed=2)[:, :, ::-1]))[0].half()
    assert torch.equal(views.picture(1, mirrored=True), mirrored)


def test_the_cache_knows_weights_step_and_content(tmp_path: Path) -> None:
    folder, frames = tmp_path / "cache", list(map(Image.fromarray, pictures(4)))
    moving = tmp_path / "m.gif"
    frames[0].save(moving, save_all=True, append_images=frames[1:], duration=100)
    assert len(views_of([moving], uneven(), folder, every=1).z) == 4
    assert len(views_of([moving], uneven(), folder, every=2).z) == 2
    one = views_of([still(tmp_path / "a.png", 1)], uneven(), folder)
    other = views_of([still(tmp_path / "a.png", 2)], uneven(), folder)
    torch.testing.assert_close(other.z, looked(uneven(), 2))
    assert not torch.equal(one.z, other.z)
    again = views_of([tmp_path / "a.png"], uneven(seed=1), folder)
    torch.testing.assert_close(again.z, looked(uneven(seed=1), 2))


def test_some_files_come_in_the_order_asked_for() -> None:
    z = torch.arange(5.0)[:, None]
    views = Views(z, -z, torch.tensor([0, 0, 1, 2, 2]))
    some = views.of([2, 0])
    assert some.z[:, 0].tolist() == [3, 4, 0, 1] and some.owners.tolist() == [0, 0, 1, 1]
    assert torch.equal(some.mirrored, -some.z)
    maps = FrameMaps(z[..., None, None], z, -z, views.owners).of([2, 1])
    assert maps.scores[:, 0].tolist() == [3, 4, 2] and maps.owners.tolist() == [0, 0, 1]
    assert torch.equal(maps.L[:, :, 0, 0], maps.scores) and torch.equal(maps.features, -maps.scores)


def test_maps_are_those_of_the_views_and_kept_for_them_alone(tmp_path: Path) -> None:
    network = uneven()
    for seeds in ((1, 2), (3, 4)):
        z = looked(network, *seeds)
        views = Views(z, looked(network, *seeds, mirrored=True), torch.arange(2))
        for seen in (frame_maps(network, views), cached_maps(network, views, tmp_path)):
            A = z.float()
            torch.testing.assert_close(seen.L, attention_maps(network, A))
            torch.testing.assert_close(seen.features, A.mean((2, 3)))
            torch.testing.assert_close(seen.scores, network.head(A).detach())
            assert float(window_energy(seen.L).max()) > 0

"""A fold ready to learn from: each view beside the label of its own picture."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from attention.networks.cnn import Backbone, Pixels
from attention.networks.heads import LinearHead
from training.cache.views import Views
from training.data.records import Fold, LabelledClip, Source, Still
from training.data.splitting import split_stills
from training.fit.prepared import Clips, Prepared, prepare


def grey(path: Path, level: int) -> Path:
    Image.fromarray(np.full((8, 8, 3), level, np.uint8)).save(path)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """Ten stills a class, the first class dark; clips of one frame, of which the second is damaged."""
    stills = [Still(grey(tmp_path / f"s{n}.png", 10 + n + 100 * (n % 2)), n % 2) for n in range(20)]
    clips = [
        LabelledClip(grey(tmp_path / f"c{n}.png", 30 + n + 100 * (n // 2 % 2)), n // 2 % 2)
        for n in range(8)
    ]
    clips[1].path.write_bytes(b"no clip")
    fold = Fold("1", train=tuple(clips[:5]), test=tuple(clips[5:]))
    return Source("greys", ("dark", "light"), tuple(stills), (fold,))


def made(source: Source, folder: Path, seed: int = 0) -> Prepared:
    network = Backbone(
        "greys", nn.AvgPool2d(32), LinearHead(nn.Linear(3, 2)), "pool", Pixels((0,) * 3, (1,) * 3)
    )
    return prepare(source, source.folds[0], network, folder, seed=seed)


def levels(views: Views) -> list[int]:
    return (255 * views.z.float().mean((1, 2, 3))).round().int().tolist()


def test_every_view_has_its_own_label(source: Source, tmp_path: Path) -> None:
    ready = made(source, tmp_path / "cache")
    for part in (ready.web, ready.validation):
        assert [int(level > 90) for level in levels(part.views)] == part.labels.tolist()
    train, validation = split_stills(source.stills, share=0.3, seed=0)
    assert (len(ready.web.labels), len(ready.validation.labels)) == (14, 6)
    named = {still.path: place for place, still in enumerate(source.stills)}
    for part, wanted in ((ready.web, train), (ready.validation, validation)):
        expected = [10 + named[s.path] + 100 * s.label for s in wanted]
        assert levels(part.views) == pytest.approx(expected, abs=1)
    # the damaged clip is left out, and those after it keep their labels
    assert levels(ready.train.views) == [30, 132, 133, 34]
    assert ready.train.labels.tolist() == ready.train.frame_labels.tolist() == [0, 1, 1, 0]
    assert [clip.path.name for clip in ready.train.clips] == [
        "c0.png",
        "c2.png",
        "c3.png",
        "c4.png",
    ]
    assert levels(ready.test.views) == [35, 136, 137]
    assert ready.test.labels.tolist() == [0, 1, 1]
    assert len(ready.skipped) == 1 and "c1.png" in ready.skipped[0]
    assert ready.dev is None


def test_another_seed_validates_on_others(source: Source, tmp_path: Path) -> None:
    one, other = (made(source, tmp_path / "cache", seed) for seed in (0, 1))
    assert levels(one.validation.views) != levels(other.validation.views)


def test_frames_have_the_label_of_their_clip_and_some_clips_theirs() -> None:
    named = tuple(LabelledClip(Path(f"{n}.mp4"), label) for n, label in enumerate([1, 0, 2]))
    z = torch.arange(6.0)[:, None]
    clips = Clips(named, torch.tensor([1, 0, 2]), Views(z, -z, torch.tensor([0, 0, 0, 1, 2, 2])))
    assert clips.frame_labels.tolist() == [1, 1, 1, 0, 2, 2]
    some = clips.only([named[2], named[0]])
    assert some.labels.tolist() == [2, 1] and some.frame_labels.tolist() == [2, 2, 1, 1, 1]
    assert some.views.z[:, 0].tolist() == [4, 5, 0, 1, 2]

"""A source prepared for training: the cached views of its stills and clips, with their labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from attention.networks.cnn import Backbone
from training.cache.views import Views, views_of
from training.data.sources import Fold, LabelledClip, Source, split_stills
from training.listener import NOBODY, Listener


@dataclass(frozen=True)
class Stills:
    """P Web images: views and labels int [P]."""

    views: Views
    labels: Tensor


@dataclass(frozen=True)
class Clips:
    """V labelled clips: labels int [V], and views; a view's owner is its clip's index."""

    clips: tuple[LabelledClip, ...]
    labels: Tensor
    views: Views

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def frame_labels(self) -> Tensor:
        """The label of each frame's clip: int [F]."""
        return self.labels[self.views.owners]

    def only(self, chosen: Sequence[LabelledClip]) -> "Clips":
        """The chosen clips only, in the order given."""
        place = {clip: number for number, clip in enumerate(self.clips)}
        rows = [place[clip] for clip in chosen]
        return Clips(tuple(chosen), self.labels[rows], self.views.of(rows))


@dataclass(frozen=True)
class Prepared:
    """One fold: stills for training and validation (70/30, §4.2), clips for training, dev and test."""

    concepts: tuple[str, ...]
    web: Stills
    validation: Stills
    train: Clips
    dev: Clips | None
    test: Clips
    skipped: tuple[str, ...]


def prepare(
    source: Source,
    fold: Fold,
    backbone: Backbone,
    folder: Path,
    every: int = 5,
    seed: int = 0,
    listener: Listener = NOBODY,
    whole: bool = False,
) -> Prepared:
    """The views of all files of a fold, from the cache in `folder` or computed and stored there.

    whole: for training all layers (§4.2), which needs a GPU. Files that cannot be read are left out
    and named in `skipped`. Raises InputError when a set of files has no readable file.
    """

    def views(what: str, paths: Sequence[Path], learnt_from: bool) -> Views:
        listener.stage("caching", what)
        found = views_of(paths, backbone, folder, every, listener.step, whole, learnt_from)
        skipped.extend(found.skipped)
        return found

    def clips(what: str, wanted: Sequence[LabelledClip], learnt_from: bool = False) -> Clips:
        seen = views(what, [clip.path for clip in wanted], learnt_from)
        read = sorted(set(seen.owners.tolist()))
        kept = tuple(wanted[number] for number in read)
        return Clips(kept, torch.tensor([c.label for c in kept]), seen.of(read))

    def stills(what: str, wanted: Sequence[int], learnt_from: bool = False) -> Stills:
        paths = [source.stills[number].path for number in wanted]
        seen = views(what, paths, learnt_from)
        labels = torch.tensor([source.stills[number].label for number in wanted])
        return Stills(seen, labels[seen.owners])

    skipped: list[str] = list(source.skipped)
    place = {still.path: number for number, still in enumerate(source.stills)}
    sides = split_stills(source.stills, share=0.30, seed=seed)
    web, validation = ([place[still.path] for still in side] for side in sides)
    return Prepared(
        concepts=source.concepts,
        web=stills("Web images", web, learnt_from=True),
        validation=stills("validation images", validation),
        train=clips("training clips", fold.train, learnt_from=True),
        dev=clips("development clips", fold.dev) if fold.dev else None,
        test=clips("test clips", fold.test),
        skipped=tuple(skipped),
    )

"""What the frozen part of a CNN makes of every picture, computed once: fitting then takes seconds."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from attention.cnn import Backbone
from attention.errors import InputError
from attention.frames import FrameReader
from attention.whole import whole_file
from training.stages import Learner, best_device

CHUNK = 8
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Views:
    """Pictures as the trained part of a CNN takes them.

    z: fp16 [P,…] · mirrored: the same of their mirror images · owners: int [P], which file each comes
    from, an index into the files asked for; a file that cannot be read owns none · skipped: sentences
    · whole: all layers are trained, so that z is the preprocessed picture itself [P,3,224,224] and
    mirrored is None: it costs nothing to make.
    """

    z: Tensor
    mirrored: Tensor | None
    owners: Tensor
    skipped: tuple[str, ...] = ()
    whole: bool = False

    def picture(self, row: int, mirrored: bool) -> Tensor:
        """One picture as it is, or as its mirror image."""
        if not mirrored:
            return self.z[row]
        return self.z[row].flip(-1) if self.mirrored is None else self.mirrored[row]

    def at(self, rows: Tensor) -> "Views":
        """Only these pictures."""
        mirrored = None if self.mirrored is None else self.mirrored[rows]
        return Views(self.z[rows], mirrored, self.owners[rows], whole=self.whole)

    def of(self, files: Sequence[int]) -> "Views":
        """Only the pictures of these files, in their order; owners count anew from 0."""
        wanted = [(self.owners == file).nonzero()[:, 0] for file in files]
        rows = torch.cat(wanted) if wanted else torch.empty(0, dtype=torch.long)
        counts = torch.tensor([len(found) for found in wanted])
        owners = torch.arange(len(files)).repeat_interleave(counts)
        return replace(self.at(rows), owners=owners)


def views_of(
    files: Sequence[Path],
    backbone: Backbone,
    folder: Path,
    every: int = 5,
    on_progress: OnProgress | None = None,
    whole: bool = False,
) -> Views:
    """Views of stills and clips (one frame in `every`), read from `folder` or computed into it.

    whole: for training all layers. One file of the cache per file, named by its content and the
    frozen weights: what is there is not computed again, and a stopped run goes on. InputError when
    none of the files can be read.
    """
    learner = Learner(backbone, whole).to(best_device())
    key = _weights_key(learner, every, backbone)
    folder.mkdir(parents=True, exist_ok=True)
    parts: list[dict[str, Tensor]] = []
    owners: list[int] = []
    skipped: list[str] = []
    for number, file in enumerate(files):
        try:
            part = _part(file, key, folder, learner, backbone, every)
        except InputError as error:
            skipped.append(str(error))
        else:
            parts.append(part)
            owners += [number] * len(part["z"])
        if on_progress:
            on_progress(number + 1, len(files))
    if not parts:
        raise InputError(f"None of the {len(files)} files could be read; {skipped[0]}")
    return Views(
        torch.cat([part["z"] for part in parts]),
        None if whole else torch.cat([part["mirrored"] for part in parts]),
        torch.tensor(owners),
        tuple(skipped),
        whole,
    )


def _part(
    file: Path, key: str, folder: Path, learner: Learner, backbone: Backbone, every: int
) -> dict[str, Tensor]:
    cached = folder / f"{_file_key(file, key)}.safetensors"
    if cached.exists():
        return load_file(cached)
    part = _computed(file, learner, backbone, every)
    with whole_file(cached) as partial:
        save_file(part, partial)
    return part


@torch.inference_mode()
def _computed(file: Path, learner: Learner, backbone: Backbone, every: int) -> dict[str, Tensor]:
    chunks = [backbone.preprocess(rgb) for rgb in _pictures(file, every)]
    if learner.whole:
        return {"z": torch.cat(chunks).half().contiguous()}
    device = best_device()
    z = [learner.frozen(x.to(device)).half().cpu() for x in chunks]
    mirrored = [learner.frozen(x.to(device).flip(3)).half().cpu() for x in chunks]
    return {"z": torch.cat(z).contiguous(), "mirrored": torch.cat(mirrored).contiguous()}


def _pictures(file: Path, every: int) -> Iterator[np.ndarray]:
    with FrameReader(file, every=every, chunk=CHUNK) as reader:
        for frames in reader:
            yield frames.rgb


def _file_key(file: Path, key: str) -> str:
    try:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{file.name} cannot be opened: {error.strerror}; check it.") from None
    return hashlib.sha256(f"{content} {key}".encode()).hexdigest()[:32]


def _weights_key(learner: Learner, every: int, backbone: Backbone) -> str:
    # nothing is frozen when all layers are trained: then what matters is how pictures are prepared
    prepared = {"pixels": repr(backbone.pixels)} if learner.whole else {}
    return weights_key(learner.frozen.state_dict().items(), {"every": every, **prepared})


def weights_key(tensors: Iterable[tuple[str, Tensor]], settings: dict[str, object]) -> str:
    """A hash of named tensors and settings: the same only for the same weights."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for name, tensor in tensors:
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()

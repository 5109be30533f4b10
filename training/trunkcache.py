"""What the frozen part of a CNN makes of every picture, computed once: fitting then takes seconds."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from attention.cnn import Backbone
from attention.errors import InputError
from attention.frames import FrameReader
from attention.whole import whole_file
from training.stages import Learner

CHUNK = 8
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Views:
    """Pictures as the trained part of a CNN takes them.

    z: fp16 [P,…] · mirrored: the same of their mirror images · owners: int [P], which file each comes
    from, an index into the files asked for; a file that cannot be read owns none · skipped: sentences.
    """

    z: Tensor
    mirrored: Tensor
    owners: Tensor
    skipped: tuple[str, ...] = ()

    def of(self, files: Sequence[int]) -> "Views":
        """Only the pictures of these files, in their order; owners count anew from 0."""
        wanted = [(self.owners == file).nonzero()[:, 0] for file in files]
        rows = torch.cat(wanted) if wanted else torch.empty(0, dtype=torch.long)
        counts = torch.tensor([len(found) for found in wanted])
        owners = torch.arange(len(files)).repeat_interleave(counts)
        return Views(self.z[rows], self.mirrored[rows], owners)


def views_of(
    files: Sequence[Path],
    backbone: Backbone,
    folder: Path,
    every: int = 5,
    on_progress: OnProgress | None = None,
) -> Views:
    """Views of stills and clips (one frame in `every`), read from `folder` or computed into it.

    One file of the cache per file, named by its content and the frozen weights: what is there is not
    computed again, and a stopped run goes on. InputError when none of the files can be read.
    """
    learner = Learner(backbone)
    key = _weights_key(learner, every)
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
        torch.cat([part["mirrored"] for part in parts]),
        torch.tensor(owners),
        tuple(skipped),
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
    z = [learner.frozen(x).half() for x in chunks]
    mirrored = [learner.frozen(x.flip(3)).half() for x in chunks]
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


def _weights_key(learner: Learner, every: int) -> str:
    return weights_key(learner.frozen.state_dict().items(), {"every": every})


def weights_key(tensors: Iterable[tuple[str, Tensor]], settings: dict[str, object]) -> str:
    """A hash of named tensors and settings: the same only for the same weights."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    for name, tensor in tensors:
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()

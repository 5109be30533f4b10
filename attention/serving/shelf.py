"""The samples' finished looks: those that ship are completed, others made, once a first one is asked for."""

import logging
import threading
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue

from PIL import Image

from attention.errors import InputError
from attention.media.frames import FrameReader, Limits
from attention.serving.looking import Looked, look
from attention.serving.samples import Sample, samples
from attention.serving.shipped import completed
from attention.serving.workroom import Workroom

THUMBNAIL = 256  # pixels, longest side


class Shelf:
    """Looks at every sample once, in one background thread; again at one whose look is lost.

    The sample that is asked for first comes first, and nothing is looked at before.
    """

    def __init__(self, workroom: Workroom) -> None:
        self.folder = workroom.lasting_folder("samples")
        self._looks: dict[str, Future[Looked]] = {}
        self._lock = threading.Lock()
        self._drawing = threading.Lock()
        self._waiting: SimpleQueue[tuple[Sample, Future[Looked]]] = SimpleQueue()
        # a daemon, so that the app's end waits for no sample
        self._thread = threading.Thread(target=self._work, name="samples", daemon=True)

    def looked(self, sample: Sample) -> Looked:
        """The sample's finished look; waits when it is not done yet. InputError when it fails."""
        wanted = self._look(sample)
        self._begin()
        return wanted.result()

    def thumbnails(self) -> list[tuple[str, str]]:
        """(path, title) of a small JPEG of every sample."""
        with self._drawing:  # by one visitor, not by each that waits for them
            return [(str(self.thumbnail(sample)), sample.title) for sample in samples()]

    def thumbnail(self, sample: Sample) -> Path:
        """A small JPEG of a frame in the middle of the sample's first seconds."""
        path = self.folder / f"{sample.key}.jpg"
        if not path.exists():
            with FrameReader(sample.path, every=10, limits=Limits(trim_seconds=3)) as reader:
                frames = [frame for chunk in reader for frame in chunk.rgb]
            picture = Image.fromarray(frames[len(frames) // 2])
            picture.thumbnail((THUMBNAIL, THUMBNAIL))
            picture.save(path)
        return path

    def _begin(self) -> None:
        with self._lock:
            if self._thread.ident is not None:
                return
            self._thread.start()
        for sample in samples():
            self._look(sample)

    def _look(self, sample: Sample) -> Future[Looked]:
        with self._lock:
            known = self._looks.get(sample.key)
            if known is None or _lost(known):
                known = self._looks[sample.key] = Future()
                self._waiting.put((sample, known))
            return known

    def _work(self) -> None:
        while True:
            sample, future = self._waiting.get()
            try:
                future.set_result(self._now(sample))
            except BaseException as error:
                future.set_exception(error)

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


def _lost(look: Future[Looked]) -> bool:
    """Whether it failed, or its pack has gone."""
    return look.done() and (look.exception() is not None or not look.result().pack.exists())

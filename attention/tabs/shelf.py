"""The samples' finished looks: made in the background while the app starts, ready at the first click."""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from attention.errors import InputError
from attention.frames import FrameReader
from attention.pipeline import jpeg
from attention.tabs.looking import Looked, Workroom, look
from attention.tabs.samples import Sample, samples

THUMBNAIL = 256  # pixels, longest side


class Shelf:
    """Looks at every sample once, in order, in one background thread."""

    def __init__(self, workroom: Workroom) -> None:
        self.folder = workroom.folder.with_name(workroom.folder.name + "-samples")
        self.folder.mkdir(exist_ok=True)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="samples")
        self._looks: dict[str, Future[Looked]] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begins with the first sample; the others follow."""
        for sample in samples():
            self._look(sample)

    def looked(self, sample: Sample) -> Looked:
        """The sample's finished look; waits when it is not done yet."""
        return self._look(sample).result()

    def thumbnail(self, sample: Sample) -> Path:
        """A small JPEG of the sample's middle frame."""
        path = self.folder / f"{sample.key}.jpg"
        if not path.exists():
            with FrameReader(sample.path, every=10) as reader:
                frames = [frame for chunk in reader for frame in chunk.rgb]
            path.write_bytes(jpeg(frames[len(frames) // 2], THUMBNAIL))
        return path

    def _look(self, sample: Sample) -> Future[Looked]:
        with self._lock:
            if sample.key not in self._looks:
                self._looks[sample.key] = self._worker.submit(self._now, sample)
            return self._looks[sample.key]

    def _now(self, sample: Sample) -> Looked:
        folder = self.folder / sample.key
        folder.mkdir(exist_ok=True)
        try:
            return look(sample.path, sample.model, folder, every=sample.every, sample=sample)
        except InputError:
            logging.getLogger(__name__).exception("sample %s", sample.key)
            raise

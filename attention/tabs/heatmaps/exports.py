"""What a person takes away from a look: film, figure, table and numbers, made when asked for."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from attention.media.frames import Limits
from attention.serving.dial import ShiftedReader
from attention.serving.looking import Looked
from attention.serving.offered import LONGEST

EXPORTS = {
    "mp4": "Film (MP4)",
    "png": "Figure 2 (PNG)",
    "csv": "Table (CSV)",
    "json": "Results (JSON)",
}
OnProgress = Callable[[int, int | None], None]


def export(kind: str, looked: Looked, folder: Path, on_progress: OnProgress | None = None) -> Path:
    """Writes one of EXPORTS into `folder`, named after the clip; returns its path.

    Raises InputError when the clip can no longer be read.
    """
    # matplotlib and the encoders: not before something is exported
    from attention.pictures.export import write_figure, write_frames, write_json
    from attention.pictures.figures import figure2
    from attention.pictures.film import write_film

    analysis = looked.analysis()
    path = folder / f"{Path(analysis.clip).stem or 'clip'}.{kind}"
    if kind == "json":
        return write_json(path, analysis)
    if kind == "csv":
        return write_frames(path, analysis)
    if kind == "png":
        return write_figure(path, figure2(analysis))
    return write_film(
        path,
        looked.clip,
        analysis,
        reader=partial(ShiftedReader, dict(looked.shift)),
        limits=Limits(trim_seconds=LONGEST, trim_frames=len(analysis.frames)),
        on_progress=on_progress,
    )

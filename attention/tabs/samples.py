"""Sample clips that need no upload: real media that come with gradio, analysed while the app starts."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

MEDIA = Path(str(files("gradio").joinpath("media_assets")))


@dataclass(frozen=True)
class Sample:
    """A clip offered at the first click: key in links, title, file, its model, true concept if known."""

    key: str
    title: str
    path: Path
    model: str
    truth: str | None = None


SAMPLES = (
    Sample("lion", "Lion", MEDIA / "images" / "lion.jpg", "imagenet", "lion"),
    Sample("cheetah", "Cheetah", MEDIA / "images" / "cheetah.jpg", "imagenet", "cheetah"),
    Sample("earth", "Earth, a clip", MEDIA / "videos" / "world.mp4", "imagenet"),
    Sample("tower", "Tower", MEDIA / "images" / "tower.jpg", "imagenet"),
)


def samples() -> tuple[Sample, ...]:
    """The samples whose file is there."""
    return tuple(sample for sample in SAMPLES if sample.path.exists())

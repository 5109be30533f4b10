"""Sample clips that need no upload: drawn clips of the four interactions, and gradio's real media."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from attention.disk.home import ASSETS
from attention.model.card import shipped_models

MEDIA = Path(str(files("gradio").joinpath("media_assets")))
DRAWN = ASSETS / "drawn" / "video"


@dataclass(frozen=True)
class Sample:
    """A clip offered at the first click.

    key: in links · title · path · model: looked at with · truth: its true concept, when known ·
    every: sampling step.
    """

    key: str
    title: str
    path: Path
    model: str
    truth: str | None = None
    every: int = 5


def _drawn(concept: str, number: int) -> Sample:
    stem = concept.lower().replace(" ", "_")
    path = DRAWN / concept / f"{stem}_dev_{number:03d}.mp4"
    return Sample(f"{stem}-{number}", concept, path, "interactions", concept, every=2)


# development clips: the test clips are never looked at
INTERACTIONS = (_drawn("Handshake", 0), _drawn("High five", 0), _drawn("Hug", 0), _drawn("Kiss", 0))
REAL = (
    Sample("lion", "Lion", MEDIA / "images" / "lion.jpg", "imagenet", "lion"),
    Sample("cheetah", "Cheetah", MEDIA / "images" / "cheetah.jpg", "imagenet", "cheetah"),
    Sample("earth", "Earth", MEDIA / "videos" / "world.mp4", "imagenet", every=15),
    Sample("tower", "Tower", MEDIA / "images" / "tower.jpg", "imagenet"),
)


def samples() -> tuple[Sample, ...]:
    """The samples whose file and model are there."""
    models = shipped_models()
    return tuple(s for s in (*INTERACTIONS, *REAL) if s.path.exists() and s.model in models)

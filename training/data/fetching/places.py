"""The official sources of the paper's data sets: address, size, licence, citation.

Facts that the authors do not publish are None or "not published" here.
"""

import difflib
from dataclasses import dataclass

from attention.errors import InputError


@dataclass(frozen=True)
class Remote:
    """A file to download; size in bytes and checksum ("sha256:…"), None when unknown."""

    url: str
    name: str
    size: int | None = None
    checksum: str | None = None


@dataclass(frozen=True)
class Place:
    """A data set's official source. record: the address of a Zenodo record that lists the files."""

    name: str
    holds: str
    page: str
    size: str
    licence: str
    cite: str
    files: tuple[Remote, ...] = ()
    record: str | None = None
    then: str = ""  # a command that the user must run afterwards; {folder} is filled in


PLACES = (
    Place(
        name="HII",
        holds="Web images of four interactions, as crawled (17.5 thousand) and filtered (2410)",
        page="https://doi.org/10.5281/zenodo.832380",
        size="stated by the record; shown by data fetch",
        licence="stated by the record; shown by data fetch",
        cite=(
            "J. Li, Y. Wong, Q. Zhao, M. S. Kankanhalli: Attention Transfer from Web Images for "
            "Video Recognition. ACM Multimedia 2017. doi:10.5281/zenodo.832380"
        ),
        record="https://zenodo.org/api/records/832380",
    ),
    Place(
        name="TVHI",
        holds="300 clips from 23 TV shows: four interactions, 50 clips each, and 100 without",
        page="https://www.robots.ox.ac.uk/~vgg/data/tv_human_interactions/",
        size="not published",
        licence="not published; the clips are cut from TV shows, so keep them for research",
        cite=(
            "A. Patron-Perez, M. Marszałek, A. Zisserman, I. D. Reid: High Five: Recognising human "
            "interactions in TV shows. BMVC 2010."
        ),
        files=(
            Remote(
                "https://www.robots.ox.ac.uk/~vgg/data/tv_human_interactions/data/"
                "tv_human_interactions_videos.tar.gz",
                "tv_human_interactions_videos.tar.gz",
            ),
        ),
    ),
    Place(
        name="BU101",
        holds="23.8 thousand Web images of UCF101's 101 actions, at least 100 of each",
        page="http://cs-people.bu.edu/sbargal/BU-action/",
        size="not published",
        licence="for academic research only, says its readme; its authors keep their copyright",
        cite=(
            "S. Ma, S. A. Bargal, J. Zhang, L. Sigal, S. Sclaroff: Do Less and Achieve More: "
            "Training CNNs for Action Recognition Utilizing Action Images from the Web. "
            "arXiv:1512.07155, 2015."
        ),
    ),
    Place(
        name="UCF101",
        holds="13,320 clips of 101 actions, and the three official splits",
        page="https://www.crcv.ucf.edu/data/UCF101.php",
        size="6.9 GB",
        licence="not published; the clips come from YouTube, so keep them for research",
        cite=(
            "K. Soomro, A. R. Zamir, M. Shah: UCF101: A Dataset of 101 Human Action Classes From "
            "Videos in The Wild. CRCV-TR-12-01, 2012."
        ),
        files=(
            Remote(
                "https://www.crcv.ucf.edu/data/UCF101/UCF101TrainTestSplits-RecognitionTask.zip",
                "UCF101TrainTestSplits-RecognitionTask.zip",
                113_943,
                # From TensorFlow Datasets; the authors publish no checksums.
                "sha256:5c0d1a53b8ed364a2ac830a73f405e51bece7d98ce1254fd19ed4a36b224bd27",
            ),
            Remote(
                "https://www.crcv.ucf.edu/data/UCF101/UCF101.rar",
                "UCF101.rar",
                6_932_971_618,  # as the server states; no checksum is published
            ),
        ),
        then="unrar x -idq {folder}/UCF101.rar {folder}/",
    ),
)


def place_of(name: str) -> Place:
    """The place of a data set; its name is not case-sensitive. Raises InputError."""
    names = {place.name.casefold(): place for place in PLACES}
    place = names.get(name.strip().casefold())
    if place is None:
        close = difflib.get_close_matches(name.casefold(), names, n=1)
        hint = f", perhaps {names[close[0]].name}" if close else ""
        raise InputError(
            f"There is no data set {name!r}{hint}: choose from {', '.join(p.name for p in PLACES)}."
        )
    return place

"""A little set cut from the drawn one: real stills and clips, a run on which takes seconds."""

import csv
import shutil
from pathlib import Path

DRAWN = Path(__file__).parents[1] / "assets" / "drawn"
CONCEPTS = ("Hug", "Kiss")


def little_set(folder: Path, stills: int = 8, train: int = 3, test: int = 2) -> Path:
    """So many stills and clips of two classes, with splits.csv."""
    rows = [("clip", "split", "fold")]
    for concept in CONCEPTS:
        for kind in ("web", "video"):
            (folder / kind / concept).mkdir(parents=True)
        for still in sorted((DRAWN / "web" / concept).glob("*.jpg"))[:stills]:
            shutil.copy(still, folder / "web" / concept)
        for split, count in (("train", train), ("test", test)):
            for clip in sorted((DRAWN / "video" / concept).glob(f"*_{split}_*.mp4"))[:count]:
                shutil.copy(clip, folder / "video" / concept)
                rows.append((f"video/{concept}/{clip.name}", split, "1"))
    with (folder / "splits.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return folder

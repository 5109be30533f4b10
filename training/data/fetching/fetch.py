"""Downloads, checks and unpacks a published data set (Section 4.1)."""

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from attention.errors import InputError
from training.data.archive.unpack import is_archive, unpack, unpacked_folder
from training.data.fetching.download import Progress, download, read_json
from training.data.fetching.places import Place, Remote

FILE_NAME = re.compile(r"\w[\w .()+-]*")


def with_files(place: Place) -> Place:
    """The place with the files, sizes and licence of its Zenodo record; unchanged without a record.

    Raises InputError when the record cannot be read.
    """
    if place.record is None:
        return place
    record = read_json(place.record)
    try:
        files = tuple(_remote(entry) for entry in record["files"])
        licence = (record.get("metadata", {}).get("license") or {}).get("id")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(
            f"The record at {place.record} is not as expected: download from {place.page} instead."
        ) from None
    if not files:
        raise InputError(f"The record at {place.record} offers no files: ask at {place.page}.")
    sizes = [file.size for file in files if file.size is not None]
    return replace(
        place,
        files=files,
        licence=str(licence) if licence else "not stated by the record",
        size=f"{sum(sizes) / 1e6:,.0f} MB" if sizes else "not published",
    )


def _remote(entry: dict[str, Any]) -> Remote:
    """A file of a Zenodo record: {"key", "size", "checksum": "md5:…", "links": {"self"}}."""
    name = str(entry["key"])
    if not FILE_NAME.fullmatch(name):
        raise ValueError(name)
    size = entry.get("size")
    checksum = entry.get("checksum")
    return Remote(
        url=str(entry["links"]["self"]),
        name=name,
        size=None if size is None else int(size),
        checksum=str(checksum) if checksum else None,
    )


def fetch(place: Place, folder: Path, on_progress: Progress | None = None) -> tuple[str, ...]:
    """Downloads and unpacks a data set into `folder`; returns sentences on what was and is to be done.

    Files and folders that exist are not downloaded or unpacked again. Raises InputError.
    """
    archives = [download(file, folder, on_progress) for file in place.files]
    if not place.files:
        archives = _by_hand(place, folder)
    said = []
    for archive in archives:
        if not is_archive(archive):
            said.append(f"{archive.name} is in {folder}.")
            continue
        there = unpacked_folder(archive).exists()
        unpack(archive, _under(f"unpacking {archive.name}", on_progress))
        said.append(
            f"{archive.name} {'was unpacked before' if there else 'is unpacked'}; "
            "the archive can be removed."
        )
    if place.then:
        said.append(
            f"Then unpack the rest with: {place.then.format(folder=shlex.quote(str(folder)))}"
        )
    return tuple(said)


def _by_hand(place: Place, folder: Path) -> list[Path]:
    """The archives that the user downloaded into the folder, when no address is known."""
    found = [p for p in sorted(folder.glob("*")) if p.is_file() and is_archive(p)]
    if not found:
        raise InputError(
            f"The file address of {place.name} is not published: download it from {place.page} "
            f"into {folder}, and run this again to unpack it."
        )
    return found


def _under(name: str, on_progress: Progress | None) -> Callable[[int, int], None] | None:
    if on_progress is None:
        return None
    return lambda done, total: on_progress(name, done, total)

"""Names: of files and classes in one Unicode form, and of sets as every system accepts them for a folder."""

import unicodedata
from pathlib import Path

from attention.errors import InputError
from attention.media.frames import label

DRAWN = "drawn"  # the set that ships
NAME_LENGTH = 40  # characters; names appear in lists, on axes and in commands


def one_form(name: str) -> str:
    """A name in one Unicode form (NFC): é is one character on some systems, and two on others."""
    return unicodedata.normalize("NFC", name)


def proposed_name(zip_name: str) -> str:
    """A valid set name made from a zip's name."""
    plain = "".join(c if _is_plain(c) else " " for c in one_form(Path(zip_name).stem))
    plain = " ".join(plain.split())[:NAME_LENGTH].strip(" -_")
    return plain if plain and plain.casefold() != DRAWN else "my set"


def checked_name(name: str) -> str:
    """A set's name, normalised. Raises InputError when some system would refuse it as a folder."""
    tidy = " ".join(one_form(name).split())
    if len(tidy) > NAME_LENGTH:
        raise InputError(
            f"The name {label(tidy)!r} has {len(tidy)} characters, at most {NAME_LENGTH} are accepted: "
            "shorten it."
        )
    if not tidy or not all(map(_is_plain, tidy)) or tidy[0] in " -_":
        raise InputError(
            f"{label(tidy)!r} cannot name a set: use letters, digits, spaces, - and _, a letter or "
            "digit first."
        )
    if tidy.casefold() == DRAWN:
        raise InputError(f"{tidy!r} names the set that ships: give yours another name.")
    return tidy


def _is_plain(character: str) -> bool:
    return character in " -_" or unicodedata.category(character)[0] in "LMN"

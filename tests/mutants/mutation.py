"""A mutation: one fragment of a source file replaced by another, and the tests that must notice."""

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("mutations.toml")


@dataclass(frozen=True)
class Mutation:
    """name · file: from the root of the repository · old, new: what is replaced by what · tests: files or
    ids as pytest takes them · what: the fault in words.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    what: str

    def applied(self, source: str) -> str | None:
        """The source with the fault; None when it does not hold the fragment exactly once."""
        return source.replace(self.old, self.new) if source.count(self.old) == 1 else None


def mutations(path: Path = LIST) -> list[Mutation]:
    """All that are listed; ValueError when two have one name."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["mutation"]
    found = [Mutation(**{**entry, "tests": tuple(entry["tests"])}) for entry in listed]
    names = [mutation.name for mutation in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"{path.name} names {', '.join(sorted(twice))} twice.")
    return found


def chosen(
    found: Sequence[Mutation], names: Iterable[str] = (), count: int | None = None, by: str = ""
) -> list[Mutation]:
    """Those of these names, or all; of them `count`, the same for the same text `by`.

    ValueError for a name that is not listed.
    """
    names = list(names)
    unknown = set(names) - {mutation.name for mutation in found}
    if unknown:
        raise ValueError(f"There is no mutation {', '.join(sorted(unknown))}.")
    wanted = [mutation for mutation in found if not names or mutation.name in names]
    if count is None:
        return wanted

    def turn(mutation: Mutation) -> str:
        return hashlib.sha256(f"{by} {mutation.name}".encode()).hexdigest()

    return sorted(wanted, key=turn)[:count]

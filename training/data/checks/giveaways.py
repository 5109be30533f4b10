"""What tells classes apart before a picture is looked at: sizes, frame rates, cameras, sites."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from training.data.checks.findings import Giveaway

MOST_OF, FEW_OF = 0.9, 0.1  # of a class: nearly all of its files, and hardly any
FEWEST = 5  # files of a class from which on something can be said
WORD = re.compile(r"[^\W\d_]{2,}")  # letters alone count clips and recordings: v_Hug_g01_c02

Facts = Mapping[str, str]  # what is told apart → how it is with a file, "" when not known


def giveaways(
    kind: str, files: Sequence[tuple[int, Facts]], concepts: Sequence[str]
) -> Iterator[Giveaway]:
    """The facts that divide classes: nearly all files of some have a value that hardly any other has.

    kind: "stills" or "clips" · files: each one's label and facts. Nothing is said of classes with few files.
    """
    counts = Counter(label for label, _ in files)
    sizes = {label: size for label, size in counts.items() if size >= FEWEST}
    files = [(label, facts) for label, facts in files if label in sizes]
    if len(sizes) < 2:
        return
    for fact in dict.fromkeys(name for _, facts in files for name in facts):
        counted: dict[str, Counter[int]] = defaultdict(Counter)
        for label, facts in files:
            counted[facts[fact]][label] += 1
        telling = {}
        for value, of_label in counted.items():
            shares = {label: of_label[label] / size for label, size in sizes.items()}
            own = [label for label, share in shares.items() if share >= MOST_OF]
            clean = all(share >= MOST_OF or share <= FEW_OF for share in shares.values())
            if value and clean and 0 < len(own) < len(sizes):
                telling[value] = tuple(concepts[label] for label in sorted(own))
        if telling:
            yield Giveaway(kind, fact, telling)


def first_word(path: Path, concept: str) -> str:
    """The first word of a file's name that is not its class's: of a site or camera, such as "flickr"."""
    known = "".join(WORD.findall(concept.casefold()))
    words = WORD.findall(path.stem.casefold())
    return next((word for word in words if word not in known and known not in word), "")

"""What was tried and what came of it."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil


@dataclass
class Tally:
    """Counts by what came of a file ("read", "refused", …), and a line for every fault."""

    title: str
    came: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")
    memory: list[int] = field(default_factory=list)  # of this process, bytes, as the work goes on

    @property
    def tried(self) -> int:
        """Files in all."""
        return sum(self.came.values())

    @property
    def growth(self) -> float:
        """This process's memory at the end ÷ that after a tenth of the work, minus 1."""
        settled = self.memory[len(self.memory) // 10 :]
        return settled[-1] / settled[0] - 1 if len(settled) > 1 else 0.0

    def note(self, file: str, came: str, seconds: float) -> None:
        """Counts a file by what came of it."""
        self.came[came] += 1
        self.slowest = max(self.slowest, (seconds, file))

    def weigh(self) -> None:
        """Notes this process's memory."""
        self.memory.append(psutil.Process().memory_info().rss)

    def text(self) -> str:
        """The figures, one line; each fault below it."""
        came = ", ".join(f"{count:,} {what}" for what, count in self.came.most_common())
        seconds, file = self.slowest
        line = (
            f"{self.title}: {self.tried:,} tried in {self.seconds:.0f} s: {came}; slowest {file}, "
            f"{seconds:.1f} s; memory {self.growth:+.1%}; {len(self.faults)} faults"
        )
        return "\n".join([line, *(f"  FAULT {fault}" for fault in self.faults)])


@contextmanager
def own_places() -> Iterator[Path]:
    """A folder that is this process's data folder and its temporary one, so that it shows what is left."""
    before, outside = os.environ.get("ATTENTION_HOME"), tempfile.tempdir
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATTENTION_HOME"] = str(Path(folder) / "home")
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = outside
            del os.environ["ATTENTION_HOME"]
            if before is not None:
                os.environ["ATTENTION_HOME"] = before


def left_behind(folder: Path) -> set[Path]:
    """Every file below a folder."""
    return {Path(at) / name for at, _, names in os.walk(folder) for name in names}

"""What a soak has found: counts and faults, printed as a table."""

import time
from collections.abc import Iterable


class Report:
    """Gathers faults and prints them under its lines."""

    def __init__(self, title: str) -> None:
        self._faults: list[str] = []
        self._began = time.perf_counter()
        print(title, flush=True)

    def line(self, what: str, count: object, note: str = "") -> None:
        """A line of the table."""
        print(f"  {what:<56}{count!s:>9}   {note}".rstrip(), flush=True)

    def add(self, faults: Iterable[str]) -> None:
        """Notes faults, and says each at once."""
        for fault in faults:
            self._faults.append(fault)
            print(f"  FAULT {fault}", flush=True)

    def close(self) -> bool:
        """Prints how it went; returns whether there was no fault."""
        self.line("faults", len(self._faults))
        print(f"    {time.perf_counter() - self._began:.0f} s\n", flush=True)
        return not self._faults

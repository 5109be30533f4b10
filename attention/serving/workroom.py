"""Where the page keeps what it makes, while somebody may still look at it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attention.gate.temporary.store import Store
from attention.gate.visitors import Visitor


class Workroom:
    """Folders of a store, for the visitor whose event is handled. who: says which visitor that is."""

    def __init__(self, store: Store | None = None, who: Callable[[], Visitor] = Visitor) -> None:
        """store: by default one of its own."""
        self.store = store or Store()
        self._who = who

    def new_folder(self) -> Path:
        """A fresh folder; InputError when there is no room for it."""
        return self.store.new_folder(self._who())

    def lasting_folder(self, name: str) -> Path:
        """A folder of that name, kept as long as the process."""
        return self.store.lasting_folder(name)

    @contextmanager
    def folder_for(self, *read: Path) -> Iterator[Path]:
        """A fresh folder that stays while something is made in it, as do the files it is made from."""
        folder = self.new_folder()
        with self.store.held(folder, *read):
            yield folder

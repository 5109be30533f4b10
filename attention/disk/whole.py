"""Writes files and folders whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path

from attention.disk.process import signature


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`; the file is renamed to `path` once it is complete.

    After an error or an interruption the temporary file is removed. Raises OSError.
    """
    path = Path(path)
    # without the file's own name, which may be as long as the disk allows
    partial = path.with_name(f".{signature()}-{secrets.token_hex(4)}{path.suffix[-40:]}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: str | Path) -> Iterator[Path]:
    """Yields a temporary folder to fill; its files move into `folder` once all are written.

    Only then `folder` and its parents are created; other files in it stay. After an error or an
    interruption nothing is left. Raises OSError; when a subfolder has the name of a new file, no file
    is moved.
    """
    folder = Path(folder)
    nearest = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    partial = nearest / f".attention.{secrets.token_hex(4)}"
    try:
        partial.mkdir()  # inside `try`: an interruption may come right after it
        yield partial
        folder.mkdir(parents=True, exist_ok=True)
        files = sorted(partial.iterdir())
        for taken in (folder / file.name for file in files):
            if taken.is_dir() and not taken.is_symlink():
                raise IsADirectoryError(EISDIR, f"{taken.name} is a folder there", str(taken))
        for file in files:
            os.replace(file, folder / file.name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def replace_folder(new: Path, folder: Path) -> None:
    """Replaces `folder` by `new`; a failure leaves `folder` as it was. Raises OSError."""
    old = new.with_name(f"{new.name}.old")
    if folder.exists():
        os.replace(folder, old)
    try:
        os.replace(new, folder)
    except BaseException:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)

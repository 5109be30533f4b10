"""Registries: what the files of a folder list, such as the METHODS of attention/methods."""

import pkgutil
from importlib import import_module
from types import ModuleType
from typing import Any


def rows_of(folder: ModuleType, name: str) -> list[Any]:
    """What the tuples of that name hold in all files of a package, file by file."""
    files = [found.name for found in pkgutil.iter_modules(folder.__path__)]
    modules = [import_module(f"{folder.__name__}.{file}") for file in files]
    return [row for module in modules for row in getattr(module, name, ())]

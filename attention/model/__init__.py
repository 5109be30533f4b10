"""A model: card.py is model.json, folder.py the weights beside it, checks.py whether they fit · whole.py:
what it can say of whole frames · imported.py: weights of a person's own, which checkpoint.py reads, with
concepts that names.py reads · own.py: any network that somebody has in Python.

The door is attention.model.load_model and the like, which import torch only when they are asked for.
"""

from importlib import import_module
from typing import Any

__all__ = ["Model", "import_weights", "load_model", "look_through", "save_model"]
PLACES = {"import_weights": "imported", "look_through": "own"}  # by name, where not in folder.py


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"attention.model.{PLACES.get(name, 'folder')}"), name)

"""A model on disk: card.py is model.json, folder.py the weights beside it, checks.py whether they fit ·
whole.py: what it can say of whole frames.

The door is attention.model.load_model, which imports torch only when it is asked for.
"""

from typing import Any

__all__ = ["Model", "load_model", "save_model"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from attention.model import folder

    return getattr(folder, name)

"""What a map method is: a row with its formula."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class MapMethod:
    """From A and the gradient G = ∂S^c/∂A of a class score before softmax, both [n,K,h,w], to L [n,h,w] ≥ 0.

    order: its place in every list · combine(A, G) → the map · hint: one sentence. Raw: no map is divided by
    its own largest cell, because energies are compared across concepts.
    """

    name: str
    order: int
    combine: Callable[[Tensor, Tensor], Tensor]
    hint: str

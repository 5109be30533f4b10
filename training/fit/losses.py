"""The losses of §3.4: on energies (Eq. 6) and on embeddings (Eqs. 7 and 10)."""

from torch import Tensor
from torch.nn.functional import cosine_similarity

from training.fit.settings import BETA, MARGIN


def energy_loss(E_true: Tensor, E_false: Tensor, m: float = MARGIN) -> Tensor:
    """max{0, E_net(F,c_fa) - E_net(F,c_gt) + m} (Eq. 6): energies [B], [B] → losses [B]."""
    return (E_false - E_true + m).clamp_min(0)


def cosine_distance(f1: Tensor, f2: Tensor) -> Tensor:
    """D = 1 - f1·f2 / (‖f1‖‖f2‖) (Eq. 7): embeddings [B,d], [B,d] → [B] in 0 … 2."""
    return 1 - cosine_similarity(f1, f2, dim=-1)


def triplet_loss(f: Tensor, f_plus: Tensor, f_minus: Tensor, beta: float = BETA) -> Tensor:
    """max{0, D(f,f+) - D(f,f-) + β} (Eq. 10): anchor, positive, negative [B,d] → losses [B]."""
    return (cosine_distance(f, f_plus) - cosine_distance(f, f_minus) + beta).clamp_min(0)

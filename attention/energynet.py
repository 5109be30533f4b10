"""EnergyNet, the learned energy of a map and its concept (Eq. 4, §3.4)."""

import torch
from torch import Tensor, nn

MAP_SCALES = ("none", "frame")


class EnergyNet(nn.Module):
    """E_net(F,c) = W_f f(V_L, V_c): two fully connected layers with a ReLU between, then W_f (Eq. 4).

    map_size: (h, w) of the attention maps · word_dim: length of V_c · hidden: width of the first layer ·
    dim: d, length of the embedding f, 64 in the paper · map_scale: how maps are scaled first, "none"
    as in the paper, or "frame", divided by the frame's largest cell over all concepts (which keeps the
    ratios between the concepts of a frame).
    """

    def __init__(
        self,
        map_size: tuple[int, int],
        word_dim: int,
        hidden: int,
        dim: int = 64,
        map_scale: str = "none",
    ) -> None:
        super().__init__()
        if map_scale not in MAP_SCALES:
            raise ValueError(f"map_scale is {map_scale!r}, not one of {MAP_SCALES}")
        self.map_size = map_size
        self.word_dim = word_dim
        self.map_scale = map_scale
        self.cells = map_size[0] * map_size[1]
        self.fc1 = nn.Linear(self.cells + word_dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)
        self.W_f = nn.Linear(dim, 1, bias=False)

    def embed(self, V_L: Tensor, V_c: Tensor) -> Tensor:
        """f(V_L, V_c): flattened maps [B,h·w] and word vectors [B,word_dim] → [B,d]."""
        return self.fc2(self.fc1(torch.cat((V_L, V_c), -1)).relu())

    def forward(self, V_L: Tensor, V_c: Tensor) -> Tensor:
        """E_net (Eq. 4): [B,h·w], [B,word_dim] → energies [B]."""
        return self.W_f(self.embed(V_L, V_c)).squeeze(-1)

    def scaled(self, L: Tensor, peak: Tensor | None = None) -> Tensor:
        """Maps [N,C,h,w] as input of this network: scaled by map_scale and flattened, [N,C,h·w].

        peak: each frame's largest cell over all concepts [N]; needed when L has only some concepts.
        """
        flat = L.flatten(2)
        if self.map_scale == "none":
            return flat
        peak = flat.amax((1, 2)) if peak is None else peak
        return flat / peak.clamp_min(torch.finfo(flat.dtype).tiny)[:, None, None]

    @torch.no_grad()
    def energies(self, L: Tensor, V_c: Tensor, peak: Tensor | None = None) -> Tensor:
        """E_net of every frame and concept: maps [N,C,h,w], word vectors [C,word_dim] → [N,C].

        peak: as in `scaled`. The first layer's term W_c·V_c + b is computed once for all frames.
        """
        W_L, W_c = self.fc1.weight.split((self.cells, self.word_dim), dim=1)
        concept_part = V_c @ W_c.T + self.fc1.bias
        rows = [
            self.W_f(self.fc2((frame @ W_L.T + concept_part).relu())).squeeze(-1)
            for frame in self.scaled(L, peak)
        ]
        return torch.stack(rows)

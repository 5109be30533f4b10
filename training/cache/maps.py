"""L(F,c) of every frame and concept, with scores and features, computed once per CNN (§3.4.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from attention.disk.whole import whole_file
from attention.maps import scores_and_maps
from attention.networks.cnn import Backbone
from attention.networks.inference import ready
from attention.networks.stages import Learner, best_device
from training.cache.views import Views, weights_key
from training.listener import NOBODY, Listener
from training.ranks import gathered, is_first, my_share, processes, wait_for_all

CHUNK = 32


@dataclass(frozen=True)
class FrameMaps:
    """What a CNN sees in F frames: everything the methods of §4.3 need.

    L: float [F,C,h,w] raw maps (Eq. 1) · scores: float [F,C] before softmax · features: float [F,K]
    before the last layer · owners: int [F], the clip each frame comes from.
    """

    L: Tensor
    scores: Tensor
    features: Tensor
    owners: Tensor

    def of(self, clips: Sequence[int]) -> "FrameMaps":
        """Only the frames of these clips, in their order; owners count anew from 0."""
        wanted = [self.of_clip(clip) for clip in clips]
        rows = torch.cat(wanted)
        counts = torch.tensor([len(found) for found in wanted])
        owners = torch.arange(len(clips)).repeat_interleave(counts)
        return FrameMaps(self.L[rows], self.scores[rows], self.features[rows], owners)

    def of_clip(self, clip: int) -> Tensor:
        """Rows of a clip's frames, in order."""
        return (self.owners == clip).nonzero()[:, 0]


def frame_maps(backbone: Backbone, views: Views, listener: Listener = NOBODY) -> FrameMaps:
    """Looks at cached views with a CNN, which stays as it is; several processes share the frames out.

    As it is in eval mode and float32, on a GPU when there is one.
    """
    alone = processes().num_processes == 1
    parts = gathered(
        _seen(backbone, views if alone else views.at(my_share(len(views.z))), listener)
    )
    L, scores, features = (torch.cat(found) for found in zip(*parts, strict=True))
    return FrameMaps(L, scores, features, views.owners)


@torch.inference_mode()
def _seen(backbone: Backbone, views: Views, listener: Listener) -> tuple[Tensor, Tensor, Tensor]:
    """L, scores and features of views."""
    device = best_device()
    backbone = ready(backbone, device)
    learner = Learner(backbone, views.whole)
    L, scores, features = [], [], []
    for part, z in enumerate(views.z.split(CHUNK)):
        listener.step(part * CHUNK, len(views.z))
        A = learner.body(z.to(device).float())
        said, maps = scores_and_maps(backbone, A)
        L.append(maps.contiguous().cpu())
        scores.append(said.cpu())
        features.append(backbone.head.penultimate(A).cpu())  # type: ignore[operator]
    return torch.cat(L), torch.cat(scores), torch.cat(features)


def cached_maps(backbone: Backbone, views: Views, folder: Path) -> FrameMaps:
    """frame_maps, kept in `folder` under a hash of the weights and the views."""
    learner = Learner(ready(backbone, "cpu"), views.whole)
    key = weights_key([*learner.state_dict().items(), ("z", views.z)], {})[:32]
    path = folder / f"{key}.safetensors"
    kept = path.exists()
    wait_for_all()  # all have looked before the first writes
    if not kept:
        seen = frame_maps(backbone, views)
        if is_first():
            folder.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as partial:
                save_file({"L": seen.L, "scores": seen.scores, "features": seen.features}, partial)
        wait_for_all()
    found = load_file(path)
    return FrameMaps(found["L"], found["scores"], found["features"], views.owners)

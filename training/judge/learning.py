"""What the methods of attention/methods learn from a set: statistics of its clips, heads on features."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from torch import Tensor

from attention.methods.method import Examples, Learned, Method
from attention.networks.cnn import Backbone
from training.cache.maps import FrameMaps, frame_maps
from training.data.records import LabelledClip
from training.fit.prepared import Clips, Stills
from training.judge.verdicts import side_of
from training.listener import NOBODY, Listener


class Learning:
    """The training clips and Web stills of a set as its Web CNN sees them, for `rows` to learn from."""

    def __init__(
        self,
        rows: Iterable[Method],
        web: Backbone,
        clips: Clips,
        stills: Stills,
        seed: int,
        listener: Listener = NOBODY,
    ) -> None:
        self.rows = [row for row in rows if row.fit is not None]
        self.clips, self.seed = clips, seed
        self.maps = frame_maps(web, clips.views, listener)
        self.stills: tuple[Tensor, Tensor] | None = None
        if any(row.stills for row in self.rows):
            self.stills = frame_maps(web, stills.views).features, stills.labels[stills.views.owners]

    def without_labels(self) -> dict[str, Learned]:
        """What the methods that need no labels learn from all training clips."""
        given = _examples(self.maps, self.seed)
        return {row.name: row.fit(given) for row in self.rows if row.labels == "none" and row.fit}

    def with_labels(self, chosen: Sequence[LabelledClip]) -> dict[str, Learned]:
        """What the methods that need labels learn from some training clips and, if they ask, the stills."""
        places = {clip: number for number, clip in enumerate(self.clips.clips)}
        rows = [places[clip] for clip in chosen]
        labels = self.clips.labels[rows].numpy()
        clips = replace(_examples(self.maps.of(rows), self.seed), labels=labels)
        both = clips
        if self.stills is not None:
            features, of_stills = self.stills
            both = replace(clips, stills=features.numpy(), still_labels=of_stills.numpy())
        return {
            row.name: row.fit(both if row.stills else clips)
            for row in self.rows
            if row.labels == "some" and row.cnn == "web" and row.fit
        }


def _examples(maps: FrameMaps, seed: int) -> Examples:
    return Examples(side_of("web", maps), maps.owners.numpy(), seed=seed)

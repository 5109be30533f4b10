"""Joins two halves, stills and clips of the same classes, into a source with folds."""

from collections.abc import Sequence
from pathlib import Path

from attention.concepts import ConceptSet
from attention.errors import InputError
from training.data.folders import count, listed, place_in, with_left_out
from training.data.layouts.registry import layout_names
from training.data.recordings import HOW_TO_NAME, known_recordings
from training.data.records import Fold, LabelledClip, Source, Still, VideoHalf, WebHalf
from training.data.splitting import half_split


def join(web: WebHalf | None, video: VideoHalf | None) -> Source:
    """The source of one or two halves; concepts are in a published set's order, or sorted.

    Raises InputError when a class lacks stills or clips, or a fold lacks training or test clips.
    """
    halves = [half for half in (web, video) if half]
    notes = [note for half in halves for note in half.notes]
    stills = dict(web.stills) if web else {}
    clips = dict(video.clips) if video else {}
    if web and video:
        stills, clips, left_out = _matched(web, video)
        notes += left_out
    published = video is not None and video.name in layout_names("clips")
    names = tuple(clips if published or not web else stills)
    if not names:
        raise InputError(f"{halves[0].name} has no class folders: make one per class.")
    concepts = ConceptSet(names if published else tuple(sorted(names, key=str.casefold))).names
    _check_filled(concepts, stills if web else None, clips if video else None)
    folds: tuple[Fold, ...] = ()
    if video:
        labelled = _labelled(concepts, clips, video)
        folds, fold_notes = _folds(labelled, concepts, video)
        notes += fold_notes
    return Source(
        "+".join(dict.fromkeys(half.name for half in halves)),
        concepts,
        tuple(Still(p, place) for place, name in enumerate(concepts) for p in stills.get(name, ())),
        folds,
        tuple(notes),
    )


def _matched(
    web: WebHalf, video: VideoHalf
) -> tuple[dict[str, tuple[Path, ...]], dict[str, tuple[Path, ...]], list[str]]:
    """Stills and clips by the same class names, in the spelling of a published set or of web/."""
    if video.name in layout_names("clips") and web.name.removesuffix("-noisy") in layout_names(
        "stills"
    ):
        return _shared(web, video)
    spelling = video.clips if video.name in layout_names("clips") else web.stills or video.clips
    concepts = ConceptSet(tuple(spelling))
    stills = _respelled(web.stills, concepts)
    clips = _respelled(video.clips, concepts)
    lone_stills = [name for name, paths in stills.items() if paths and not clips.get(name)]
    lone_clips = [name for name, paths in clips.items() if paths and not stills.get(name)]
    if lone_stills or lone_clips:
        said = []
        if lone_stills:
            said.append(f"there are stills but no clips of {listed(lone_stills)}")
        if lone_clips:
            said.append(f"there are clips but no stills of {listed(lone_clips)}")
        sentence = " and ".join(said)
        raise InputError(
            f"{sentence[0].upper()}{sentence[1:]}: give every class both, under one name."
        )
    return stills, clips, []


def _shared(
    web: WebHalf, video: VideoHalf
) -> tuple[dict[str, tuple[Path, ...]], dict[str, tuple[Path, ...]], list[str]]:
    """The classes that two published halves share; either may be incomplete."""
    shared = {name for name in video.clips if web.stills.get(name) and video.clips[name]}
    if not shared:
        raise InputError(f"{web.name} and {video.name} have no class in common: pair others.")
    notes = []
    for half, own in ((web, web.stills), (video, video.clips)):
        lone = [name for name in own if name not in shared]
        if lone:
            notes.append(
                f"{count(len(lone), 'class')} of {half.name} left out because the other half lacks "
                f"them: {listed(lone)}."
            )
    stills = {name: paths for name, paths in web.stills.items() if name in shared}
    return stills, {name: paths for name, paths in video.clips.items() if name in shared}, notes


def _respelled(
    own: dict[str, tuple[Path, ...]], concepts: ConceptSet
) -> dict[str, tuple[Path, ...]]:
    places = {name: place_in(concepts, name) for name in own}
    return {
        name if (place := places[name]) is None else concepts.names[place]: paths
        for name, paths in own.items()
    }


def _check_filled(
    concepts: Sequence[str],
    stills: dict[str, tuple[Path, ...]] | None,
    clips: dict[str, tuple[Path, ...]] | None,
) -> None:
    for kind, own in (("stills", stills), ("clips", clips)):
        empty = [name for name in concepts if own is not None and not own.get(name)]
        if empty:
            raise InputError(f"There are no {kind} of {listed(empty)}: add some, or remove it.")


def _labelled(
    concepts: Sequence[str], clips: dict[str, tuple[Path, ...]], video: VideoHalf
) -> dict[Path, LabelledClip]:
    return {
        path: LabelledClip(path, place, video.groups.get(path, ""))
        for place, name in enumerate(concepts)
        for path in clips[name]
    }


def _folds(
    labelled: dict[Path, LabelledClip], concepts: Sequence[str], video: VideoHalf
) -> tuple[tuple[Fold, ...], list[str]]:
    """The folds of the set, or halves, and notes. InputError when a fold lacks a side."""
    clips = tuple(labelled.values())
    if not video.splits:
        try:
            halves = {"1": half_split(clips, concepts)}
        except InputError as error:
            raise with_left_out(error, video.notes) from None
        note = "There is no splits.csv: half of each class's clips train and half test"
        return _made(halves, labelled), [f"{note}{_kept(clips)}"]
    folds = _made(video.splits, labelled)
    for fold in folds:
        for side, own in (("training", fold.train), ("test", fold.test)):
            if not own:
                raise InputError(
                    f"Fold {fold.name} of {video.name} has no {side} clips: add some to splits.csv."
                )
        _check_recordings(fold)
    official = video.name in layout_names("clips")
    unknown = known_recordings(clips) != "known" and not official
    return folds, [f"The clips are split by splits.csv{_kept(clips)}"] if unknown else []


def _kept(clips: Sequence[LabelledClip]) -> str:
    """The end of a sentence about a split: whether recordings stay together; how to name them."""
    known = known_recordings(clips)
    if known == "known":
        return ", recordings kept together."
    which = "their recordings are" if known == "unknown" else "the recordings of some are"
    return f"; {which} not known, so clips of one recording may both train and test: {HOW_TO_NAME}."


def _check_recordings(fold: Fold) -> None:
    """Raises InputError when a named recording has clips on two sides of a fold."""
    side: dict[str, str] = {}
    for name, own in (("train", fold.train), ("dev", fold.dev), ("test", fold.test)):
        for clip in own:
            if clip.group and side.setdefault(clip.group, name) != name:
                raise InputError(
                    f"Recording {clip.group.replace('/', ' ')} is in {side[clip.group]} and in {name} "
                    f"of fold {fold.name}, so the test would be too easy: put all of its clips on "
                    "one side in splits.csv, or correct its column group."
                )


def _made(
    splits: dict[str, dict[Path, str]], labelled: dict[Path, LabelledClip]
) -> tuple[Fold, ...]:
    folds = []
    for name, fold in splits.items():
        sides = {
            side: tuple(c for path, c in labelled.items() if fold.get(path) == side)
            for side in ("train", "test", "dev")
        }
        folds.append(Fold(name, **sides))
    return tuple(folds)

"""Several clips from the terminal: a folder for each, one table of all verdicts, and the probes' means.

The same command with the same settings continues an interrupted run: a clip whose analysis is newer
than the clip is skipped. A clip that cannot be used gets a row with its error sentence.
"""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attention.command.places import places
from attention.command.single import (
    Asked,
    analysis_of,
    answers_of,
    check_folder,
    check_names,
    expected_frames,
    probes_of,
    written,
    written_answers,
)
from attention.command.terminal import progress, say
from attention.errors import InputError, short

if TYPE_CHECKING:
    from attention.analysis import Analysis
    from attention.probe.asking import Answer

TABLE, SETTINGS, MEANS = "verdicts.csv", "settings.json", "means.csv"
Row = dict[str, str]


def look_at_many(named: Sequence[str], asked: Asked) -> None:
    """Analyses clips, and all clips in folders; writes --out. Raises InputError."""
    out = _out(asked)
    clips = dict(places(named, out, {TABLE, SETTINGS, MEANS}))
    if not clips:
        raise InputError(f"There is no video or image in {short(named[0])}; name another folder.")
    check_folder(out)
    check_names(asked)
    _check_settings(out, asked)
    before = _rows_in(out)
    rows = dict(before)
    with progress("Looking", "clips") as show:
        for number, (place, clip) in enumerate(clips.items()):
            show(number, len(clips))
            if _is_done(before.get(place), clip, out / place):
                continue
            rows[place] = _row(clip, out / place, asked)
            _write_table(out / TABLE, rows)
        show(len(clips), len(clips))
    _average(out, [place for place in clips if not rows[place].get("fault")], asked)
    faults = [f"{place}: {rows[place]['fault']}" for place in clips if rows[place].get("fault")]
    seen = len(clips) - len(faults)
    say("\n".join([*faults, f"{seen} of {len(clips)} clips were looked at; see {out / TABLE}"]))


def _out(asked: Asked) -> Path:
    if asked.out is None:
        raise InputError("Several clips need a folder for their results; add --out DIR.")
    if asked.json:
        raise InputError(
            "--json prints one clip's analysis; leave it out, each clip's analysis.json is in --out."
        )
    return asked.out


def _check_settings(out: Path, asked: Asked) -> None:
    """Raises InputError when --out has results with other settings; else writes the settings there."""
    how = {
        "model": asked.model, "concepts": asked.concepts, "every": asked.every,
        "window": asked.window, "truth": asked.truth, "precision": asked.precision,
        **({} if asked.probe is None else {"probe": asked.probe}),
        **({} if asked.frame == "centre" else {"frame": asked.frame}),
    }  # fmt: skip
    place = out / SETTINGS
    try:
        known = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{SETTINGS} in {short(out)} cannot be read; remove it, or name another folder with --out."
        ) from error
    if known is None:
        from attention.disk.whole import whole_file

        out.mkdir(parents=True, exist_ok=True)
        with whole_file(place) as partial:
            partial.write_text(json.dumps(how, ensure_ascii=False, indent=1), encoding="utf-8")
    elif known != how:
        other = next(
            key
            for key in dict.fromkeys([*how, "probe", "frame"])
            if not isinstance(known, dict) or known.get(key) != how.get(key)
        )
        raise InputError(
            f"{short(out)} holds clips that were looked at with another --{other}; name another folder "
            "with --out."
        )


def _row(clip: Path, folder: Path, asked: Asked) -> Row:
    """Analyses one clip and writes its folder; returns its row, with the sentence if it failed."""
    try:
        frames = expected_frames(str(clip), asked.every)
        analysis = analysis_of(str(clip), asked, frames, _nobody)
        answers = answers_of(str(clip), analysis, asked, probes_of(asked))
        written(folder, str(clip), analysis, asked, _nobody)
        written_answers(folder, answers)
    except InputError as error:
        return {"clip": str(clip.resolve()), "fault": str(error)}
    return _verdicts(clip, analysis) | _measured(answers)


def _nobody(_done: int, _expected: int | None) -> None:
    """Ignores the progress within a clip: with several clips, the bar counts clips."""


def _verdicts(clip: Path, analysis: "Analysis") -> Row:
    row = {"clip": str(clip.resolve()), "frames": str(len(analysis.frames))}
    for verdict in analysis.verdicts:
        row[verdict.method] = analysis.concepts[verdict.prediction]
        row[f"{verdict.method} score"] = f"{verdict.scores[verdict.prediction]:.7g}"
    return row | {"notes": " ".join(analysis.notes)}


def _measured(answers: "Sequence[Answer]") -> Row:
    """A column for each number, and for each verdict under a shift, that the probes gave."""
    row: Row = {}
    for answer in answers:
        for measure in answer.measures:
            name = " ".join(filter(None, (answer.probe, answer.cnn)))
            row[f"{name}: {measure.name}"] = measure.said or f"{measure.value:.7g}"
    return row


def _average(out: Path, places: Sequence[str], asked: Asked) -> None:
    """Prints and writes what the probes say on average over the clips, those of an earlier run included."""
    if asked.probe is None:
        return
    from attention.command.probes import averages_table, read_answers, write_averages
    from attention.probe.averages import means

    found = means([read_answers(out / place) for place in places])
    if found:
        write_averages(out / MEANS, found)
        say(averages_table(found))


def _is_done(row: Row | None, clip: Path, folder: Path) -> bool:
    """Whether this very clip was looked at since it last changed."""
    from attention.media.sequences.numbered import files_of_clip

    if row is None or row["fault"] or row["clip"] != str(clip.resolve()):
        return False
    try:
        looked = (folder / "analysis.json").stat().st_mtime
        return all(looked >= file.stat().st_mtime for file in (clip, *files_of_clip(clip)))
    except (OSError, InputError):
        return False


def _rows_in(out: Path) -> dict[str, Row]:
    """The table of an earlier run; empty when it is missing or unreadable."""
    try:
        with (out / TABLE).open(encoding="utf-8", newline="") as file:
            return {row["folder"]: row | {"fault": row["fault"]} for row in csv.DictReader(file)}
    except (OSError, KeyError, UnicodeDecodeError, csv.Error):
        return {}


def _write_table(path: Path, rows: dict[str, Row]) -> None:
    from attention.disk.whole import whole_file

    columns = dict.fromkeys(["folder", "clip", "frames"])
    for row in rows.values():
        columns |= dict.fromkeys(name for name in row if name not in ("notes", "fault"))
    columns |= dict.fromkeys(["notes", "fault"])
    try:
        with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(columns), restval="", lineterminator="\n")
            table.writeheader()
            table.writerows({**row, "folder": place} for place, row in rows.items())
    except OSError as error:
        raise InputError(
            f"{TABLE} could not be written to {short(path.parent)}: {error.strerror or error}; make "
            "room or name another folder with --out."
        ) from error

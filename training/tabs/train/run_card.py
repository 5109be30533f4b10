"""A run as HTML: how it stands, what it was asked, how to repeat it; and the list of all runs."""

from collections.abc import Sequence
from html import escape

from attention.catalogue.catalogue import say
from attention.gate.owners import may_change
from attention.gate.visitors import asking
from training.runs.standing import Standing
from training.runs.words import how_it_stands, repeat, time_left, title_of, when_asked
from training.tabs.train.outcome import outcome

MARKS = {
    "queued": "◷", "running": "▶", "finished": "✓", "cancelled": "◼", "failed": "✗",
    "interrupted": "⏸",
}  # fmt: skip
SETTINGS = (
    "source", "noisy", "backbone", "every", "until", "preset", "fractions", "seeds", "folds", "part",
)  # fmt: skip
HINTS = ("queued", "interrupted", "cancelled", "finished")


def no_run() -> str:
    """What the card says before there is a run."""
    return f"<p class='note'>{escape(say('train.no_run'))}</p>"


def run_choices(standings: Sequence[Standing]) -> list[tuple[str, str]]:
    """(label, name) of every run, for a list."""
    return [(_label(standing), standing.run.name) for standing in standings]


def _label(standing: Standing) -> str:
    status, spec = standing.status, standing.spec
    if status is None or spec is None:
        return f"✗ {say('train.damaged', run=standing.run.name)}"
    title, when = title_of(spec), when_asked(standing.run.name)
    if status.state == "running":
        return f"▶ {title}, {when}: {say('train.state.running')}"
    state = say(f"train.state.{status.state}")
    if standing.place:
        state = say("train.state.place", state=state, place=standing.place)
    return f"{MARKS[status.state]} {title}, {when}: {state}"


def run_card(standing: Standing) -> str:
    """State with a bar and the time left, the settings, and the command that repeats it."""
    status, spec = standing.status, standing.spec
    if status is None or spec is None:
        return (
            f"<section class='run-card' data-run='{escape(standing.run.name)}'>"
            f"<h3>{escape(standing.run.name)}</h3>{state_card(standing)}</section>"
        )
    asked = spec.model_dump(mode="json")
    judged = status.state == "finished" and (standing.run.sweep / "rows.csv").exists()
    result = outcome(standing.run.name) if judged else ""
    lines = "".join(
        f"<dt>{say(f'train.settings.{name}')}</dt><dd>{escape(_said(name, asked[name]))}</dd>"
        for name in SETTINGS
        if asked[name] not in (False, [], ())
    )
    return (
        f"<section class='run-card' data-run='{escape(standing.run.name)}'>"
        f"<h3>{escape(title_of(spec))} <code>{escape(standing.run.name)}</code></h3>"
        f"<div class='run-state'>{state_card(standing)}</div>{_whose(standing)}{result}"
        f"<details><summary>{escape(say('train.settings_of'))}</summary><dl>{lines}</dl>"
        f"<pre class='repeat' tabindex='0'>{escape(repeat(spec))}</pre></details></section>"
    )


def _whose(standing: Standing) -> str:
    if may_change(standing.run.owned(), asking()):
        return ""
    return f"<p class='note'>{escape(say('train.whose'))}</p>"


def state_card(standing: Standing) -> str:
    """How it stands, with a bar while it works."""
    status = standing.status
    if status is None:
        return f"<p class='note error' role='alert'>{escape(standing.fault)}</p>"
    if status.state == "running":
        return (
            f"<div class='progress' role='status'><p>{status.done:.0%} · {escape(status.doing)} · "
            f"<b>{time_left(status)}</b></p><progress value='{status.done:.4f}' max='1' "
            f"aria-label='{escape(say('train.share_done'))}'></progress></div>"
        )
    kind = "error" if status.state == "failed" else ""
    said = escape(how_it_stands(standing))
    hint = escape(say(f"train.hint.{status.state}")) if status.state in HINTS else ""
    mark = MARKS[status.state]
    return f"<p class='note {kind}' role='status'>{mark} {said[:1].upper()}{said[1:]}. {hint}</p>"


def _said(name: str, value: object) -> str:
    if name == "fractions" and isinstance(value, list):
        return ", ".join(f"{share:.0%}" for share in value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return say("train.yes") if value is True else str(value)

"""A run as HTML: how it stands, what it was asked, how to repeat it; and the list of all runs."""

from collections.abc import Sequence
from html import escape

from attention.gate.owners import may_change
from attention.gate.visitors import asking
from training.runs.standing import Standing
from training.runs.words import how_it_stands, repeat, time_left, title_of, when_asked
from training.tabs.train.outcome import outcome

MARKS = {
    "queued": "◷", "running": "▶", "finished": "✓", "cancelled": "◼", "failed": "✗",
    "interrupted": "⏸",
}  # fmt: skip
SETTINGS = {
    "source": "Set", "noisy": "With noisy stills", "backbone": "Network", "every": "One frame in",
    "until": "Trained up to", "preset": "EnergyNet's preset", "fractions": "Shares of labels",
    "seeds": "Seeds (of random numbers)", "folds": "Splits", "part": "Judged on",
}  # fmt: skip
NO_RUN = "<p class='note'>No run yet. Choose what to train on the left and press Train.</p>"


def run_choices(standings: Sequence[Standing]) -> list[tuple[str, str]]:
    """(label, name) of every run, for a list."""
    return [(_label(standing), standing.run.name) for standing in standings]


def _label(standing: Standing) -> str:
    status, spec = standing.status, standing.spec
    if status is None or spec is None:
        return f"✗ {standing.run.name}: damaged"
    title, when = title_of(spec), when_asked(standing.run.name)
    if status.state == "running":
        return f"▶ {title}, {when}: running"
    place = f", number {standing.place}" if standing.place else ""
    return f"{MARKS[status.state]} {title}, {when}: {status.state}{place}"


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
        f"<dt>{label}</dt><dd>{escape(_said(name, asked[name]))}</dd>"
        for name, label in SETTINGS.items()
        if asked[name] not in (False, [], ())
    )
    return (
        f"<section class='run-card' data-run='{escape(standing.run.name)}'>"
        f"<h3>{escape(title_of(spec))} <code>{escape(standing.run.name)}</code></h3>"
        f"<div class='run-state'>{state_card(standing)}</div>{_whose(standing)}{result}"
        f"<details><summary>Settings, and how to repeat this run</summary><dl>{lines}</dl>"
        f"<pre class='repeat' tabindex='0'>{escape(repeat(spec))}</pre></details></section>"
    )


def _whose(standing: Standing) -> str:
    if may_change(standing.run.owned(), asking()):
        return ""
    return "<p class='note'>Shared by somebody else: you can look at it, not change it.</p>"


def state_card(standing: Standing) -> str:
    """How it stands, with a bar while it works."""
    status = standing.status
    if status is None:
        return f"<p class='note error' role='alert'>{escape(standing.fault)}</p>"
    if status.state == "running":
        return (
            f"<div class='progress' role='status'><p>{status.done:.0%} · {escape(status.doing)} · "
            f"<b>{time_left(status)}</b></p><progress value='{status.done:.4f}' max='1' "
            f"aria-label='Share of the run that is done'></progress></div>"
        )
    kind = "error" if status.state == "failed" else ""
    said = escape(how_it_stands(standing))
    hint = {
        "queued": "It starts by itself; this page may be closed.",
        "interrupted": "Press Resume: it goes on to the same result.",
        "cancelled": "What was done is kept; Resume goes on.",
        "finished": "Its model is offered under Heatmaps, its curve under Curves.",
    }.get(status.state, "")
    mark = MARKS[status.state]
    return f"<p class='note {kind}' role='status'>{mark} {said[:1].upper()}{said[1:]}. {hint}</p>"


def _said(name: str, value: object) -> str:
    if name == "fractions" and isinstance(value, list):
        return ", ".join(f"{share:.0%}" for share in value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "yes" if value is True else str(value)

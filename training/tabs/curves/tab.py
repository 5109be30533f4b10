"""The Curves tab: what sweeps and runs have measured, the paper's numbers beside it."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr
import pandas as pd
from gradio.components import Component

from attention.catalogue.catalogue import say
from attention.errors import InputError
from attention.serving.workroom import Workroom
from attention.tabs.languages import in_its_language, label
from training.judge.comparison import Column
from training.report.curves import check_measure, figure5_rows, paper_rows, verdict_of
from training.report.known_sweeps import (
    Sweep,
    column_for,
    known_sweeps,
    results_of,
    stamp,
    sweep_named,
)
from training.tabs.curves.confusion import confusion_view
from training.tabs.curves.log import log_view
from training.tabs.curves.views import figure4_view, figure5_view, tables_view
from training.tabs.figure_block import View, note, strings, sweeps_named, tab_around, table_html

_ANSWERING = threading.Lock()
POLL = 3.0  # seconds between two looks at a run under way
SEEN = """(shown, ...rest) => [
  !document.hidden && document.querySelector("#curve-views")?.offsetParent != null, ...rest
]"""


@dataclass(frozen=True)
class Curves:
    """What other tabs lead to: `open_run(listen, run)` shows the run that a component names.

    listen: what begins it, such as a button's click, once this tab is the one seen · seen: what the tab
    shows; empty until it is opened first, so whoever opens it at a run fills this before.
    """

    seen: gr.State
    open_run: Callable[[Callable[..., Any], Component], Any]


def curves_tab(demo: gr.Blocks, workroom: Workroom) -> Curves:
    """Builds the tab inside the current one; it opens on the drawn sweep that ships."""
    verdict = gr.HTML("", elem_id="curves-verdict")
    chosen = gr.Dropdown(
        choices=_choices(),
        value=[name for _, name in _choices()[:1]],
        multiselect=True,
        allow_custom_value=True,  # a run that is removed meanwhile is no error: it is passed over
        label=label("curves.look_at"),
        info=label("curves.look_at_info"),
        elem_id="curves-chosen",
    )
    active = gr.State("figure5")
    seen: gr.State = gr.State(())
    shown = gr.Checkbox(False, visible="hidden")
    with gr.Tabs(elem_id="curve-views"):
        views = [
            build(chosen, workroom)
            for build in (figure5_view, figure4_view, confusion_view, tables_view, log_view)
        ]
    in_its_language(demo, {made: given for view in views for made, given in view.choices.items()})
    timer = gr.Timer(POLL, active=False)
    controls = [component for view in views for component in view.inputs]
    everything = [component for view in views for component in view.outputs]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    def show(name: str, names: Sequence[str], *values: Any) -> list[Any]:
        """Fills the view of that name; the others, which nobody sees, stay as they are."""
        told: list[Any] = []
        for view in views:
            mine, values = values[: len(view.inputs)], values[len(view.inputs) :]
            if view.name == name:
                told += view.render(sweeps_named(names), *mine)
            else:
                told += [gr.skip()] * len(view.outputs)
        return told

    def follow(names: Sequence[str]) -> list[Any]:
        sweeps = sweeps_named(names)
        growing = any(sweep.under_way for sweep in sweeps)
        return [_marks(sweeps), gr.Timer(active=growing), verdicts_html(sweeps)]

    def tick(
        looking: bool, before: Any, name: str, names: Sequence[str], *values: Any
    ) -> list[Any]:
        if not looking or _marks(sweeps_named(names)) == before:
            return [gr.skip()] * (3 + len(everything))
        return [*follow(names), *show(name, names, *values)]

    def choose(wanted: object) -> Any:
        """What there is to choose now, and of what is wanted all that is there."""
        choices = _choices()
        there = [name for name in strings(wanted) if name in {known for _, known in choices}]
        return gr.Dropdown(choices=choices, value=there or [name for _, name in _choices()[:1]])

    def filled(listen: Callable[..., Any]) -> Any:
        """First the view, then the verdict, which may take a moment."""
        shows = listen(show, [active, chosen, *controls], everything, **quiet)
        return shows.then(follow, chosen, [seen, timer, verdict], **quiet)

    def first(before: Any, name: str, names: Sequence[str], *values: Any) -> list[Any]:
        filled = before or name != active.value  # another view is filled as it is entered
        return [gr.skip()] * len(everything) if filled else show(name, names, *values)

    def follow_first(names: Sequence[str], before: Any) -> list[Any]:
        return [gr.skip()] * 3 if before else follow(names)

    if tab := tab_around():  # for those who come to see it: a verdict takes seconds of computing
        came = tab.select(lambda: gr.Dropdown(choices=_choices()), None, chosen, **quiet)
        came = came.then(first, [seen, active, chosen, *controls], everything, **quiet)
        came.then(follow_first, [chosen, seen], [seen, timer, verdict], **quiet)
    else:
        filled(demo.load(choose, chosen, chosen, **quiet).then)
    filled(chosen.input)
    timer.tick(
        tick,
        [shown, seen, active, chosen, *controls],
        [seen, timer, verdict, *everything],
        js=SEEN,
        **quiet,
    )
    for view in views:
        _wire(view, chosen, active, quiet)
        if view.opened:
            view.opened.then(follow, chosen, [seen, timer, verdict], **quiet)
    return Curves(seen, lambda listen, run: filled(listen(choose, run, chosen, **quiet).then))


def curves_table(run: str, measure: str = "accuracy") -> dict[str, Any]:
    """Figure 5 of a sweep or run as JSON, percentages: what /curves returns. InputError for unknown names."""
    check_measure(measure)
    sweep = sweep_named(run)
    results = results_of(sweep)
    if results is None:
        raise InputError(f"The run '{sweep.name}' has measured nothing yet; ask again later.")
    column = column_for(sweep)
    return {
        "run": sweep.name,
        "title": sweep.title,
        "measure": measure,
        "part": results.part,
        "concepts": list(results.concepts),
        "clips": sum(results.clip_counts.values()),
        "folds": list(results.clip_counts),
        "seeds": results.seeds,
        "finished": not sweep.under_way and not results.left_out,
        "verdict": _verdict(sweep, column)[0] if column else "",
        "rows": _records(figure5_rows(results, measure)),
        "paper": _records(paper_rows(measure, sweep.stills)),
    }


def verdicts_html(sweeps: Sequence[Sweep]) -> str:
    """Who wins in each sweep, the CNN or the paper's method: the first line of the tab."""
    told = []
    for sweep in sweeps:
        try:
            column = column_for(sweep)
        except InputError as error:
            told.append(note(f"{sweep.title}: {error}"))
            continue
        if column is None:
            told.append(
                _line(sweep, say("curves.state_only", state=say(f"train.state.{sweep.state}")))
            )
            continue
        said, table = _verdict(sweep, column)
        told.append(_line(sweep, said))
        if not table.empty:
            numbers = table_html(table, say("curves.who_wins", sweep=sweep.title))
            each = escape(say("curves.each"))
            told.append(f"<details class='caption'><summary>{each}</summary>{numbers}</details>")
    return "".join(told)


def _line(sweep: Sweep, said: str) -> str:
    return f"<p class='agreement'><b>{escape(sweep.title)}.</b> {escape(said)}</p>"


def _verdict(sweep: Sweep, column: Column) -> tuple[str, pd.DataFrame]:
    """As RESULTS.md has it: the sweeps that ship are answered for together, a run by itself."""
    with _ANSWERING:  # one visitor computes them, the others find them
        return verdict_of(column, _beside() if sweep.run is None else ())


def _beside() -> list[Column]:
    found = []
    for sweep in known_sweeps():
        with suppress(InputError):
            found.append(None if sweep.run else column_for(sweep))
    return [column for column in found if column is not None]


def _wire(view: View, chosen: gr.Dropdown, active: gr.State, quiet: dict[str, Any]) -> None:
    def render(names: Sequence[str], *values: Any) -> list[Any]:
        return list(view.render(sweeps_named(names), *values))

    def enter(names: Sequence[str], *values: Any) -> list[Any]:
        return [view.name, *render(names, *values)]

    gr.on(
        [component.input for component in view.inputs],
        render,
        [chosen, *view.inputs],
        view.outputs,
        **quiet,
    )
    view.tab.select(enter, [chosen, *view.inputs], [active, *view.outputs], **quiet)


def _marks(sweeps: Sequence[Sweep]) -> tuple[Any, ...]:
    """Changes when there is something new to see."""
    return tuple((sweep.name, sweep.state, stamp(sweep)) for sweep in sweeps)


def _choices() -> list[tuple[str, str]]:
    return [
        (
            s.title if s.state == "finished" else f"{s.title} ({say(f'train.state.{s.state}')})",
            s.name,
        )
        for s in known_sweeps()
    ]


def _records(table: Any) -> list[dict[str, Any]]:
    """Rows as JSON has them: None where a number is none."""
    rows = table.astype(object).where(table.notna(), None)
    return [
        {key: value.item() if hasattr(value, "item") else value for key, value in row.items()}
        for row in rows.to_dict("records")
    ]

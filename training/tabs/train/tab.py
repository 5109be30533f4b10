"""The Train tab: choose what to learn from and how, see how it goes, come back to it later."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from attention.catalogue.catalogue import say
from attention.errors import InputError
from attention.gate.owners import may_change
from attention.gate.visitors import asking
from attention.tabs.faults import toasting
from attention.tabs.languages import in_its_language, label
from training.data.sets import sets
from training.progress import how_long
from training.runs import queue
from training.runs.plan import expected
from training.runs.records import PAGE_HOURS, Spec, spec_of
from training.runs.standing import Standing, all_standings, standings
from training.tabs.figure_block import tab_around
from training.tabs.removed import RemovedList, filling, removed_list
from training.tabs.sharing import sharing_box
from training.tabs.train.elements import (
    RunParts,
    form,
    part_choices,
    preset_choices,
    run_parts,
    stage_choices,
)
from training.tabs.train.live import FOLLOW, Seen, charted_stages, live_charts, no_charts, seen_now
from training.tabs.train.run_card import no_run, run_card, run_choices

LIGHT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
CHANGES: dict[str, Any] = {"concurrency_id": "training", "concurrency_limit": 4}


@dataclass(frozen=True)
class Training:
    """What other tabs follow: the chosen run's name, and the buttons that lead to its results."""

    run: gr.Radio
    to_curve: gr.Button
    to_model: gr.Button


def train_tab(demo: gr.Blocks, chosen_set: gr.components.Component | None = None) -> Training:
    """Builds the tab; it follows the set chosen under Data."""
    with gr.Row():
        with gr.Column(scale=4, min_width=300):
            asked = form()
            estimate = gr.HTML("", elem_id="estimate")
            shared = sharing_box("train-shared")
            begin = gr.Button(label("train.begin"), variant="primary", elem_id="train-start")
        with gr.Column(scale=7, min_width=300):
            parts = run_parts()
            away = removed_list("run")
    fields = list(asked.values())
    begin.click(_begun, [shared, *fields], parts.shown, **CHANGES, **LIGHT)
    arrive = tab.select if (tab := tab_around()) else demo.load
    gr.on(
        [arrive, *(field.change for field in fields)], _estimate, fields, estimate,
        trigger_mode="always_last", **LIGHT,
    )  # fmt: skip
    choices = {
        asked["until"]: stage_choices,
        asked["preset"]: preset_choices,
        asked["part"]: part_choices,
        parts.stage: charted_stages,
    }
    in_its_language(demo, choices)
    _follow_sets(asked["source"], chosen_set)
    _follow_runs(parts, away, demo)
    return Training(parts.run, parts.to_curve, parts.to_model)


def _follow_sets(source: gr.Dropdown, chosen_set: gr.components.Component | None) -> None:
    source.focus(lambda: gr.Dropdown(choices=list(sets())), outputs=source, **LIGHT)
    if chosen_set is not None:
        chosen_set.change(
            lambda name: gr.Dropdown(choices=list(sets()), value=name), chosen_set, source, **LIGHT
        )


def _follow_runs(parts: RunParts, away: RemovedList, demo: gr.Blocks) -> None:
    of_run = [parts.run, parts.stage]
    acts = (
        (parts.cancel, queue.cancel, parts.run),
        (parts.resume, queue.resume, parts.run),
        (parts.remove, queue.remove, parts.run),
        (away.back, queue.restore, away.name),
    )
    arrive = tab.select if (tab := tab_around()) else demo.load
    changes = [arrive]
    for button, act, name in acts:
        acted = button.click(
            partial(_acted, act), [name, parts.stage], parts.shown, **CHANGES, **LIGHT
        )
        changes.append(acted.success)
    for change in changes:
        change(_removed, None, away.filled, **LIGHT)
    parts.share.input(_shared, [parts.share, *of_run], parts.shown, **CHANGES, **LIGHT)
    gr.on(
        [parts.run.input, parts.stage.input], lambda name, of: _shown(Seen(), name, of), of_run,
        parts.shown, **LIGHT,
    )  # fmt: skip
    # pressed by the page's script, whenever there is more to show
    refresh = gr.Button("refresh", visible="hidden", elem_id="runs-refresh")
    asked = gr.State("")  # the run that the page's address names

    def shown(before: Seen, name: str | None, of: str, first: str) -> list[Any]:
        return _shown(before, name or first, of)

    refresh.click(shown, [parts.seen, *of_run, asked], parts.shown, concurrency_limit=8, **LIGHT)

    def named(request: gr.Request) -> str:
        name = str(request.query_params.get("run", ""))
        if name and name not in [standing.run.name for standing in standings()]:
            gr.Warning(say("train.gone", run=name[:80]))
        return name

    demo.load(named, outputs=asked, **LIGHT)


def _begun(shared: bool, *given: Any) -> list[Any]:
    """Starts a run and shows it."""
    with toasting():
        started = queue.start(_spec(*given), bool(shared))
    return _shown(Seen(), started.name, FOLLOW)


def _acted(act: Callable[[str], object], name: str | None, of: str) -> list[Any]:
    """Cancels, resumes or removes a run, and shows what became of it."""
    with toasting():
        if not name:
            raise InputError("Choose a run first.")
        act(name)
    return _shown(Seen(), name, of)


def _shared(shared: bool, name: str | None, of: str) -> list[Any]:
    """Lets others look at a run, or no longer."""
    return _acted(partial(queue.share, shared=bool(shared)), name, of)


def _removed() -> tuple[gr.Accordion, gr.Dropdown]:
    return filling([run.name for run in queue.removed_runs()])


def _spec(
    source: str,
    until: str,
    fractions: Sequence[float],
    seeds: float,
    title: str,
    backbone: str,
    preset: str,
    noisy: bool,
    part: str,
) -> Spec:
    if not fractions and until != "web":
        raise InputError("No share of labels is chosen; tick one at least.")
    return spec_of(
        {
            "source": source, "until": until, "fractions": list(fractions) or [1.0],
            "seeds": list(range(int(seeds))), "title": title or "", "backbone": backbone,
            "preset": preset, "noisy": noisy, "part": part, "hours": PAGE_HOURS,
        }
    )  # fmt: skip


def _estimate(*given: Any) -> str:
    """How long it will take, or why it cannot be, before it starts."""
    try:
        seconds = expected(_spec(*given))
    except InputError as error:
        return f"<p class='note error' role='status'>{escape(str(error))}</p>"
    ahead = [s for s in all_standings() if s.under_way]
    time = how_long(seconds)
    if ahead:
        words = say("train.estimate", time=time, count=len(ahead))
    else:
        words = say("train.estimate.free", time=time)
    return f"<p class='note' role='status'>{words}</p>"


def _shown(before: Seen, name: str | None, of: str) -> list[Any]:
    """What the page shows now; what has not changed since `before` is skipped."""
    found = standings()
    names = [s.run.name for s in found]
    chosen = name if name in names else next(iter(names), None)
    standing = next((s for s in found if s.run.name == chosen), None)
    now = seen_now(found, standing, of)
    if now == before:
        return [gr.skip()] * 13
    if standing is None:
        nothing = [gr.Radio(choices=[], value=None), no_run(), *_buttons(None)]
        return [now, *nothing, *no_charts(), ""]
    runs = gr.Radio(choices=run_choices(found), value=chosen)
    first = [now, runs if now.runs != before.runs else gr.skip(), run_card(standing)]
    same = (now.name, now.state) == (before.name, before.state)
    buttons = [gr.skip()] * 6 if same else _buttons(standing)
    if now.metrics == before.metrics and now.of == before.of and now.name == before.name:
        return [*first, *buttons, gr.skip(), gr.skip(), gr.skip(), gr.skip()]
    return [*first, *buttons, *live_charts(standing.run, of), standing.run.log()]


def _buttons(standing: Standing | None) -> list[gr.Button | gr.Checkbox]:
    """Cancel, Resume, Its curve, Look with its model, Remove, sharing: those that make sense now.

    What changes a run is there for who may change it.
    """
    own = standing is None or may_change(standing.run.owned(), asking())
    status = standing.status if standing else None
    state = status.state if status else ""
    under_way = state in {"queued", "running"}
    has_rows = standing is not None and (standing.run.sweep / "rows.csv").exists()
    has_model = standing is not None and (standing.run.model / "model.json").exists()
    return [
        gr.Button(interactive=under_way, visible=own),
        gr.Button(interactive=state in {"cancelled", "failed", "interrupted"}, visible=own),
        gr.Button(interactive=has_rows),
        gr.Button(interactive=has_model),
        gr.Button(interactive=standing is not None, visible=own),
        gr.Checkbox(
            standing is not None and standing.run.owned().shared,
            visible=own and standing is not None,
        ),
    ]

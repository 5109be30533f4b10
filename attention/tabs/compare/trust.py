"""Is this map true? Questions put to the clip in hand, each asked when its button is pressed."""

import logging
from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.errors import InputError, full_disk_told
from attention.serving.looking import Looked, Progress
from attention.serving.probing import offered_probes, over_set, probed
from attention.serving.turns import Desk, RunningLook, Stopped
from attention.serving.workroom import Workroom
from attention.tabs.cards import failed, progress_card
from attention.tabs.compare.answers import answers_html
from attention.tabs.languages import label
from attention.tabs.lines import LOOKS
from attention.tabs.named import probe_hint, probe_name

ASK = ASSETS / "page" / "trust.js"
REDRAWN = ASSETS / "page" / "redrawn.js"
LIGHT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# on a phone the answers stand below what is seen of the questions; a fault or a stop moves nothing
TO_ANSWER = """() => {
  if (document.querySelector("#trust-status .prose > *")) return;
  document.querySelector("#trust-answers .probe")?.scrollIntoView({ block: "nearest" });
}"""
Shown = tuple[Any, Any, Any, Any]  # the answers so far, the status, the answers as HTML, their file


def trust_section(looked: gr.State, workroom: Workroom, demo: gr.Blocks) -> None:
    """Builds the section; answers stay until another look is in hand."""
    questions = gr.HTML("", js_on_load=ASK.read_text(encoding="utf-8"), elem_id="trust-questions")
    with gr.Row(elem_id="trust-waiting"):
        status = gr.HTML("", elem_id="trust-status")
        stop = gr.Button(
            label("heatmaps.stop"),
            size="sm",
            variant="stop",
            elem_id="trust-stop",
            scale=0,
            min_width=70,
        )
    answers = gr.HTML("", js_on_load=REDRAWN.read_text(encoding="utf-8"), elem_id="trust-answers")
    file = gr.DownloadButton(
        label("compare.trust.csv"), visible=False, size="sm", elem_id="trust-csv"
    )
    desk, said = gr.State(Desk()), gr.State(())
    shown = [said, status, answers, file]

    # gradio finds the event by the annotation of a plain function
    def ask(
        desk: Desk, looked: Looked | None, said: tuple[Any, ...], event: gr.EventData
    ) -> Iterator[Shown]:
        told = event._data if isinstance(event._data, dict) else {}
        yield from asked(workroom, desk, looked, said, str(told.get("probe")))

    answered = questions.click(ask, [desk, looked, said], shown, **LIGHT, **LOOKS)
    answered.success(None, js=TO_ANSWER, api_visibility="private")
    stop.click(_stopped, desk, status, **LIGHT)
    demo.load(questions_html, outputs=questions, **LIGHT)
    looked.change(_begun_anew, desk, shown, **LIGHT)


def questions_html() -> str:
    """A button per probe: its name in everyday words, and what it does."""
    buttons = "".join(
        f"<button type='button' class='question' data-probe='{escape(probe.name)}'>"
        f"<span class='title'>{escape(probe_name(probe))}</span>"
        f"<span class='hint'>{escape(probe_hint(probe))}</span></button>"
        for probe in offered_probes()
    )
    return (
        f"<h2>{say('compare.trust.title')}</h2><p class='caption'>{say('compare.trust.caption')}</p>"
        f"<div class='questions'>{buttons}</div>"
    )


def asked(
    workroom: Workroom, desk: Desk, looked: Looked | None, said: tuple[Any, ...], name: str
) -> Iterator[Shown]:
    """Puts a probe to a look and yields what the section shows meanwhile and at the end.

    said: the answers of other probes so far, which stay below the new ones.
    """
    if looked is None:
        raise gr.Error(say("compare.no_clip"), print_exception=False)
    clip = looked.clip.name
    try:
        yield _waiting(progress_card(None, clip))
        for news in desk.put(RunningLook(partial(probed, looked, name))):
            if isinstance(news, Stopped):
                yield _waiting(gr.skip())
            elif news is None or isinstance(news, Progress):
                yield _waiting(progress_card(news, clip, "step"))
            else:
                yield _answered(workroom, looked, (*news, *_others(said, name)))
    except InputError as error:
        yield _waiting(failed(str(error)))
    except Exception:
        logging.getLogger(__name__).exception("asking %s of %s", name, clip)
        yield _waiting(failed(say("compare.trust.fault", clip=clip)))


def _stopped(desk: Desk) -> Any:
    if not desk.clear():
        return gr.skip()
    return f"<p class='note' role='status'>{say('compare.trust.stopped')}</p>"


def _others(said: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    return tuple(answer for answer in said if answer.probe != name)


def _answered(workroom: Workroom, looked: Looked, answers: tuple[Any, ...]) -> Shown:
    from attention.probe.asking import write_csv

    clip, over = looked.clip.name, over_set(looked.model)
    with full_disk_told():
        path = write_csv(workroom.new_folder() / f"{Path(clip).stem or 'clip'}-probes.csv", answers)
    return (
        answers,
        "",
        answers_html(answers, over),
        gr.DownloadButton(value=str(path), visible=True),
    )


def _waiting(status: Any) -> Shown:
    return gr.skip(), status, gr.skip(), gr.skip()


def _begun_anew(desk: Desk) -> Shown:
    """Nothing is asked of another look, and nothing is said of the one before."""
    desk.clear()
    return (), "", "", gr.DownloadButton(visible=False)

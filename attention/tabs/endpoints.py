"""What other programs may call: /analyse and /models, over HTTP, gradio_client and MCP."""

from pathlib import Path
from typing import Any

import gradio as gr

from attention.errors import InputError
from attention.gate.admission import SHARES
from attention.gate.line import LINE, Place
from attention.gate.temporary.store import store
from attention.records import validated
from attention.serving.looking import patient_reader
from attention.serving.offered import check_offered, limits_for, offered_models, ready_model
from attention.tabs.arguments import Analyse
from attention.tabs.faults import toasting


def endpoints() -> None:
    """Adds the two public endpoints to the Blocks being built."""
    clip = gr.File(visible=False, type="filepath", label="clip")
    model = gr.Textbox("imagenet", visible=False, label="model")
    every = gr.Number(5, visible=False, label="every")
    concepts = gr.Textbox("", visible=False, label="concepts")
    answer = gr.JSON(visible=False, label="analysis")
    gr.Button(visible=False).click(
        analyse_clip,
        [clip, model, every, concepts],
        answer,
        api_name="analyse",
        concurrency_limit=SHARES[
            "api"
        ].of_all,  # they wait in the line, where they hear their place
    )
    gr.Button(visible=False).click(
        list_models, None, gr.JSON(visible=False, label="models"), api_name="models"
    )


def analyse_clip(
    clip: str,
    model: str = "imagenet",
    every: float | None = 5,
    concepts: str | None = "",
    progress: gr.Progress = gr.Progress(),
) -> dict[str, Any]:
    """Look at a video or image: every concept's energy per frame, and each method's verdict.

    Args:
        clip: the video or image file; at most 600 frames of a clip's first 60 seconds are looked at.
        model: one of the names that /models returns.
        every: one frame in this many is looked at, 1 or more.
        concepts: names to compare, separated by commas; empty for all of the model's.

    Returns:
        The analysis: methods with predictions and scores; class scores, energies and window places
        per frame and concept; map size, timing in seconds, and notes.
    """
    with toasting():
        values = {"clip": clip, "model": model, "every": every, "concepts": concepts}
        asked = validated(Analyse, values, "/analyse's")
        check_offered(asked.model)
        if not asked.clip:
            raise InputError("No clip was given; pass a video or image file.")
        from attention.pipeline import analyse  # torch: not before there is something to look at

        ready = ready_model(asked.model)
        known = ready.concept_set
        wanted = (asked.concepts or "").strip()
        names = [known.names[c] for c in known.pick(wanted)] if wanted else None

        def tell(place: Place) -> None:
            said = f"looks before this one: {place.ahead}, about {place.seconds:.0f} s"
            progress((0, None), desc=said, unit="frames")

        with store().held(Path(asked.clip)), LINE.turn(tell):
            analysis = analyse(
                Path(asked.clip),
                ready,
                every=asked.every,
                concepts=names,
                limits=limits_for(ready, keep_maps=False),
                reader=patient_reader,
            )
    return analysis.to_json()


def list_models() -> dict[str, Any]:
    """The models on offer: what each was trained on, how good it is, and its concepts."""
    return {name: card.model_dump(mode="json") for name, card in offered_models().items()}

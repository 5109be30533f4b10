"""What a clip of one's own truly shows, as its owner says."""

from dataclasses import replace

import gradio as gr

from attention.catalogue.catalogue import say
from attention.errors import InputError, full_disk_told
from attention.pack import save_pack
from attention.serving.looking import Looked
from attention.serving.workroom import Workroom
from attention.tabs.heatmaps.events import Shown, done, waiting


def truths(looked: Looked | None) -> gr.Dropdown:
    """The concepts a clip of one's own may truly show, for its owner to choose."""
    if looked is None or looked.sample:
        return gr.Dropdown(choices=[], value=None, visible=False)
    analysis = looked.analysis(maps=False)
    unknown = (say("heatmaps.unknown"), "")
    return gr.Dropdown(
        choices=[unknown, *((name, name) for name in analysis.concepts)],
        value=analysis.truth or "",
        visible=True,
    )


def told_truth(workroom: Workroom, looked: Looked | None, truth: str | None) -> Shown:
    """The same look with what the clip truly shows, as its owner says."""
    if looked is None or truth is None:
        return waiting(gr.skip())
    try:
        known = _knowing(workroom, looked, truth)
        if looked.unchanged:  # the dial changes this one anew
            known = replace(known, unchanged=_knowing(workroom, looked.unchanged, truth))
        return done(known, callouts=True)
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from None


def _knowing(workroom: Workroom, looked: Looked, truth: str) -> Looked:
    analysis = looked.analysis()
    known = truth if truth in analysis.concepts else None
    with full_disk_told():
        folder = workroom.new_folder()
        pack = save_pack(folder / "analysis.pack", replace(analysis, truth=known))
    return replace(looked, pack=pack)

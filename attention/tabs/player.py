"""The heatmap player on the page: mounted once, then fed with the file of an analysis.

The player itself is plain JavaScript in assets/player/. It fetches the beginning of a pack, and the maps of
another concept once that is chosen; frame, opacity, colours, scale, window and side all change in the
browser.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.data_classes import FileData

from attention.disk.home import ASSETS
from attention.pack import first_bytes
from attention.probe.shift.registry import shifts
from attention.probe.shift.shift import Shift
from attention.serving.curves import shift_curves
from attention.serving.probing import OtherMaps

PLAYER = ASSETS / "player"
# in the order in which they lean on each other
SCRIPTS = (
    "pack.js",
    "maps.js",
    "energy.js",
    "colours.js",
    "heatmap.js",
    "change.js",
    "address.js",
    "page.js",
    "message.js",
    "clock.js",
    "callouts.js",
    "tiles.js",
    "chart.js",
    "tip.js",
    "timeline.js",
    "finder.js",
    "concepts.js",
    "seen.js",
    "controls.js",
    "table.js",
    "channels.js",
    "sums.js",
    "numbers.js",
    "fill.js",
    "shifts.js",
    "preview.js",
    "curve.js",
    "brush.js",
    "hide.js",
    "sliders.js",
    "dial.js",
    "figure.js",
    "pictures.js",
    "verdict.js",
    "view.js",
    "othermaps.js",
    "choosing.js",
    "foot.js",
    "keys.js",
    "present.js",
    "opening.js",
    "playing.js",
    "player.js",
)
# what comes later may overrule what came before
STYLES = tuple(
    PLAYER / f"{name}.css"
    for name in (
        "player", "concepts", "tiles", "timeline", "controls", "foot", "screens", "numbers", "dial",
        "othermaps",
    )
)  # fmt: skip
EMPTY = "player.message.choose"


def player(elem_id: str, *, linked: bool = True, empty: str = EMPTY, dial: bool = False) -> gr.HTML:
    """An empty player; give it what `player_value` returns.

    linked: whether it keeps its frame, concepts and settings in the page's address; only one player
    of a page can. empty: the key of the sentence shown until there is something to play. dial: with the dial,
    whose settings come as an input event: see `probe.change.change_of`.
    """
    rows = [dial_row(shift) for shift in shifts()] if dial else None
    options = json.dumps({"linked": linked, "empty": empty, "dial": rows})
    return gr.HTML(
        value=None,
        html_template='<div class="attention-player"></div>',
        js_on_load=f"""
            const root = element.querySelector(".attention-player");
            const ask = (request) => trigger("input", request);
            const player = AttentionPlayer.mount(root, {{ ...{options}, ask }});
            player.open(props.value);
            watch("value", () => player.open(props.value));
        """,
        apply_default_css=False,
        elem_id=elem_id,
    )


def dial_row(shift: Shift) -> dict[str, Any]:
    """What the dial needs to know of a shift."""
    return {
        "name": shift.name,
        "most": shift.most,
        "levels": dict(shift.levels),
        "only_like": bool(shift.only_like),
        "in_browser": shift.in_browser,
        "curves": shift_curves().get(shift.name, {}),
    }


def player_value(
    pack: str | Path | None,
    *,
    message: str = "",
    frame: int | None = None,
    concepts: Sequence[int] | None = None,
    side: str | None = None,
    figure: str | None = None,
    link: Mapping[str, str | None] | None = None,
    play: bool = False,
    callouts: bool = False,
    change: Mapping[str, Any] | None = None,
    trouble: str = "",
    stopped: bool = False,
    channels: Mapping[str, Any] | None = None,
    map_choices: Mapping[str, Any] | None = None,
    other_maps: OtherMaps | None = None,
) -> dict[str, Any]:
    """What an event returns to a player.

    pack: a file written by `attention.pack.save_pack`, or None to empty the player · message: what
    to say instead of the usual sentence when it is empty · frame: index of the sampled frame to
    open at · concepts: indices of the concepts to show · side: the CNN to look through · figure: "2", or
    "6" for the truth beside the CNN's wrong choice, where it made one; all by default as the address
    says, or else the pack's own choice · link: what the address needs to lead back to this clip, such as
    {"clip": "lion"}; a None takes the parameter out of the address · play: plays once by itself, save
    for people who want no motion · callouts: says in the picture what the vote and attention say ·
    change: what was done to the frames · trouble: why the dial was not followed ·
    stopped: what was asked last is not coming · channels: what one map is made of, see `serving.channels` ·
    map_choices, other_maps: see `serving.probing`.
    Raises FileNotFoundError when there is no such file.
    """
    value: dict[str, Any] = {"pack": None, "message": message}
    if pack is not None:
        value["pack"] = _file(Path(pack))
        value["first"] = first_bytes(Path(pack))
    given = {
        "frame": frame,
        "concepts": None if concepts is None else list(concepts),
        "side": side,
        "figure": figure,
        "play": play or None,
        "callouts": callouts or None,
        "change": dict(change) if change else None,
        "trouble": trouble or None,
        "stopped": stopped or None,
        "channels": dict(channels) if channels else None,
        "map_choices": dict(map_choices) if map_choices else None,
        "other_maps": _maps(other_maps) if other_maps else None,
        "link": None if link is None else dict(link),
    }
    value |= {name: said for name, said in given.items() if said is not None}
    return value


def _maps(maps: OtherMaps) -> dict[str, Any]:
    return {**asdict(maps), "path": None, "file": _file(maps.path)}


def _file(path: Path) -> dict[str, Any]:
    """A file for the player to fetch: the "meta" of a FileData has gradio serve it and add its url."""
    whole = path.resolve()
    return FileData(path=str(whole), size=whole.stat().st_size, orig_name=whole.name).model_dump()


def player_script() -> str:
    """The player's scripts, in the order in which they lean on each other."""
    return "\n".join((PLAYER / name).read_text(encoding="utf-8") for name in SCRIPTS)

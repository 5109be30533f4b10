"""Opens the app: its settings, its theme, its tabs in order."""

import os
from pathlib import Path
from typing import Any

from attention.disk.bin import sweep
from attention.errors import InputError
from attention.gate.hosting import forget_tokens, hosting, sign_in
from attention.gate.secret import admin_token
from attention.gate.temporary.store import close_store, store
from attention.serving.ending import before_the_end, end_at_signals

if __name__ == "__main__":
    end_at_signals()  # also while the libraries below are read, which takes seconds
    forget_tokens()
    before_the_end(close_store)
try:
    os.environ["GRADIO_TEMP_DIR"] = str(store().folder)  # read while gradio is imported
    # torch makes a folder for what it compiles, also where it compiles nothing, and leaves it behind
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(store().lasting_folder("torch")))
except (InputError, OSError) as error:
    raise SystemExit(str(error)) from None
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # nothing is looked up at start
os.environ["FORWARDED_ALLOW_IPS"] = ""  # the door alone says whose address a proxy writes down
if "PORT" in os.environ:  # as many hosts call it
    os.environ.setdefault("GRADIO_SERVER_PORT", os.environ["PORT"])

import gradio as gr
from starlette.middleware import Middleware
from starlette.routing import Route

from attention.catalogue.catalogue import say
from attention.gate.door import Door
from attention.gate.head import Head
from attention.gate.temporary.files import Files
from attention.gate.temporary.uploads import Uploads
from attention.gate.visitors import PAGE, asked_by, asking
from attention.serving.offered import largest_file
from attention.serving.shelf import Shelf
from attention.serving.workroom import Workroom
from attention.tabs.compare.tab import compare_tab
from attention.tabs.endpoints import endpoints
from attention.tabs.faults import disk_fault
from attention.tabs.health import health, say_how_it_is_served
from attention.tabs.heatmaps.tab import heatmaps_tab
from attention.tabs.incoming import take_uploads_only
from attention.tabs.languages import for_gradio, label, language_menu, words_script
from attention.tabs.lines import THREADS, in_lines
from attention.tabs.page import Page
from attention.tabs.player import STYLES, player_script
from training.classroom.routes import class_routes
from training.runs.queue import wake
from training.tabs.curves.tab import curves_tab
from training.tabs.data.tab import data_tab
from training.tabs.endpoints import endpoints as training_endpoints
from training.tabs.learn.room import room_script
from training.tabs.learn.tab import learn_tab, lesson_script
from training.tabs.links import leads, leads_of_gap
from training.tabs.own.block import own_concepts, own_script
from training.tabs.own.routes import own_routes
from training.tabs.train.tab import train_tab
from training.tabs.whole_set import whole_set

ASSETS = Path(__file__).parent / "assets"
FONTS = ["ui-sans-serif", "system-ui", "sans-serif"]
THEME = gr.themes.Soft(
    primary_hue="emerald", neutral_hue="slate", font=FONTS, font_mono=["ui-monospace", "monospace"]
).set(  # contrasts of WCAG 2.2 AA: 4.5 for text, 3 for what is to be used
    color_accent="*primary_700",
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_300",
    block_title_text_color="*neutral_700",
    block_title_text_color_dark="*neutral_200",
    block_title_background_fill="none",
    block_title_background_fill_dark="none",
    block_title_padding="0",
    block_label_text_color="*neutral_700",
    block_label_text_color_dark="*neutral_200",
    block_label_background_fill="none",
    block_label_background_fill_dark="none",
    block_label_border_width="0",
    block_label_shadow="none",
    checkbox_label_background_fill_selected="*primary_700",
    checkbox_label_background_fill_selected_dark="*primary_700",
    checkbox_border_color="*neutral_500",
    checkbox_border_color_dark="*neutral_400",
    input_border_width="1px",
    input_border_width_dark="1px",
    input_border_color="*neutral_500",
    input_border_color_dark="*neutral_400",
    input_placeholder_color="*neutral_600",
    input_placeholder_color_dark="*neutral_300",
    slider_color="*primary_700",
    slider_color_dark="*primary_400",
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_dark="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    button_primary_background_fill_hover_dark="*primary_800",
    button_secondary_border_color="*neutral_400",
    button_secondary_background_fill_hover_dark="*neutral_600",
    button_border_width="1px",
)


def page(name: str) -> str:
    """A file of the page around the player."""
    return (ASSETS / "page" / name).read_text(encoding="utf-8")


def scripts() -> str:
    """All that the page runs of its own; what is built on another comes after it."""
    own = own_script(), lesson_script(), room_script()
    return "\n".join((words_script(), page("visitor.js"), player_script(), *own))


def styles() -> str:
    """How the player, the lesson and the class room look."""
    sheets = (*STYLES, ASSETS / "lesson" / "lesson.css", ASSETS / "lesson" / "room.css")
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


def build() -> gr.Blocks:
    """The whole page, not yet launched."""
    take_uploads_only()
    workroom = Workroom(store(), asking)
    shelf = Shelf(workroom)
    # what the page holds before anybody asks is the same for all
    with (
        asked_by(PAGE),
        Page(title="Attention Transfer", fill_width=True) as demo,
    ):
        header = page("header.html").format(skip=say("page.skip"), finding=say("page.header"))
        gr.HTML(header, js_on_load=page("addresses.js"), elem_id="header")
        language_menu()
        with gr.Tabs(elem_id="tabs") as tabs:
            with gr.Tab(label("page.tabs.heatmaps"), id="heatmaps"):
                chosen = heatmaps_tab(workroom, shelf, demo)
                own_concepts(workroom)
            with gr.Tab(label("page.tabs.compare"), id="compare"):
                compare_tab(chosen.looked, workroom, demo)
                whole_set(demo, workroom)
            with gr.Tab(label("page.tabs.data"), id="data") as data:
                sets = data_tab(demo, data)
            with gr.Tab(label("page.tabs.train"), id="train"):
                training = train_tab(demo, sets.chosen)
            with gr.Tab(label("page.tabs.curves"), id="curves"):
                curves = curves_tab(demo, workroom)
            with gr.Tab(label("lesson.tab"), id="learn") as learn:
                learn_tab(learn, workroom, shelf)
        leads(tabs, training, chosen, curves)
        leads_of_gap(tabs, sets.gap, chosen)
        endpoints()
        training_endpoints(starting=hosting().programs)
    in_lines(demo)
    return demo


def settings() -> dict[str, Any]:
    """How the page is served: closed by default, the host and port from gradio's own variables."""
    served = hosting()
    return {
        "theme": THEME,
        "css_paths": [
            *(
                ASSETS / "page" / f"{name}.css"
                for name in ("page", "data", "train", "curves", "trust", "gap")
            ),
            ASSETS / "own" / "own.css",
        ],
        "i18n": for_gradio(),
        "max_file_size": largest_file(),
        "max_threads": THREADS,
        "auth": sign_in(),
        "show_error": False,
        "strict_cors": True,
        "enable_monitoring": False,
        "allowed_paths": [],
        "ssr_mode": False,
        "mcp_server": served.programs,
        "run_history": False,
        "footer_links": ["api"],
        "app_kwargs": {
            "exception_handlers": {OSError: disk_fault},
            "middleware": [
                Middleware(Door, hosting=served),
                Middleware(Uploads, store=store(), largest=largest_file()),
                Middleware(Files, store=store()),
                Middleware(Head, scripts=scripts(), styles=styles()),
            ],
            "routes": [Route("/health", health), *class_routes(), *own_routes()],
        },
    }


def closed(page: gr.Blocks) -> None:
    """Stops serving it, without a wait for those who look on."""
    if page.server:
        page.server.config.timeout_graceful_shutdown = 1
    page.close(verbose=False)


if __name__ == "__main__":
    say_how_it_is_served()
    sweep()  # what was removed more than a day ago
    wake()  # runs that a restart of the machine broke off
    demo = build()
    if "SPACES_ZERO_GPU" in os.environ:  # ZeroGPU asks at the launch what it is wanted for
        import attention.engine.zerogpu  # noqa: F401
    before_the_end(lambda: closed(demo))
    before_the_end(close_store)  # once more: an upload may have come in until the server was closed
    print(f"Add ?admin={admin_token()} to the address to manage everybody's sets and runs.")
    try:
        demo.launch(**settings())
    except InputError as error:
        raise SystemExit(str(error)) from None

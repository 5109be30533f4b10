"""python -m attention CLIP …: prints what every method recognises in clips, and writes the maps;
python -m attention import WEIGHTS …: makes a model of weights trained elsewhere.

Slow modules are imported where they are used, so that --help answers at once.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import Any

from attention.command.terminal import Parser, folder, positive, say, status_of, waiting

MODEL = "imagenet"  # its 1000 concepts suit most real clips

ABOUT = """\
Analyses every 5th frame of a clip, or an image, with a CNN trained on Web images,
and prints the recognised concept: by the CNN's vote, by the energy of its
attention maps (UnAtt) and, if the model has them, by the fine-tuned CNN and by
EnergyNet."""
EPILOG = """examples:
  python -m attention clip.mp4
  python -m attention clip.mp4 --concepts "paddle, canoe, speedboat" --out results
  python -m attention clip.mp4 --json > analysis.json
  python -m attention clip.mp4 --probe window,deletion
  python -m attention clip.mp4 film.avi holidays --out results
  python -m attention import --help      weights of your own become a model"""


class _Parser(Parser):
    """Lists the methods and probes in its help; they are imported when somebody asks for it."""

    def format_help(self) -> str:
        from attention.methods.registry import listed
        from attention.probe.known import registry as probes

        self.epilog = f"methods:\n{listed('everywhere')}\n\nprobes:\n{probes.listed()}\n\n{EPILOG}"
        return super().format_help()


def parser() -> Parser:
    """The command line."""
    made = _Parser(
        prog="python -m attention",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("clips", metavar="CLIP", nargs="*", help=_CLIP_HELP)
    made.add_argument("--model", metavar="M", default=MODEL, help=_MODEL_HELP)
    made.add_argument(
        "--concepts", metavar="A,B", help="compare these (default: all concepts of the model)"
    )
    made.add_argument(
        "--every", metavar="N", type=positive, default=5, help="take one frame in N (default 5)"
    )
    made.add_argument("--window", metavar="S", type=positive, default=3, help=_WINDOW_HELP)
    made.add_argument("--truth", metavar="NAME", help="the true concept of the clip")
    made.add_argument("--device", metavar="D", default="auto", help=_DEVICE_HELP)
    made.add_argument("--precision", metavar="P", default="fp32", help=_PRECISION_HELP)
    made.add_argument("--frame", metavar="F", default="centre", help=_FRAME_HELP)
    made.add_argument("--probe", metavar="A,B", help=_PROBE_HELP)
    made.add_argument("--out", metavar="DIR", type=folder, help=_OUT_HELP)
    made.add_argument("--json", action="store_true", help="print only the analysis, as JSON")
    made.add_argument("--list-models", action="store_true", help="list the models and exit")
    return made


_CLIP_HELP = (
    "a video, an image, or a folder of numbered frames (img_1.jpg, img_2.jpg …); with --out also several, "
    "or a folder of them"
)
_MODEL_HELP = f"a model's name or its folder (default {MODEL})"
_WINDOW_HELP = "side of the energy window, in map cells (default 3)"
_DEVICE_HELP = "auto, cpu, cuda or mps (default auto: a GPU if there is one)"
_PRECISION_HELP = "fp32, or bf16: faster, and energies differ by some percent (default fp32)"
_FRAME_HELP = "centre: the middle square (default), or whole: all of each frame, without EnergyNet"
_PROBE_HELP = "ask these probes too, listed below, of the truth or of what the first method says"
_OUT_HELP = (
    "write analysis.json, frames.csv, figure2.png and overlay.mp4; with --truth also figure6.png, if an "
    "energy method is right in a frame where the CNN is wrong, with --probe also probes.csv and probes.json; "
    "several clips get a folder each and one verdicts.csv, with --probe also means.csv, and the same command "
    "continues an interrupted run"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status of `terminal.status_of`."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] == ["import"]:
        from attention.command import imports

        return imports.main(given[1:])
    made = parser()
    options = vars(made.parse_args(given))
    if options.pop("list_models"):
        return status_of("attention", _list_models)
    if not options["clips"]:
        made.error("name a clip")
    return status_of("attention", lambda: _look(options.pop("clips"), options))


def _look(clips: list[str], options: dict[str, Any]) -> None:
    from attention.command.many import look_at_many
    from attention.command.places import one_alone
    from attention.command.single import Asked, look_at

    asked = Asked(**options)
    if one_alone(clips):
        look_at(clips[0], asked)
    else:
        look_at_many(clips, asked)


def _list_models() -> None:
    with waiting("Looking for models"):
        from attention.model.card import read_card, shipped_models
        from attention.networks.known.registry import on_imagenet

    for name in shipped_models():
        card = read_card(name)
        say(f"{name}: {card.title}, {len(card.concepts)} concepts. {card.about}")
    say(f"{', '.join(on_imagenet())}: 1000 ImageNet concepts; weights are downloaded at first use.")
    say("Or the folder of a model of your own.")


def _leave(*_: object) -> None:
    """Ends like Ctrl-C, so that temporary files are removed."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main())

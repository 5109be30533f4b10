"""python -m attention import WEIGHTS …: weights trained elsewhere become a model folder.

Slow modules are imported where they are used, so that --help answers at once.
"""

import argparse
from collections.abc import Sequence

from attention.command.terminal import Parser, folder, say, status_of, waiting

ABOUT = """\
Makes a model folder of weights that you trained: torch.save(net.state_dict(), …) of a
torchvision or timm CNN, or the same in safetensors, with the names of its classes.
Checkpoints of training programs are read too: state dicts within them, and prefixes
such as "module.". A file that would run code is refused."""
EPILOG = """examples:
  python -m attention import mine.pth --backbone resnet18 --concepts names.txt --out data/models/mine
  python -m attention clip.mp4 --model data/models/mine
A model in data/models (of ATTENTION_HOME) is offered on your page too."""


def parser() -> Parser:
    """The command line."""
    made = Parser(
        prog="python -m attention import",
        description=ABOUT,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("weights", metavar="WEIGHTS", help="a .pth, .pt, .ckpt or .safetensors file")
    made.add_argument("--backbone", metavar="B", required=True, help=_BACKBONE_HELP)
    made.add_argument("--concepts", metavar="FILE", required=True, help=_CONCEPTS_HELP)
    made.add_argument(
        "--out", metavar="FOLDER", type=folder, required=True, help="where the model is written"
    )
    made.add_argument(
        "--target", metavar="LAYER", help="look at this layer's maps (default: the last ones)"
    )
    made.add_argument("--mean", metavar="R,G,B", type=_three, help=_MEAN_HELP)
    made.add_argument(
        "--std", metavar="R,G,B", type=_three, help="the same for (rgb/255 - mean) / std"
    )
    made.add_argument("--size", metavar="PIXELS", type=int, help=_SIZE_HELP)
    return made


_BACKBONE_HELP = (
    "the network: resnet18, another name of torchvision's, or timm's, such as timm/resnet50.a1_in1k"
)
_CONCEPTS_HELP = (
    "a text file with one name a line, in the order of the network's scores (of an ImageFolder, its "
    "dataset.classes), or imagenet"
)
_MEAN_HELP = (
    "the mean of the pixels it was trained with, as shares of 255 (default: the backbone's own)"
)

_SIZE_HELP = "the side of the square pictures it was trained with (default: 224)"


def main(arguments: Sequence[str]) -> int:
    """Runs the command line after the word import; returns the exit status of `terminal.status_of`."""
    given = parser().parse_args(arguments)
    return status_of("attention", lambda: _import(given))


def _import(given: argparse.Namespace) -> None:
    with waiting("Reading the weights"):
        from attention.model.imported import import_weights

        model = import_weights(
            given.weights, given.backbone, given.concepts, given.out,
            target=given.target, mean=given.mean, std=given.std, size=given.size,
        )  # fmt: skip
    h, w = model.web.map_size
    say(
        f"{model.card.about}\nIts maps are {h}×{w}, those of {model.web.target}. Written to {given.out}; "
        f"now\n  python -m attention CLIP --model {given.out}"
    )


def _three(text: str) -> tuple[float, ...]:
    """Argument type: numbers with commas between; which are possible is checked with the others."""
    try:
        return tuple(float(number) for number in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"give three numbers, such as 0.5,0.5,0.5, not '{text}'"
        ) from None

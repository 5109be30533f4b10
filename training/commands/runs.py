"""`python -m training runs list|show|start|cancel|resume|remove|restore`: training in the background."""

import argparse
import json
import time

from attention.errors import InputError
from training.progress import Bars, how_long
from training.runs import queue
from training.runs.records import Spec
from training.runs.standing import Standing, standing_of, standings
from training.runs.words import how_it_stands, name_line, record_of, repeat

POLL = 0.5  # seconds

START_HELP = "queue a run; it continues when the terminal is closed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `runs` and its commands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list every run and its state")
    listing.add_argument("--json", action="store_true", help="print everything as JSON")
    _add_start(actions.add_parser("start", help=START_HELP, description=START_HELP))
    for name, what in (
        ("show", "print a run's settings, state and the end of its log"),
        ("cancel", "end a run; it can be resumed"),
        ("resume", "continue a stopped run, to the same result"),
        ("remove", "move a run and its model into the bin, for a day"),
        ("restore", "bring back a run that was removed in the last day"),
    ):
        one = actions.add_parser(name, help=what, description=what)
        one.add_argument("name", metavar="RUN", help="the run's name, as `runs list` prints it")
        if name == "show":
            one.add_argument("--json", action="store_true", help="print everything as JSON")


def _add_start(start: argparse.ArgumentParser) -> None:
    plain = Spec()
    start.add_argument("source", metavar="SOURCE", help="drawn, an uploaded set, or a folder")
    start.add_argument("--title", default="", help="title in lists and on the model's card")
    start.add_argument(
        "--noisy", action="store_true", help="also use noisy/, or HII-noisy (§4.1.1)"
    )
    start.add_argument(
        "--backbone", default=plain.backbone, help="the CNN to fine-tune (default %(default)s)"
    )
    start.add_argument("--every", type=int, default=plain.every, help="use one frame in this many")
    start.add_argument("--until", default=plain.until, help="last stage: web, video or energynet")
    start.add_argument("--preset", default=plain.preset, help="EnergyNet: working, margin or paper")
    fractions = ",".join(f"{share:g}" for share in plain.fractions)
    start.add_argument("--fractions", default=fractions, help="label fractions")
    start.add_argument("--seeds", "--seed", default="0", help="such as 0,1,2 (default 0)")
    start.add_argument("--folds", default="", help="names separated by commas (default: all)")
    start.add_argument("--part", default=plain.part, help="clips to evaluate on: test or dev")
    start.add_argument("--threads", type=int, default=plain.threads, help="CPU threads")
    start.add_argument("--hours", type=float, default=plain.hours, help="limit on its time")
    start.add_argument(
        "--gigabytes", type=float, default=plain.gigabytes, help="limit on its folder"
    )
    start.add_argument("--wait", action="store_true", help="wait and show the progress")


def run(arguments: argparse.Namespace) -> int:
    """Runs the chosen action. Raises InputError."""
    if arguments.action == "list":
        _list(arguments.json)
    elif arguments.action == "start":
        return _start(arguments)
    elif arguments.action == "show":
        _show(standing_of(arguments.name), arguments.json)
    elif arguments.action == "cancel":
        print(f"{arguments.name}: {queue.cancel(arguments.name).state}")
    elif arguments.action == "resume":
        queue.resume(arguments.name)
        print(f"{arguments.name} continues.")
    elif arguments.action == "restore":
        print(f"{queue.restore(arguments.name).name} is back.")
    else:
        queue.remove(arguments.name)
        print(
            f"{arguments.name} is removed; `runs restore {arguments.name}` brings it back for a day."
        )
    return 0


def _start(arguments: argparse.Namespace) -> int:
    from training.runs.plan import expected
    from training.runs.records import spec_of

    given = {name: getattr(arguments, name) for name in Spec.model_fields}
    given["fractions"] = _numbers(arguments.fractions, "fractions")
    given["seeds"] = [int(seed) for seed in _numbers(arguments.seeds, "seeds")]
    given["folds"] = [name for name in arguments.folds.split(",") if name]
    spec = spec_of(given)
    print(f"It will take {how_long(expected(spec))}.")
    started = queue.start(spec)
    print(
        f"{started.name} is queued; python -m training runs show {started.name} prints its progress."
    )
    return _follow(started.name) if arguments.wait else 0


def _follow(name: str) -> int:
    with Bars("%") as bars:
        while (standing := standing_of(name)).under_way:
            if standing.status:
                bars.show(name, round(100 * standing.status.done), 100)
            time.sleep(POLL)
    print(how_it_stands(standing))
    return 0 if standing.status and standing.status.state == "finished" else 1


def _list(as_json: bool) -> None:
    found = standings()
    if as_json:
        print(json.dumps([record_of(standing) for standing in found], indent=1))
    elif not found:
        print("No runs yet; python -m training runs start drawn begins one.")
    else:
        print("\n".join(name_line(standing) for standing in found))


def _show(standing: Standing, as_json: bool) -> None:
    if as_json:
        print(json.dumps(record_of(standing) | {"metrics": standing.run.metrics()}, indent=1))
        return
    print(name_line(standing))
    if standing.spec:
        for name, value in standing.spec.model_dump(mode="json").items():
            print(f"  {name:10} {value}")
        print(f"repeat it with: {repeat(standing.spec)}")
    log = standing.run.log().splitlines()[-20:]
    if log:
        print("the end of its log:", *(f"  {line}" for line in log), sep="\n")


def _numbers(text: str, what: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--{what} {text} is not a list such as 0.2,1.") from None

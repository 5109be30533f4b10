"""The check-up of the drawn set, which ships: made by `python -m training.data.checks.shipped`."""

import json
from pathlib import Path

from attention.disk.home import ASSETS
from attention.disk.whole import whole_file
from training.data.checks.findings import Checkup
from training.data.checks.kept import FORMAT, check_confined
from training.data.content import fingerprint, opened
from training.data.sets import DRAWN_FOLDER

FILE = ASSETS / "results" / "checkup.json"


def main() -> None:
    """Checks the drawn set anew and writes what ships."""
    *_, last = check_confined(DRAWN_FOLDER)
    if last.checkup is None:
        raise SystemExit("The check-up of the drawn set came to no end.")
    record = {"made_from": made_from(), "checkup": last.checkup.to_json()}
    with whole_file(FILE) as partial:
        partial.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def made_from() -> list[object]:
    """What the check-up follows from: the files of the drawn set, and how check-ups are made."""
    return [fingerprint(opened(DRAWN_FOLDER)), FORMAT]


def shipped_checkup(folder: Path) -> Checkup | None:
    """The check-up that ships, if the folder is the drawn set's and has the files it was made from."""
    if folder != DRAWN_FOLDER.resolve():
        return None
    try:
        record = json.loads(FILE.read_text(encoding="utf-8"))
        if record["made_from"] != made_from():
            return None
        return Checkup.from_json(record["checkup"], folder)
    except (OSError, KeyError, TypeError, ValueError):
        return None


if __name__ == "__main__":
    main()

"""What comes from elsewhere: `python -m tests.supply` lints the Dockerfile and asks for known faults.

pip-audit asks a public database for the known faults of every version in requirements.lock, and of PyTorch
as installed here. Where no database answers, a sentence says so and nothing fails.
"""

import json
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BY_PYTORCH = (
    "torch",
    "torchvision",
)  # not in the lock: their CPU builds have an index of their own


def locked(text: str) -> list[str]:
    """The lines "name==version ; marker" of a lock, without their hashes."""
    return [line.removesuffix("\\").strip() for line in text.splitlines() if re.match(r"\w", line)]


def faults(report: dict[str, Any]) -> tuple[int, list[str]]:
    """How many versions a report of pip-audit has an answer for, and a line for each known fault."""
    answered = [one for one in report["dependencies"] if "skip_reason" not in one]
    lines = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in "
        + (", ".join(fault["fix_versions"]) or "no version")
        for one in answered
        for fault in one["vulns"]
    ]
    return len(answered), lines


def audit() -> bool:
    """Prints the known faults; False when there are any."""
    if find_spec("pip_audit") is None:
        print("pip-audit is not installed: the libraries were not audited.")
        return True
    pins = locked((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    pins += [f"{name}=={version(name).split('+')[0]}" for name in BY_PYTORCH]
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pins.txt"
        listed.write_text("\n".join(pins), encoding="utf-8")
        asked = subprocess.run(
            [sys.executable, "-m", "pip_audit", "--requirement", listed, "--no-deps", "--disable-pip",
             "--format", "json", "--progress-spinner", "off"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    try:
        answered, lines = faults(json.loads(asked.stdout))
    except ValueError:  # it ended with a traceback
        answered, lines = 0, []
    if not answered:
        print("No database of known faults answers from here: the libraries were not audited.")
        return True
    print(
        f"{answered} of {len(pins)} versions audited: {len(lines)} known faults.", *lines, sep="\n"
    )
    return not lines


def lint() -> bool:
    """Has hadolint read the Dockerfile, where it is installed; False when it finds a fault."""
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        print("hadolint is not installed: the Dockerfile was not linted.")
        return True
    return subprocess.run([hadolint, ROOT / "Dockerfile"], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(0 if all([lint(), audit()]) else 1)

"""What a confined child may do, told by one: `tests.confined_probe report FILE` and `… wait`."""

import json
import os
import resource
import sys
import time
from pathlib import Path


def report(file: str) -> None:
    """Prints the limits, the environment, and what came of writing to a file."""
    try:
        with Path(file).open("w") as opened:
            opened.write("x")
        wrote = "written"
    except OSError as error:
        wrote = os.strerror(error.errno or 0)
    told = {
        "memory": resource.getrlimit(resource.RLIMIT_AS)[1],
        "cpu": resource.getrlimit(resource.RLIMIT_CPU)[0],
        "environment": sorted(os.environ),
        "wrote": wrote,
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "report":
        report(sys.argv[2])
    else:
        print("waiting", flush=True)
        time.sleep(60)

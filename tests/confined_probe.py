"""What limits a confined child has, told by one: the options "report" and "wait"."""

import json
import os
import resource
import time
from collections.abc import Sequence


def main(options: Sequence[str], _files: Sequence[str]) -> int:
    """In the child: prints its limits and its environment, or waits."""
    if options == ["wait"]:
        print("waiting", flush=True)
        time.sleep(60)
    told = {
        "memory": resource.getrlimit(resource.RLIMIT_AS)[1],
        "cpu": resource.getrlimit(resource.RLIMIT_CPU)[0],
        "file": resource.getrlimit(resource.RLIMIT_FSIZE)[1],
        "environment": sorted(os.environ),
    }
    print(json.dumps(told), flush=True)
    return 0

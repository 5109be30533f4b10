"""The end of the app, by Ctrl-C or by the system: at any moment, promptly and without a traceback.

Python's own way is an exception wherever the main thread happens to be, and then a wait for all threads: it
may take as long as a look, and prints what breaks off on the way.
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

PATIENCE = 4.0  # seconds for what is to be closed
SIGNALS = (signal.SIGINT, signal.SIGTERM)

_closers: list[Callable[[], object]] = []


def end_at_signals() -> None:
    """From now on Ctrl-C and SIGTERM end this process, with the status 128 + the signal's number."""
    for number in SIGNALS:
        signal.signal(number, _end)


def before_the_end(close: Callable[[], object]) -> None:
    """Has this called before the process ends by a signal, after what was named before."""
    _closers.append(close)


def _end(number: int, _frame: FrameType | None) -> None:
    for again in SIGNALS:  # who asks twice does not want to wait
        signal.signal(again, lambda number, _: os._exit(128 + number))
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    logging.disable()  # what breaks off from here on is meant to
    if _closers:
        closing = threading.Thread(target=_close, daemon=True)
        closing.start()
        closing.join(PATIENCE)
    os._exit(128 + number)


def _close() -> None:
    for close in _closers:
        close()

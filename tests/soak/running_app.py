"""The real app as a process of its own, with a data folder and a port of its own."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[2]
NETWORK = "efficientnet_lite0"
PATIENCE = 120.0  # seconds for it to start


class RunningApp:
    """`python app.py`; every start is a new process on the same data folder and port.

    settings: more environment variables · temporary: its folder for temporary files, no one else's.
    """

    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.port = home, _free_port()
        self.temporary = home.with_name(f"{home.name}-tmp")
        self._settings = settings
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Starts the process and does not wait for it."""
        environment = os.environ | {
            "ATTENTION_HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "GRADIO_SERVER_NAME": "127.0.0.1",
            "GRADIO_SERVER_PORT": str(self.port),
            **self._settings,
        }
        self.home.mkdir(parents=True, exist_ok=True)
        self.temporary.mkdir(exist_ok=True)
        with (self.home / "app.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "app.py")], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def start(self) -> float:
        """Starts it; returns the seconds until it answers."""
        started = time.perf_counter()
        self.begin()
        while True:
            try:
                httpx.get(f"{self.url}/config", timeout=5).raise_for_status()
                return time.perf_counter() - started
            except httpx.HTTPError:
                if time.perf_counter() - started > PATIENCE or self._ended():
                    raise RuntimeError(f"the app does not answer: {self._log()}") from None
                time.sleep(0.1)

    def kill(self) -> None:
        """kill -9, of the app alone."""
        assert self.process is not None
        if self._ended():
            raise RuntimeError(f"the app ended ({self.process.returncode}): {self._log()}")
        self.process.kill()
        self.process.wait()

    def ask(self, name: str, *given: object) -> Any:
        """What a public endpoint answers. RuntimeError when it reports a fault."""
        call = f"{self.url}/gradio_api/call/{name}"
        with httpx.Client(timeout=60) as http:
            posted = http.post(call, json={"data": given}).raise_for_status()
            said = http.get(f"{call}/{posted.json()['event_id']}").text
        event, data = said.strip().split("\n")[-2:]
        if event != "event: complete":
            raise RuntimeError(f"/{name}: {said.strip()}")
        return json.loads(data.removeprefix("data: "))[0]

    def start_run(self, source: str = "little", seeds: str = "0") -> str:
        """Has a run started as the page would, with all labels; returns its name."""
        told = self.ask("start_run", source, "1", seeds, "energynet", "working", NETWORK, False, "")
        return str(told["name"])

    def computed(self) -> float:
        """Seconds of computing its process has taken so far."""
        assert self.process is not None
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def wait_until_idle(self) -> None:
        """Waits until it has made its samples: it computes next to nothing for two seconds."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            before = self.computed()
            time.sleep(2)
            if self.computed() - before < 0.4:  # gradio looks at its queue 20 times a second
                return

    def _log(self) -> str:
        return (self.home / "app.log").read_text(errors="replace")[-3000:]

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])

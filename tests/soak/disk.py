"""The disk under a busy page: many upload, look, export and break off; what lies there must not grow."""

import json
import os
import random
import secrets
import signal
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from attention.gate.visitors import HEADER
from attention.serving.samples import samples
from tests.clips import write_clip
from tests.soak.report import Report
from tests.soak.running_app import RunningApp

ROOM = 100_000_000  # bytes the store may have
CLIENTS = 8
LASTS = float(os.environ.get("SOAK_SECONDS", "300"))
EVERY = 15.0  # seconds between two looks at the disk
SEED = 0
AT_WORK = 1.3  # the share of ROOM that lies there at most: looks write into folders that were counted empty
EXPECTED = ("in use", "most", "come in at the moment")  # refusals that say what to do


def main() -> bool:
    """Loads the page for LASTS seconds, prints the disk's use; returns whether all went well."""
    with tempfile.TemporaryDirectory() as folder:
        app = RunningApp(Path(folder) / "home", ATTENTION_STORE_GB=str(ROOM / 1e9))
        app.start()
        report = Report(f"The disk with {CLIENTS} clients and {ROOM / 1e6:.0f} MB, seed {SEED}")
        try:
            _load(app, report)
        finally:
            assert app.process is not None
            app.process.send_signal(signal.SIGTERM)
            app.process.wait(30)
        report.add(f"left after the end: {path.name}" for path in app.temporary.iterdir())
        return report.close()


def _load(app: RunningApp, report: Report) -> None:
    over, did, faults = threading.Event(), Counter[str](), list[str]()
    visitors = [_Client(app, number, over, did, faults) for number in range(CLIENTS)]
    clients = [threading.Thread(target=visitor.run) for visitor in visitors]
    for client in clients:
        client.start()
    began, sizes = time.monotonic(), list[int]()
    while time.monotonic() - began < LASTS:
        over.wait(EVERY)
        size, files = used(app.temporary)
        sizes.append(size)
        when = f"MB on the disk after {time.monotonic() - began:.0f} s"
        report.line(when, f"{size / 1e6:.1f}", f"{files} files")
    over.set()
    for client in clients:
        client.join(60)
    for what, count in sorted(did.items()):
        report.line(what, count)
    report.add(faults)
    half = sizes[len(sizes) // 2 :]
    report.line("MB, the last half", f"{min(half) / 1e6:.0f}–{max(half) / 1e6:.0f}")
    if max(sizes) > AT_WORK * ROOM:
        report.add([f"{max(sizes) / 1e6:.1f} MB lay there"])


def used(folder: Path) -> tuple[int, int]:
    """Bytes and number of the files below a folder."""
    sizes = []
    for path in folder.rglob("*"):
        try:
            sizes += [path.stat().st_size] if path.is_file() else []
        except OSError:
            continue  # it has gone meanwhile
    return sum(sizes), len(sizes)


class _Client:
    """One visitor who does one thing after the other."""

    def __init__(
        self, app: RunningApp, number: int, over: threading.Event, did: Counter[str], faults: list[str]
    ) -> None:  # fmt: skip
        self._app, self._over, self._did, self._faults = app, over, did, faults
        self._drawn = random.Random(SEED * 1000 + number)
        token = httpx.get(f"{app.url}/visitor").json()["token"]
        self._http = httpx.Client(headers={HEADER: token}, timeout=120)
        config = self._http.get(f"{app.url}/config").json()
        self._parts = {c["props"].get("elem_id"): c["id"] for c in config["components"]}
        self._events = config["dependencies"]

    def run(self) -> None:
        """Goes on until it is over; notes what it did."""
        doings: list[Callable[[], str]] = [self._sample, self._look, self._break_off, self._send]
        while not self._over.is_set():
            doing = self._drawn.choice(doings)
            try:
                what = doing()
            except Exception as error:
                what = f"{doing.__name__}: {error!r}"
                if not any(word in str(error) for word in EXPECTED):
                    self._faults.append(what[:300])
                    continue
                what = f"refused in a sentence: {doing.__name__}"
            self._did[what] += 1

    def _sample(self) -> str:
        sample = self._drawn.choice(samples())
        self._fetch(self._asked("samples", "click", [None], {"sample": sample.key}))
        return "samples looked at"

    def _look(self) -> str:
        with tempfile.TemporaryDirectory() as folder:
            level = self._drawn.randrange(256)
            noise = np.random.default_rng(level).integers(0, 256, (6, 120, 160, 3), np.uint8)
            clip = write_clip(Path(folder) / f"clip{level}.mp4", list(noise))
            (path,) = self._upload(clip.read_bytes(), clip.name)
        given = {"path": path, "orig_name": clip.name, "meta": {"_type": "gradio.FileData"}}
        self._fetch(self._asked("upload", "upload", [given, None, None, "interactions", 1]))
        return "clips looked at"

    def _send(self) -> str:
        self._upload(self._drawn.randbytes(self._drawn.randrange(4_000_000)), "noise.mp4")
        return "files sent and left"

    def _break_off(self) -> str:
        head = (
            "POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
            f"{HEADER}: {self._http.headers[HEADER]}\r\n"
            "Content-Type: multipart/form-data; boundary=frontier\r\n\r\n--frontier\r\n"
            'Content-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
        )
        with socket.create_connection(("127.0.0.1", self._app.port), 30) as opened:
            opened.sendall(head.encode() + self._drawn.randbytes(2_000_000))
        return "uploads broken off"

    def _upload(self, content: bytes, name: str) -> list[str]:
        url = f"{self._app.url}/gradio_api/upload"
        answer = self._http.post(url, files={"files": (name, content)})
        if answer.status_code != 200:
            raise RuntimeError(answer.text)
        paths: list[str] = answer.json()
        return paths

    def _fetch(self, outputs: list[Any]) -> None:
        pack = next(o["pack"] for o in outputs if isinstance(o, dict) and o.get("pack"))
        answer = self._http.get(pack["url"], headers={"Range": "bytes=0-999"})
        if (answer.status_code, len(answer.content)) != (206, 1000):
            raise RuntimeError(f"a pack came with {answer.status_code}")

    def _asked(self, part: str, event: str, data: list[Any], told: Any = None) -> list[Any]:
        target = [self._parts[part], event]
        number = next(
            d["id"]
            for d in self._events
            if target in d["targets"] and len(d["inputs"]) == len(data)
        )
        session = secrets.token_hex(6)
        asked = {"data": data, "fn_index": number, "session_hash": session, "event_data": told}
        api = f"{self._app.url}/gradio_api/queue"
        self._http.post(f"{api}/join", json=asked).raise_for_status()
        last: dict[str, Any] = {}
        url = f"{api}/data?session_hash={session}"
        with self._http.stream("GET", url) as stream:
            for line in stream.iter_lines():
                if not line.startswith("data:"):
                    continue
                said = json.loads(line[5:])
                if said["msg"] == "process_generating":
                    last = said
                if said["msg"] == "process_completed":
                    if not said["success"]:
                        raise RuntimeError(str(said["output"].get("error")))
                    found: list[Any] = said["output"].get("data") or last["output"]["data"]
                    return found
        raise RuntimeError("the answer broke off")

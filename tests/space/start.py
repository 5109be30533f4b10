"""Starts the folder of a Space as the hub does: user 1000, code and system read-only, an empty home.

Linux as root only: in namespaces of its own, the system, this Python and the folder are seen read-only in
another root; /tmp and the home are empty and in memory. Its network is the loopback alone, where every
request to another machine fails and is counted.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

USER = 1000
HOME = "/home/user"
PATIENCE = 120.0  # seconds for it to answer
TOOLS = ("unshare", "nsenter", "ip")
APART = ("unshare", "--mount", "--net", "--propagation", "private")
# gradio_client and its libraries report to their makers; the app must not
QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}
ANSWERS = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)"
# $1: the new root · $2: the folder · then what Python is made of
ROOM = f"""
set -e
ip link set lo up
root=$1 folder=$2; shift 2
mount -t tmpfs -o mode=755 root "$root"
mkdir -p "$root/tmp" "$root{HOME}"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
mount -t tmpfs -o mode=700,uid={USER},gid={USER} home "$root{HOME}"
for link in /bin /sbin /lib /lib64; do [ ! -L $link ] || cp -P $link "$root$link"; done
for place in /usr /etc /dev /proc "$@"; do
  mkdir -p "$root$place"
  mount --rbind "$place" "$root$place"
  case $place in /dev | /proc) ;; *) mount -o remount,bind,ro "$root$place" ;; esac
done
mkdir "$root{HOME}/app"
mount --bind "$folder" "$root{HOME}/app"
mount -o remount,bind,ro "$root{HOME}/app"
mount -o remount,ro "$root"
cd "$root"
exec chroot --userspec={USER}:{USER} "$root" /bin/sh -c 'cd {HOME}/app && exec "$@"' - $START
"""


def obstacle() -> str:
    """Why it cannot be started as a Space here; empty where it can."""
    if sys.platform == "linux" and os.getuid() == 0 and all(map(shutil.which, TOOLS)):
        tried = subprocess.run([*APART, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return ""
    return (
        "Linux, root, mounts and a network of one's own (unshare, nsenter, ip) are needed to start it as a "
        "Space does: not started."
    )


def start(folder: Path) -> str:
    """Starts it, has a clip analysed, ends it; says what it wrote. RuntimeError when it does not answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": HOME, "PORT": str(port),
        "SPACE_ID": "somebody/attention", "GRADIO_SERVER_NAME": "0.0.0.0",
        "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "2", "START": f"{sys.executable} app.py",
    }  # fmt: skip
    python = dict.fromkeys(str(Path(place).resolve()) for place in (sys.base_prefix, sys.prefix))
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryFile() as log:
        app = subprocess.Popen(
            [*APART, "sh", "-c", ROOM, "sh", root, folder.resolve(), *python],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            seconds = _smoke(app, f"http://127.0.0.1:{port}/")
            asked = _asked_elsewhere(app.pid)
            written = _written(app.pid)
            app.send_signal(signal.SIGTERM)
            status = app.wait(20)
        except BaseException:
            app.kill()
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace")[-3000:])
            raise
    if status != 128 + signal.SIGTERM:
        raise RuntimeError(f"it ended with {status} when it was to end")
    if asked:
        raise RuntimeError(f"it asked other machines {asked} times")
    if f"{HOME}/intel" in written:
        raise RuntimeError("OpenVINO found its telemetry, which reports to the outside")
    return f"answered after {seconds:.0f} s, asked no other machine; what it wrote: {written}"


def _smoke(app: "subprocess.Popen[bytes]", url: str) -> float:
    """Has a clip analysed, from within the app's network; seconds until it answered."""
    within = ("nsenter", f"--net=/proc/{app.pid}/ns/net")
    asking = (*within, sys.executable, "-c", ANSWERS, url)
    started = time.monotonic()
    while subprocess.run(asking, capture_output=True, check=False).returncode:
        if app.poll() is not None:
            raise RuntimeError(f"it ended with {app.returncode} before it answered")
        if time.monotonic() - started > PATIENCE:
            raise RuntimeError(f"no answer within {PATIENCE:.0f} s")
        time.sleep(0.2)
    seconds = time.monotonic() - started
    asked = [*within, sys.executable, "-m", "tests.smoke", url]
    subprocess.run(asked, env=os.environ | QUIET, check=True)
    return seconds


def _asked_elsewhere(pid: int) -> int:
    """How often anybody in the network of a process asked another machine: no route leads to one."""
    net = Path(f"/proc/{pid}/net")
    names, values = (line.split() for line in (net / "snmp").read_text().splitlines()[:2])
    of_6 = dict(line.split() for line in (net / "snmp6").read_text().splitlines())
    return int(dict(zip(names, values, strict=True))["OutNoRoutes"]) + int(of_6["Ip6OutNoRoutes"])


def _written(pid: int) -> str:
    """Folders and megabytes in the /tmp and the home of the process."""
    said = []
    for place in ("/tmp", HOME):
        seen = Path(f"/proc/{pid}/root{place}")
        for entry in sorted(seen.iterdir()):
            if entry.name != "app":
                size = sum(
                    one.stat().st_size for one in [entry, *entry.rglob("*")] if one.is_file()
                )
                said.append(f"{place}/{entry.name} {size / 1e6:.1f} MB")
    return ", ".join(said) or "nothing"

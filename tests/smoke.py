"""Smoke test of a running app: `python -m tests.smoke URL` has one clip analysed through its API."""

import sys
import tempfile
from pathlib import Path

from gradio_client import Client, handle_file

from tests.clips import numbered_frames, write_clip


def main(url: str) -> None:
    """Fails with a traceback unless the app at `url` names models and analyses a clip."""
    client = Client(url, verbose=False)
    assert "imagenet" in client.predict(api_name="/models")
    with tempfile.TemporaryDirectory() as folder:
        clip = write_clip(Path(folder) / "clip.mp4", numbered_frames(12))
        answer = client.predict(handle_file(str(clip)), "imagenet", 5, "", api_name="/analyse")
    assert answer["frames"] == [0, 5, 10], answer["frames"]
    assert {"CNN", "UnAtt", "Focus"} <= set(answer["methods"])
    assert len(answer["energies"][0]) == 1000
    print(f"smoke: {url} analysed a clip: {answer['methods']['CNN']['prediction']}")


if __name__ == "__main__":
    main(sys.argv[1])

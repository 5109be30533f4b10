"""A hundred calls of the page's events with values of any type: a sentence each, and no traceback."""

import logging
import os
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from attention.gate.temporary.store import store
from tests.calls import Caller, errors_of
from tests.fuzz.endpoints import tried
from tests.fuzz.routes import tried_routes


def test_wrong_types_are_refused_in_a_sentence(
    app_url: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    secret = (os.environ["ATTENTION_HOME"], str(Path(__file__).parents[1]))
    assert tried(app_url, 100, 5, secret, usual=0.1) == []
    assert "Traceback" not in capfd.readouterr().err
    faults = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in faults] == []
    refused = [r.getMessage() for r in caplog.records if r.getMessage().startswith("refused ")]
    assert len(refused) > 30 and max(map(len, refused)) < 600


def test_routes_refuse_anything_in_a_sentence(
    app_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    secret = (os.environ["ATTENTION_HOME"], str(Path(__file__).parents[1]))
    assert tried_routes(app_url, 300, 5, secret) == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_a_name_that_no_disk_takes_is_refused(
    app_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caller = Caller(app_url, "somebody")
    (said,) = errors_of(caller.press("samples", told={"a": {"path": "é" * 200, "url": ""}}))
    assert said.startswith("This takes other values")
    kept = store().lasting_folder("samples")
    for name in ("x" * 300, "é" * 200, f"{'x' * 300}/a", "\0"):
        assert caller.http.get(f"gradio_api/file={quote(f'{kept}/{name}')}").status_code == 404
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize(
    ("endpoint", "values", "says"),
    [
        ("analyse", [None, {"a": 1}, 5, ""], "There is no model"),
        ("analyse", [None, "imagenet", 1e308, ""], "/analyse's every: .* give 1000000 or less"),
        ("analyse", [None, "m" * 5000, 5, ""], "/analyse's model: m{40}…m{19} .* 400 characters"),
        ("cancel_run", [["x"]], "There is no run"),
        ("cancel_run", [None], "/cancel_run's run: None is not possible; give text"),
        ("cancel_run", ["../../etc"], "There is no run"),
        ("curves", ["drawn", 3], "There is no measure '3'"),
        ("start_run", ["drawn", "1,x", "0", "web", "working", "efficientnet_lite0", False, ""],
         "fractions: x is not possible; give a number"),
        ("start_run", ["drawn", "1", "0,1,2,3,4,5", "web", "working", "efficientnet_lite0", False, ""],
         "seeds: .* give at most 5"),
        ("start_run", ["drawn", "1", "0", "web", "working", "vgg19", False, ""], "not offered"),
        ("start_run", ["drawn", "1", "0", "web", "working", "efficientnet_lite0", "maybe", ""],
         "noisy: maybe is not possible; give true or false"),
        ("start_run", ["/etc", "1", "0", "web", "working", "efficientnet_lite0", False, ""],
         "There is no set"),
    ],
)  # fmt: skip
def test_the_api_names_what_is_wrong(
    app_url: str, endpoint: str, values: list[object], says: str
) -> None:
    (said,) = errors_of(Caller(app_url, "somebody").ask(endpoint, *values))
    assert len(said) < 400
    assert re.search(says, said), said

"""The running app through its public API, and what it refuses."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from attention.confined.cage.layers import layers, missing
from attention.gate.line import LINE
from attention.gate.visitors import Visitor
from attention.pipeline import analyse


@pytest.fixture(scope="module")
def client(app_url: str) -> Client:
    return Client(app_url, verbose=False)


def test_only_the_documented_endpoints_are_public(client: Client) -> None:
    named = client.view_api(return_format="dict", print_info=False)
    assert set(named["named_endpoints"]) == {
        "/analyse", "/models", "/runs", "/start_run", "/cancel_run", "/curves",
    }  # fmt: skip
    assert not named["unnamed_endpoints"]


def test_health_names_the_layers_of_the_cage(app_url: str) -> None:
    told = httpx.get(f"{app_url.rstrip('/')}/health").json()
    assert told["status"] == "ok" and told["missing"] == list(missing())
    assert told["cage"] == {layer.name: layer.missing or "held" for layer in layers()}


def test_models_tell_what_they_are(client: Client) -> None:
    models = client.predict(api_name="/models")
    assert next(iter(models)) == "imagenet"
    assert len(models["imagenet"]["concepts"]) == 1000
    assert models["imagenet"]["drawn"] is False


def test_analyse_returns_what_the_core_finds(client: Client, lion_clip: Path) -> None:
    said = client.predict(
        handle_file(str(lion_clip)), "imagenet", 10, "lion, tiger", api_name="/analyse"
    )
    found = analyse(lion_clip, "imagenet", every=10, concepts=["lion", "tiger"]).to_json()
    for key in ("concepts", "frames", "seconds", "map_size", "windows", "methods"):
        assert said[key] == json.loads(json.dumps(found[key])), key
    assert said["energies"] == [pytest.approx(row, rel=1e-5) for row in found["energies"]]


def test_programs_hear_their_place_in_the_line(client: Client, lion_clip: Path) -> None:
    asked = (handle_file(lion_clip), "imagenet", 30, "lion")
    with LINE.turn(visitor=Visitor("somebody", "else")):
        calls = [client.submit(*asked, api_name="/analyse") for _ in range(2)]
        places = []
        for call in calls:
            while not (said := call.status().progress_data):
                time.sleep(0.02)
            places.append(said[0].desc)
        assert all(re.search(r"looks before this one: [12], about \d+ s", p) for p in places)
        assert not any(call.done() for call in calls)
    assert all(call.result(60)["methods"] for call in calls)


def test_analyse_takes_what_programs_send(client: Client, lion_clip: Path) -> None:
    said = client.predict(handle_file(str(lion_clip)), "imagenet", "10", None, api_name="/analyse")
    assert said["frames"] == [0, 10, 20] and len(said["concepts"]) == 1000
    assert np.array(said["scores"]).shape == (3, 1000)


@pytest.mark.parametrize(
    ("model", "every", "concepts", "says"),
    [
        ("nosuch", 5, "", "no model 'nosuch'"),
        ("/etc", 5, "", "no model '/etc'"),
        ("imagenet", 0, "", "step of 1 or more"),
        ("imagenet", 2.5, "", "no whole number"),
        ("imagenet", None, "", "no whole number"),
        ("imagenet", "often", "", "'often' is no whole number"),
        ("imagenet", [], "", "[] is no whole number"),
        ("imagenet", 5, "lion, unicorn", "unicorn"),
    ],
)
def test_analyse_refuses_in_one_sentence(
    client: Client, lion_clip: Path, model: str, every: float | None, concepts: str, says: str
) -> None:
    with pytest.raises(AppError) as refused:
        client.predict(handle_file(str(lion_clip)), model, every, concepts, api_name="/analyse")
    assert says in str(refused.value)
    assert "Traceback" not in str(refused.value)


def test_a_file_that_is_no_clip_is_named(client: Client, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("not a film")
    with pytest.raises(AppError, match=r"notes\.mp4"):
        client.predict(handle_file(str(text)), "imagenet", 5, "", api_name="/analyse")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "app.py", "requirements.txt", "../shared/paper.md", "http://a.example/"]
)
def test_files_of_the_server_are_not_served(app_url: str, path: str) -> None:
    answer = httpx.get(f"{app_url}gradio_api/file={path}")
    assert answer.status_code in {403, 404}


def test_an_address_in_the_place_of_a_file_is_not_fetched(client: Client) -> None:
    with pytest.raises(AppError, match="fetches nothing from elsewhere: upload the file itself"):
        client.predict(
            handle_file("http://192.0.2.1/clip.mp4"), "imagenet", 5, "", api_name="/analyse"
        )


async def _ask_over_mcp(url: str) -> tuple[set[str], str]:
    async with (
        streamable_http_client(url) as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        answer = await session.call_tool("list_models", {})
        return set(tools), tools["analyse_clip"].description + answer.content[0].text


def test_the_endpoints_are_tools_over_mcp(app_url: str) -> None:
    # in a thread of its own: Playwright's browser keeps an event loop running in this one
    with ThreadPoolExecutor(1) as thread:
        names, text = thread.submit(anyio.run, _ask_over_mcp, f"{app_url}gradio_api/mcp/").result()
    assert names == {
        "analyse_clip", "list_models", "list_runs", "start_run", "cancel_run", "curves",
    }  # fmt: skip
    assert "each method's verdict" in text
    assert "efficientnet_lite0" in text

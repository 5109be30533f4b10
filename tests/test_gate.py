"""The gate: who a visitor is, what nobody can forge, what every answer carries."""

import stat
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import app
from attention.errors import InputError
from attention.gate import door, secret
from attention.gate.door import Door
from attention.gate.hosting import Hosting, forget_tokens, hosting
from attention.gate.rate import Rate
from attention.gate.visitors import HEADER, OPERATOR, asking, id_of, token_of
from attention.tabs.health import guards, say_how_it_is_served
from attention.tabs.page import Page
from tests.pages import served

PUBLIC = Hosting(public=True, hosts=("a.example",), framed_by=("https://huggingface.co",))


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    for name in ("ATTENTION_HOSTED", "SPACE_ID", "SPACE_HOST", "ATTENTION_ADMIN"):
        monkeypatch.delenv(name, raising=False)


def who(hosting_: Hosting = Hosting(), **options: Any) -> TestClient:
    """A client of a page behind the door that answers who asks."""

    async def asked(request):
        found = request.state.visitor
        return JSONResponse([found.id, found.address, found.is_admin])

    middleware = [Middleware(Door, hosting=hosting_)]
    app = Starlette(routes=[Route("/", asked), Route("/x", asked)], middleware=middleware)
    return TestClient(app, client=("10.0.0.7", 1), follow_redirects=False, **options)


def test_a_visitor_keeps_the_id_that_the_page_gave():
    client = who()
    assert client.get("/").json()[0] == ""  # the cookie comes with this answer
    first = client.get("/").json()[0]
    assert first and client.get("/x").json()[0] == first
    assert who().get("/x").json()[0] == ""


def test_no_id_can_be_made_up_or_changed():
    token = token_of("someone")
    assert id_of(token) == "someone"
    for forged in (
        "",
        "someone",
        "someone.",
        f"somebody.{token.partition('.')[2]}",
        token[:-1],
        "é.é",
    ):
        assert id_of(forged) == ""


def test_a_token_serves_where_cookies_are_refused():
    token = who().get("/visitor").json()["token"]
    assert who(headers={HEADER: token}).get("/x").json()[0] == id_of(token) != ""
    assert who(headers={HEADER: token + "0"}).get("/x").json()[0] == ""
    known = who(headers={HEADER: token}).get("/visitor").json()
    assert known == {"token": token, "known": True}


def test_the_key_is_the_owners_alone_and_outlives_the_process(tmp_path):
    token = token_of("someone")
    file = tmp_path / "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret._key.cache_clear()
    assert id_of(token) == "someone"
    file.write_bytes(b"x" * 32)
    secret._key.cache_clear()
    assert id_of(token) == ""


def test_only_a_proxy_of_ours_names_the_address():
    forwarded = {"x-forwarded-for": "1.1.1.1, 2.2.2.2", "host": "a.example"}
    assert who().get("/x", headers=forwarded).json()[1] == "10.0.0.7"
    assert who(PUBLIC).get("/x", headers=forwarded).json()[1] == "2.2.2.2"


def test_the_operator_comes_with_the_token_of_this_home():
    client = who()
    assert client.get("/?admin=wrong").json()[2] is False
    answer = client.get(f"/?admin={secret.admin_token()}&tab=train")
    assert (answer.status_code, answer.headers["location"]) == (303, "?tab=train")
    assert client.get("/x").json()[2] is True
    assert who().get("/x").json()[2] is False


def test_a_public_page_answers_to_its_names_and_may_be_framed():
    client = who(PUBLIC)
    for name in "host", "x-forwarded-host":
        assert client.get("/x", headers={name: "evil.example"}).status_code == 421
    both = {"host": "a.example", "x-forwarded-host": "a.example, evil.example"}
    assert client.get("/x", headers=both).status_code == 421
    answer = client.get("/", headers={"host": "A.example:443", "x-forwarded-host": "a.example"})
    assert "SameSite=None; Secure; Partitioned" in answer.headers["set-cookie"]
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://huggingface.co" in policy
    assert "http" not in policy.replace("https://huggingface.co", "")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["permissions-policy"].startswith("camera=(self)")


def test_a_space_is_public_and_its_tokens_are_forgotten(monkeypatch):
    assert hosting() == Hosting()
    monkeypatch.setenv("SPACE_ID", "a/b")
    monkeypatch.setenv("SPACE_HOST", "a-b.hf.space")
    monkeypatch.setenv("HF_TOKEN", "hf_x")
    found = hosting()
    assert (found.public, found.hosts, found.programs) == (True, ("a-b.hf.space",), False)
    monkeypatch.setenv("ATTENTION_HOSTED", "0")
    assert not hosting().public
    assert forget_tokens() == ["HF_TOKEN"] and forget_tokens() == []


def test_a_rate_lets_through_what_its_bucket_holds():
    clock = iter([0.0, 0.0, 0.0, 0.25, 1.0, 1.0, 1.0])
    rate = Rate(per_second=2, burst=2, clock=lambda: next(clock))
    waits = [rate.wait("a") for _ in range(4)] + [rate.wait("b")]
    # two at once; then half a second for the next, of which a quarter has passed; b has its own
    assert waits == [0, 0, 0.5, 0.25, 0]
    assert rate.wait("a") == 0  # 2 a second: after a second it holds two
    assert rate.wait("a") == 0


def test_a_public_page_answers_so_many_requests(monkeypatch):
    monkeypatch.setattr(door, "OF_A_VISITOR", (0.5, 3))
    client = who(PUBLIC, headers={"host": "a.example", HEADER: token_of("me")})
    answers = [client.post("/x") for _ in range(4)]
    assert [a.status_code for a in answers] == [405, 405, 405, 429]
    assert answers[-1].headers["retry-after"] == "2"
    assert client.get("/x").status_code == 200
    other = who(PUBLIC, headers={"host": "a.example", HEADER: token_of("you")})
    assert other.post("/x").status_code == 405
    at_home = who(headers={HEADER: token_of("me")})
    assert {at_home.post("/x").status_code for _ in range(9)} == {405}


def test_a_public_page_says_at_its_start_what_guards_it(monkeypatch, capsys):
    say_how_it_is_served()
    assert "answers to" not in capsys.readouterr().err
    monkeypatch.setenv("ATTENTION_HOSTED", "1")
    say_how_it_is_served()
    said = dict(
        line.split("  ", 1) for line in capsys.readouterr().err.splitlines() if "  " in line
    )
    assert said["answers to"].strip() == "no: any name; set ATTENTION_HOSTS"
    assert said["visitors' key"].strip() == "kept in ATTENTION_HOME"
    assert said["a clip"].strip() == "30 s, 105 MB at most"
    monkeypatch.setenv("ATTENTION_HOSTS", "a.example")
    assert dict(guards(hosting()))["answers to"] == "a.example"


def test_a_page_can_ask_people_to_sign_in(monkeypatch):
    monkeypatch.delenv("ATTENTION_SIGN_IN", raising=False)
    assert app.settings()["auth"] is None
    monkeypatch.setenv("ATTENTION_SIGN_IN", "ann:se:cret bob:other")
    asked = app.settings()["auth"]
    assert asked == [("ann", "se:cret"), ("bob", "other")]
    for wrong in ("ann", "ann: bob:other", ":secret"):
        monkeypatch.setenv("ATTENTION_SIGN_IN", wrong)
        with pytest.raises(InputError, match="ATTENTION_SIGN_IN"):
            app.settings()
    with gr.Blocks() as demo:
        gr.Textbox()
    with served(demo, {"auth": asked}) as url:
        assert httpx.get(f"{url}config").status_code == 401


def test_an_event_of_the_page_knows_its_visitor():
    with Page() as demo:
        said = gr.Textbox()
        gr.Button().click(lambda: asking().id, outputs=said, api_name="who")
    token = token_of("someone")
    settings = {"app_kwargs": {"middleware": [Middleware(Door, hosting=Hosting())]}}
    with served(demo, settings) as url:
        ask = Client(url, headers={HEADER: token}, verbose=False)
        assert ask.predict(api_name="/who") == "someone"
        assert Client(url, verbose=False).predict(api_name="/who") == ""
    assert asking() == OPERATOR

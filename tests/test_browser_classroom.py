"""A class in two windows: the teacher steers and sees, the pupil follows, answers, reloads, goes on alone."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest

import app
from attention.tabs.page import Page
from tests.pages import READY, dress, served, violations, watched_page
from training.tabs.learn.room import class_room

HEARD = """window.heard = {go: [], heat: [], test: []};
for (const name of Object.keys(heard))
  document.addEventListener(`lesson:${name}`, (event) => heard[name].push(event.detail));"""


@pytest.fixture(scope="module")
def class_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with the class room alone, behind the app's own door."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTENTION_HOME", str(tmp_path_factory.mktemp("class")))
        with Page(title="Class") as demo, gr.Column():
            class_room()
        with served(demo, app.settings()) as url:
            yield url


def lesson(page: Any, name: str, **detail: Any) -> None:
    """What the lesson tells the class room."""
    said = "([name, detail]) => document.dispatchEvent(new CustomEvent(`lesson:${name}`, {detail}))"
    page.evaluate(said, [name, detail])


def says(page: Any, words: str) -> None:
    page.wait_for_selector(f".attention-class .says:has-text('{words}')", timeout=READY)


def faults(page: Any) -> list[Any]:
    """What axe-core finds in the panel, in light and dark."""
    found = []
    for theme in ("light", "dark"):
        dress(page, theme)
        found += violations(page, ".attention-class")
    return found


def test_a_class_in_two_windows(browser: Any, class_url: str) -> None:
    with watched_page(browser) as teacher, watched_page(browser, 390, 844) as pupil:
        teacher.add_init_script(HEARD)
        pupil.add_init_script(HEARD)
        teacher.goto(f"{class_url}?lang=en")
        teacher.get_by_role("button", name="Teach a class").click()
        says(teacher, "All screens follow you")
        # gradio's page sets buttons and headings back: the panel's own rules must win
        styled = "([tag, name]) => getComputedStyle(document.querySelector(`.attention-class ${tag}`))[name]"
        for tag, name in (
            ("button", "paddingLeft"),
            ("h3", "marginTop"),
            ("select", "paddingRight"),
        ):
            assert float(teacher.evaluate(styled, [tag, name]).removesuffix("px")) > 8
        code = teacher.inner_text(".attention-class .code")

        pupil.goto(class_url)
        pupil.fill("#class-code-field", "CCCCC")
        pupil.keyboard.press("Enter")
        pupil.wait_for_selector("[role=alert]:has-text('No class CCCCC is open')")
        pupil.fill("#class-code-field", f" {code[:2].lower()} {code[2:]}")
        pupil.keyboard.press("Enter")
        says(pupil, "Your teacher shows step 1")
        assert f"class={code}" in pupil.url

        lesson(teacher, "at", step=4, clip="hug-0")
        says(pupil, "Your teacher shows step 4")
        assert pupil.evaluate("heard.go.at(-1)") == {"step": 4, "clip": "hug-0"}

        # the answer counts, once; on the teacher's page in the lesson's words
        asked = {"step": 4, "question": "who", "choices": ["Vote", "Attention"]}
        lesson(teacher, "question", text="Who is right?", **asked)
        for choice in (0, 1):
            lesson(pupil, "answer", step=4, question="who", choice=choice, when="before")
        teacher.wait_for_selector(".class-bars li:nth-child(2) .number:text-is('1')")
        assert teacher.inner_text(".class-bars li:nth-child(1) .number") == "0"
        assert "Who is right?" in teacher.inner_text(".class-bars h4")
        lesson(pupil, "answer", step=4, question="who", choice=0, when="after")
        teacher.wait_for_selector(".class-bars li:nth-child(2) .number:text-is('1 → 0')")

        cells = [
            [0.7 if (row, column) == (2, 9) else 0 for column in range(12)] for row in range(12)
        ]
        lesson(pupil, "drawing", step=4, clip="hug-0", frame=3, cells=cells)
        teacher.wait_for_selector(".class-heat figcaption:has-text('row 3, column 10')")
        heat = teacher.evaluate("heard.heat.at(-1)")
        assert heat["cells"][2][9] == sum(map(sum, heat["cells"])) == heat["pupils"] == 1

        assert faults(teacher) == []

        # a test; who has not handed in when it ends is not forgotten
        teacher.get_by_role("button", name="Begin the first test").click()
        pupil.wait_for_selector(".class-sheet fieldset >> nth=7")
        assert faults(pupil) == []
        assert pupil.evaluate("document.documentElement.scrollWidth <= innerWidth")
        pupil.check("input[name=class-item-0] >> nth=1")
        teacher.get_by_role("button", name="End the test").click()
        teacher.wait_for_selector(".class-tests p:has-text('1 handed in the first test')")
        assert teacher.inner_text(".class-tests tbody tr:first-child td") == "1 / 1"
        assert [heard["which"] for heard in pupil.evaluate("heard.test")] == ["pre", None]

        # a reload: the same pupil, and what is on all screens
        pupil.reload()
        says(pupil, "Your teacher shows step 4")
        assert pupil.evaluate("heard.go.at(-1).step") == 4
        lesson(pupil, "answer", step=4, question="who", choice=1, when="after")
        teacher.wait_for_selector(".class-bars li:nth-child(2) .number:text-is('1 → 1')")
        assert teacher.inner_text(".class-code .count") == "1 here"

        # the teacher lets go, leaves, and comes back by the link of their own
        teacher.get_by_role("button", name="Let everybody go on alone").click()
        says(pupil, "Go on at your own pace")
        secret = teacher.evaluate(f"sessionStorage.getItem('attention-class-secret:{code}')")
        teacher.goto("about:blank")
        says(pupil, "Your teacher has left")
        teacher.goto(f"{class_url}?lang=en&class={code}#teach={secret}")
        says(teacher, "Everybody goes on alone")
        says(pupil, "Go on at your own pace")
        assert secret not in teacher.url and f"class={code}" in teacher.url

        teacher.get_by_role("button", name="Close the class").click()
        teacher.get_by_role("button", name="Close for good").click()
        says(pupil, "is over: go on by yourself")
        assert "class=" not in pupil.url

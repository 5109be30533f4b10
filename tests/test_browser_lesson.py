"""The lesson as a pupil walks it: every step, and every number against the looks' own."""

import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from attention.pack import load_pack
from attention.probe.held import held
from attention.probe.shift.registry import shifted, shifts
from attention.probe.trust.truth import energy_inside
from attention.serving.offered import ready_model
from attention.serving.samples import samples
from attention.serving.shipped import FOLDER
from tests.pages import READY, violations, watched_page
from training.fit.losses import energy_loss
from training.fit.settings import BETA
from training.tabs.learn.distances import distances
from training.tabs.learn.facts import fact, square_boxes
from training.tabs.learn.steps import told
from training.tabs.learn.tab import CLIPS

HEARD = """() => {
    window.heard = [];
    for (const name of ["at", "question", "answer", "drawing"])
        document.addEventListener(`lesson:${name}`, ({ detail }) => window.heard.push([name, detail]));
}"""


@pytest.fixture
def page(browser: Any, app_url: str) -> Iterator[Any]:
    """The tab as an address opens it, nothing kept of another lesson."""
    with watched_page(browser) as opened:
        opened.goto(f"{app_url}?tab=learn")
        opened.wait_for_selector("#lesson h2", timeout=READY)
        opened.evaluate("localStorage.removeItem('attention_lesson')")
        opened.evaluate(HEARD)
        opened.evaluate("document.querySelector('.attention-lesson').lesson.progress.forget()")
        opened.evaluate("document.querySelector('.attention-lesson').lesson.go(1)")
        opened.wait_for_selector("#lesson .stills img")
        yield opened


def pack(key: str) -> Any:
    return load_pack(FOLDER / f"{key}.pack")


def answer(page: Any, choice: int) -> None:
    """Locks a prediction with the keyboard, then settles it."""
    assert page.locator("#lesson .about-step > .answer").is_hidden()
    page.locator("#lesson [data-when=before] input").nth(choice).focus()
    page.keyboard.press("Space")
    page.locator("#lesson .question .primary").press("Enter")
    page.wait_for_selector("#lesson [data-when=after]")
    assert page.locator("#lesson .about-step > .answer").is_hidden()  # not before it is said again
    page.locator("#lesson .question .primary").press("Enter")
    page.wait_for_selector("#lesson .feedback")


def numbers(page: Any, selector: str, name: str) -> list[float]:
    found = page.locator(selector).evaluate_all(
        "(all, name) => all.map((one) => Number(one.dataset[name]))", name
    )
    return list(found)


def test_a_pupil_walks_the_whole_lesson(page: Any) -> None:
    for step in told("en"):
        number = step["number"]
        if number > 1:
            page.get_by_role("button", name="Next ▶").click()
        page.wait_for_selector(f"#lesson .view[data-view={step['view']}]")
        assert page.evaluate("document.activeElement.tagName") == ("H2" if number > 1 else "BODY")
        assert page.locator("#lesson nav [aria-current=step]").inner_text().startswith(str(number))
        TRIED.get(number, lambda page: None)(page)
        answer(page, (step["right"] + number) % len(step["choices"]))
        for said in page.locator("#lesson .about-step > .answer data").all():
            assert said.inner_text() == fact(said.get_attribute("value"))
        assert step["choices"][step["right"]] in page.inner_text("#lesson .feedback")
        SEEN.get(number, lambda page: None)(page)
        assert violations(page, "#lesson") == [], number
    heard = page.evaluate("window.heard")
    answers = [detail for name, detail in heard if name == "answer"]
    assert [(one["step"], one["when"]) for one in answers] == [
        (number, when) for number in range(1, 9) for when in ("before", "after")
    ]
    assert [detail["step"] for name, detail in heard if name == "at"] == list(range(1, 9))
    follow_and_return(page)


def draw(page: Any) -> None:
    page.locator("#lesson .question .primary").click()
    assert "Paint at least one cell" in page.inner_text("#lesson .note")
    page.focus("#lesson .framed .board")  # the cell in row 7, column 7
    for key in ("Space", "ArrowUp", "Space"):
        page.keyboard.press(key)
    box = page.locator("#lesson .framed .board i").nth(0).bounding_box()
    page.mouse.click(box["x"] + 3, box["y"] + 3)


def see_drawing(page: Any) -> None:
    cells = np.zeros((12, 12))
    cells[6, 6] = cells[5, 6] = cells[0, 0] = 1
    (drawing,) = (detail for name, detail in page.evaluate("window.heard") if name == "drawing")
    assert drawing["cells"] == cells.tolist() and drawing["frame"] == 8
    looked = pack("high_five-0")
    maps = looked.sides[0].maps[8:9, looked.concepts.index("High five")]
    inside = float(energy_inside(maps, [square_boxes("high_five-0")[8]])[0])
    shown = page.locator("#lesson [data-score=inside]")
    assert float(shown.get_attribute("data-value")) == pytest.approx(inside, abs=1e-4)
    under = float(page.get_attribute("#lesson [data-score=under]", "data-value"))
    fine = maps[0].repeat(12, 0).repeat(12, 1) / maps.sum() / 144
    assert under == pytest.approx((fine * cells.repeat(7, 0).repeat(7, 1)).sum(), abs=1e-4)


def see_votes(page: Any) -> None:
    looked = pack("high_five-0")
    vote = next(one for one in looked.verdicts if one.method == "CNN")
    shown = page.locator("#lesson .sums tbody .number").all_inner_texts()
    assert list(map(int, shown)) == vote.votes.tolist()
    page.wait_for_selector("#lesson .attention-player .tile canvas")
    assert "mean energy 3.11" in page.inner_text("#lesson .attention-player .finding")


def see_maps(page: Any) -> None:
    looked = pack("high_five-0")
    shown = page.locator("#lesson .cells").nth(0).locator("td").all_inner_texts()
    values = looked.sides[0].maps[8, looked.concepts.index("High five")].ravel()
    assert shown == [f"{value:.2f}" for value in values]


def move(page: Any) -> None:
    looked = pack("hug-0")
    cells = looked.sides[0].maps[10, looked.concepts.index("Hug")]
    page.focus("#lesson .window .board")
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    (mine,) = numbers(page, "#lesson .sum", "sum")
    assert mine == pytest.approx(float(cells[2:5, 3:6].sum()), abs=1e-3)
    assert page.locator("#lesson td.best").count() == 0


def see_window(page: Any) -> None:
    looked = pack("hug-0")
    (best,) = numbers(page, "#lesson .sum", "best")
    hug = looked.concepts.index("Hug")
    assert best == pytest.approx(float(looked.sides[0].energies[10, hug]), abs=1e-3)
    for _ in range(4):
        page.locator("#lesson .window .board").press("ArrowLeft")
    assert "You meet the best window" in page.inner_text("#lesson .sum")
    page.get_by_role("button", name="7×7").click()
    (whole,) = numbers(page, "#lesson .sum", "sum")
    assert whole == pytest.approx(float(looked.sides[0].maps[10, hug].sum()), abs=2e-3)


def see_energies(page: Any) -> None:
    looked = pack("hug-0")
    shown = page.locator("#lesson .sums tbody tr").nth(2).locator(".number").all_inner_texts()
    web, tuned = (side.energies.mean(0)[2] for side in looked.sides)
    votes = [
        next(v for v in looked.verdicts if v.method == m).votes[2] for m in ("CNN", "finetune+CNN")
    ]
    assert shown == [str(votes[0]), f"{web:.2f}", str(votes[1]), f"{tuned:.2f}"]


def see_branches(page: Any) -> None:
    looked, other = pack("kiss-0"), pack("handshake-0")
    net, kiss, hug = looked.sides[1].net_energies, 3, 2
    f_minus = other.sides[1].net_energies[len(other.frames) // 2, 0]
    wanted = [net[8, kiss], net[8, hug], net[18, kiss], f_minus]
    assert numbers(page, "#lesson .branches [data-energy]", "energy") == pytest.approx(
        wanted, abs=1e-6
    )
    (loss,) = numbers(page, "#lesson [data-loss].sum", "loss")
    true, false = (_torch(net[8, one]) for one in (kiss, hug))
    assert loss == pytest.approx(float(energy_loss(true, false)), abs=1e-6)
    see_triplets(page)
    small = numbers(page, "#lesson .pool li", "loss")
    while page.get_by_role("button", name="Double the pool").is_enabled():
        page.get_by_role("button", name="Double the pool").click()
    hardest = []
    for key in ("handshake-0", "high_five-0", "hug-0", "kiss-0"):
        one = pack(key)
        energies, truth = one.sides[1].net_energies, one.concepts.index(one.truth)
        losses = np.maximum(0, energies - energies[:, truth, None] + 1)
        hardest += np.delete(losses, truth, 1).ravel().tolist()
    found = numbers(page, "#lesson .pool li", "loss")
    assert found == pytest.approx(sorted(hardest, reverse=True)[:4], abs=1e-6)
    assert sum(found) >= sum(small)


def see_triplets(page: Any) -> None:
    """The step's triplet loss, with its own F⁻ and with the hardest; and the hardest of all triplets."""
    D = {
        one: {other: np.array(rows) for other, rows in row.items()}
        for one, row in distances(CLIPS).items()
    }
    near, kiss = D["kiss-0"]["kiss-0"][8, 18], D["kiss-0"]
    others = [kiss[key][8] for key in CLIPS if key != "kiss-0"]
    middle = kiss["handshake-0"][8, len(pack("handshake-0").frames) // 2]
    for name, far in (("any F⁻", middle), ("the hardest F⁻", np.concatenate(others).min())):
        page.get_by_role("button", name=name).click()
        (loss,) = numbers(page, "#lesson [data-triplet]", "triplet")
        assert loss == pytest.approx(max(0, near - far + BETA), abs=1e-4)
        assert f"{near:.3f} − {far:.3f} + {BETA:.3f}" in page.inner_text("#lesson [data-triplet]")
    page.get_by_role("button", name="any F⁻").click()
    losses = [
        near - far + BETA
        for key in CLIPS
        for frame, row in enumerate(D[key][key])
        for plus, near in enumerate(row)
        if plus != frame
        for other in CLIPS
        if other != key
        for far in D[key][other][frame]
    ]
    assert numbers(page, "#lesson .triplets", "loss") == pytest.approx([max(losses)])
    assert numbers(page, "#lesson .triplets", "many") == [sum(loss > 0 for loss in losses)]
    assert f"the {len(losses)} triplets" in page.inner_text("#lesson .triplets")


def _torch(value: Any) -> Any:
    import torch

    return torch.tensor(float(value))


def see_dial(page: Any) -> None:
    page.get_by_role("button", name="hard", exact=True).click()
    page.wait_for_function("document.querySelector('#lesson .dial canvas').width === 320")
    # the network is asked about the clip under the shift of the pressed button, and answers in the page
    page.wait_for_selector(
        "#lesson .dial .sum:has-text('Of the whole clip, the vote says')", timeout=READY
    )
    assert not re.search("undefined|true$", page.inner_text("#lesson .dial figcaption"))
    # the player shows what the network saw then, and the clip as it is once the shift is taken away
    shown = """document.querySelector('#lesson .attention-player:not(.dial *)').player.view.pack
        .sides.get('web').energies"""
    looked = pack("kiss-0").sides[0].energies.ravel()
    page.wait_for_function(f"Math.abs({shown}[0] - {looked[0]}) > 1e-3")
    found = page.evaluate(f"[...{shown}]")
    sample = next(one for one in samples() if one.key == "kiss-0")
    clip = held(sample.path, sample.every)
    rgb = shifted(clip.rgb, {shifts()[0].name: "hard"}, clip.frames.indices)
    wanted = clip.changed(rgb).analysis(ready_model(sample.model)).sides[0].energies
    assert found == pytest.approx(wanted.ravel().tolist(), rel=1e-4, abs=1e-5)
    page.get_by_role("button", name="none", exact=True).click()
    page.wait_for_function(f"Math.abs({shown}[0] - {looked[0]}) < 1e-6")
    assert "-0.11 … 0.15" in page.inner_text("#lesson").replace("\u2212", "-")


TRIED = {3: draw, 5: move}
SEEN = {
    2: see_votes, 3: see_drawing, 4: see_maps, 5: see_window, 6: see_energies, 7: see_branches,
    8: see_dial,
}  # fmt: skip


def follow_and_return(page: Any) -> None:
    """A teacher's step is followed; Back leads to what was seen; a reload goes on."""
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('lesson:go', {detail: {step: 2, clip: 'kiss-0'}}))"
    )
    page.wait_for_selector("#lesson h2:has-text('2. The vote')")
    page.wait_for_selector("#lesson .attention-player[aria-label*='kiss_dev_000']")
    page.go_back()
    page.wait_for_selector("#lesson h2:has-text('8. Doubt')")
    # while the class takes a test the step is out of sight, and there again after it
    for which, hidden in (("'pre'", True), ("null", False)):
        page.evaluate(
            f"document.dispatchEvent(new CustomEvent('lesson:test', {{detail: {{which: {which}}}}}))"
        )
        assert page.locator("#lesson article").is_hidden() is hidden
    page.goto(page.url.replace("step=8", "step=3") + "&answers=hidden&controls=hidden")
    page.wait_for_selector("#lesson h2:has-text('3.')", timeout=READY)
    page.wait_for_selector("#lesson .about-step > .answer")
    assert page.locator("#lesson nav").is_hidden()
    assert "discussed in class" in page.inner_text("#lesson .about-step > .answer")
    kept = json.loads(page.evaluate("localStorage.getItem('attention_lesson')"))
    assert sum(kept["work"]["3"]) == 3 and len(kept["answers"]) == 8
    page.evaluate("document.querySelector('.attention-lesson').lesson.progress.forget()")

"""The handout: its numbers are those of RESULTS.md, its pages are two, and what ships is up to date."""

import re
from pathlib import Path

import pytest
from matplotlib.textpath import TextPath

from attention.errors import InputError
from training.__main__ import main
from training.classroom.handout import measured
from training.classroom.handout.pages import blanks, words_of
from training.classroom.handout.picture import largest_window, looked
from training.classroom.handout.sheet import HEIGHT, MARGIN, Page, font_of, wrapped
from training.classroom.items import LESSON

ROOT = Path(__file__).parents[1]


def keywords(pdf: Path) -> bytes:
    found = re.search(rb"/Keywords \((\w+)\)", pdf.read_bytes())
    assert found is not None
    return found[1]


def test_two_pages_are_written_and_those_that_ship_are_these(tmp_path, capsys):
    out = tmp_path / "handout.pdf"
    assert main(["handout", str(out)]) == 0
    assert len(re.findall(rb"/Type /Page\b", out.read_bytes())) == 2
    assert "two pages" in capsys.readouterr().out
    # other numbers or words: python -m training handout assets/lesson/en/handout.pdf
    assert keywords(LESSON / "en" / "handout.pdf") == keywords(out)


def test_its_numbers_are_those_of_the_results():
    words, seen = words_of(), looked()
    found, said = blanks(words, seen), (ROOT / "RESULTS.md").read_text(encoding="utf-8")
    row = next(
        line.split(" | ")
        for line in said.splitlines()
        if line.startswith(f"| {measured.AGAINST_VOTE} | {measured.REAL} |")
    )
    assert found["unatt_real"] == f"{row[3]} (not told apart)"
    assert found["unatt_real_map"] == f"{row[6]} (vote ahead)"
    tables = {name: re.findall(rf"^\| {name} \|.*$", said, re.M) for name in ("CNN", "ours")}
    for name in ("vote_drawn", "vote_real"):
        assert any(f"| {found[name]} |" in line for line in tables["CNN"]), name
    assert any(f"| {found['web_real']} |" in line for line in tables["ours"])
    # every blank has its number, and no number is typed in the words but those of the exercises
    for asked in words["questions"]:
        assert "{" not in asked["ask"].format_map(found) + asked["answer"].format_map(found)
        assert not re.search(r"\d\.\d", asked["answer"])
    assert found["attention"] == found["truth"] != found["vote"]


def test_a_window_by_hand():
    cells = [[0, 1, 0, 2], [1, 3, 4, 1], [0, 5, 6, 2], [9, 2, 3, 0]]
    sums = [
        sum(cells[top + r][left + c] for r in range(3) for c in range(3))
        for top in range(2)
        for left in range(2)
    ]
    assert largest_window(cells) == (max(sums), sums.index(max(sums))) == (33, 2)


def test_without_results_there_is_a_sentence(tmp_path):
    for text in (None, "# No table\n"):
        file = tmp_path / "RESULTS.md"
        if text:
            file.write_text(text)
        with pytest.raises(InputError, match=r"RESULTS\.md"):
            measured.verdicts(file)
    with pytest.raises(InputError, match="no line"):
        measured.difference({}, "q", "clips", "mAP", {})
    with pytest.raises(InputError, match="no sweep nothing"):
        measured.sweep("nothing")


def test_lines_are_no_wider_than_the_column_and_keep_numbers_whole():
    words = (
        "on clips 59.9 ± 1.4 % of the time, +3.6 [−1.1, +8.5] and a verylongwordthatfillsit " * 3
    )
    lines = list(wrapped(words, 9.2, False, 150.0))
    for line in lines:
        width = TextPath((0, 0), line, size=9.2, prop=font_of(9.2)).get_extents().width
        assert width <= 150.5 and not re.search(r"(±|,|\d)$", line.removesuffix("time,"))
    assert " ".join(lines).replace("\u00a0", " ").split() == words.split()


def test_a_page_that_is_full_says_so():
    page = Page()
    page.y = HEIGHT - MARGIN
    with pytest.raises(InputError, match="more than a page holds"):
        page.text("word " * 400, 9)

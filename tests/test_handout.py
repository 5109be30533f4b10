"""The handout and the guide: numbers are those of RESULTS.md, pages are two, what ships is up to date."""

import re
from pathlib import Path

import pytest
from matplotlib.textpath import TextPath

from attention.catalogue.catalogue import say
from attention.catalogue.languages import LANGUAGES, spoken
from attention.errors import InputError
from training.__main__ import main
from training.classroom.handout import measured
from training.classroom.handout.pages import blanks, words_of
from training.classroom.handout.picture import largest_window, looked
from training.classroom.handout.sheet import HEIGHT, MARGIN, Page, font_of, wrapped
from training.classroom.items import LESSON
from training.classroom.shipped import DATA_SETS, shipped_answer
from training.report.verdict import read_answers
from training.tabs.learn.room import guide

OTHERS = [language for language in LANGUAGES if language != "en"]
ROOT = Path(__file__).parents[1]


def keywords(pdf: Path) -> bytes:
    found = re.search(rb"/Keywords \((\w+)\)", pdf.read_bytes())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_pages_are_written_and_those_that_ship_are_these(language, tmp_path, capsys):
    out = tmp_path / "handout.pdf"
    assert main(["handout", str(out), "--language", language]) == 0
    assert len(re.findall(rb"/Type /Page\b", out.read_bytes())) == 2
    assert "two pages" in capsys.readouterr().out
    # other numbers or words: python -m training handout assets/lesson/de/handout.pdf --language de
    assert keywords(LESSON / language / "handout.pdf") == keywords(out)


def blanks_in(words):
    """Every sentence of a handout by its place, as the sorted names of its blanks."""
    flat = {name: said for name, said in words.items() if isinstance(said, str)}
    flat |= {
        f"{number} {name}": str(said)
        for number, asked in enumerate(words["questions"])
        for name, said in asked.items()
    }
    return {place: sorted(re.findall(r"{(\w+)}", said)) for place, said in flat.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_asks_the_same_and_types_no_number(language):
    ours, theirs = words_of(), words_of(language)
    assert blanks_in(theirs) == blanks_in(ours)
    assert theirs["window"]["cells"] == ours["window"]["cells"]
    for mine, other in zip(ours["questions"], theirs["questions"], strict=True):
        assert mine["ask"] != other["ask"] and mine.get("lines") == other.get("lines")
        assert sorted(re.findall(r"\d+", other["answer"] + other["ask"])) == sorted(
            re.findall(r"\d+", mine["answer"] + mine["ask"])
        )


def test_names_of_methods_and_shifts_are_in_the_language():
    with spoken("de"):
        found = blanks(words_of("de"), looked())
    assert found["unatt_drawn"].endswith("(Aufmerksamkeit vorn)")
    assert found["unatt_real_map"].endswith("(Abstimmung vorn)")
    assert found["shift"] == "Kompression" and found["verdict"].startswith("Teils gewinnt das CNN")


def shape(text):
    """A guide's headings, list items, table rows with their cells and times, and commands."""
    marks = [re.match(r"(#+ |- |\d\. |\||)", line)[1] for line in text.splitlines()]
    times = re.findall(r"^\| (\d+–\d+) \|", text, re.M)
    cells = [line.count("|") for line in text.splitlines() if line.startswith("|")]
    commands = [one.split(" --language")[0] for one in re.findall(r"`([^`]+)`", text)]
    return [mark for mark in marks if mark], times, cells, commands


@pytest.mark.parametrize("language", OTHERS)
def test_a_guide_has_the_same_parts_and_links_the_handout_of_its_language(language):
    assert guide(language) != guide("en") == guide("xx").replace("=xx)", "=en)")
    assert shape(guide(language)) == shape(guide("en"))
    assert guide(language).count(f"(class/handout?language={language})") == 1
    assert f"--language {language}" in guide(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_guide_says_to_press_is_on_the_page(language):
    with spoken(language):
        names = ("open", "lead", "let_go", "begin_pre", "begin_post", "export", "close")
        for name in names:
            assert f"*{say(f'room.{name}')}*" in guide(language), name


def test_its_numbers_are_those_of_the_results():
    words, seen = words_of(), looked()
    found, said = blanks(words, seen), (ROOT / "RESULTS.md").read_text(encoding="utf-8")
    question = f"| without labels, UnAtt against CNN, vote | {DATA_SETS['actions5']} |"
    row = next(line.split(" | ") for line in said.splitlines() if line.startswith(question))
    assert found["unatt_real"] == f"{row[3]} (not told apart)"
    assert found["unatt_real_map"] == f"{row[6]} (vote ahead)"
    assert found["verdict"] == said.splitlines()[0]
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
    for text in (None, "", "no,table\n1,2\n"):
        file = tmp_path / "RESULTS.csv"
        if text is not None:
            file.write_text(text)
        with pytest.raises(InputError, match=r"RESULTS\.csv.*training report"):
            read_answers(file)
    with pytest.raises(InputError, match="whether UnAtt beats CNN on drawn clips, clean stills"):
        shipped_answer("drawn", "UnAtt", "CNN", 0.2)
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

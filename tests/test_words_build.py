"""Making the shipped word table, from a small source table."""

import re

import numpy as np
import pytest

from attention.words.build import NAME_LISTS, main, select
from attention.words.names import ALIASES
from attention.words.table import WordTable, load_words


@pytest.fixture
def source(tmp_path):
    chance = np.random.default_rng(0)
    words = [",", "the", "u.s.", *(f"word{n}" for n in range(1_200)), "handshake", "rare", "unused"]
    lines = [f"{word} " + " ".join(f"{x:.5f}" for x in chance.normal(size=4)) for word in words]
    path = tmp_path / "source.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_frequent_plain_words_and_rare_needed_ones_are_chosen():
    words = (",", "the", "of", "'s", "zoo", "dog", "Handshake", "handshake", "five", "no")
    vectors = np.eye(len(words), dtype=np.float32)
    table = WordTable(words, vectors, np.arange(len(words), dtype=np.int32), "t")
    chosen = select(table, ["Handshake", "highfive"], frequent=3)
    assert chosen.words == ("the", "of", "zoo", "Handshake", "handshake", "five")
    assert chosen.ranks.tolist() == [1, 2, 4, 6, 7, 8]
    np.testing.assert_array_equal(chosen["five"], vectors[8])


def test_the_command_writes_a_table_that_reads_back(source, tmp_path, capsys):
    for out in ("one.npz", "two.npz"):
        assert main([str(source), str(tmp_path / "made" / out)]) == 0
    assert "1204 words of 4 numbers" in capsys.readouterr().out

    whole, made = load_words(source), load_words(tmp_path / "made" / "one.npz")
    assert made.words[0] == "the" and made.words[-3:] == ("handshake", "rare", "unused")
    assert made.source == "the source.txt table (1204 words)"
    for word in ("the", "word7", "rare"):
        np.testing.assert_array_equal(made[word], whole[word].astype(np.float16))
        assert made.rank(word) == whole.rank(word)
    refitted = WordTable(made.words, made.vectors, made.ranks, "t").mixture
    np.testing.assert_allclose(made.mixture.means, refitted.means, atol=1e-6)
    files = sorted((tmp_path / "made").iterdir())
    assert [file.name for file in files] == ["one.npz", "two.npz"]
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give the wheel"),
        (["nowhere.txt"], "There is no word-vector file"),
        (["{source}", "{source}/x.npz"], "cannot be written"),
    ],
)
def test_bad_input_is_one_line_and_status_2(source, capsys, arguments, message):
    assert main([argument.format(source=source) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
    assert not list(source.parent.glob("**/*.npz"))


def test_a_file_that_only_looks_like_a_wheel_is_refused(tmp_path, capsys):
    pytest.importorskip("pyarrow", reason="wheels are read with pyarrow")
    path = tmp_path / "odd.whl"
    path.write_bytes(b"no zip")
    assert main([str(path)]) == 2
    assert "is not a wheel with word vectors" in capsys.readouterr().err


def test_the_shipped_table_knows_nearly_every_word_of_the_shipped_lists():
    """The missing words without an alias are in no GloVe file: some breeds, some new words."""
    table = load_words()
    for path in NAME_LISTS:
        words = set(re.findall(r"[A-Z]?[a-z]+", path.read_text(encoding="utf-8")))
        missing = {word for word in words if word not in table and word.lower() not in ALIASES}
        assert len(missing) <= 0.02 * len(words), missing

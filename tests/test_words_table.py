"""Word tables: the shipped one, and lookups in any."""

import struct

import numpy as np
import pytest

from attention.errors import InputError
from attention.words import fisher
from attention.words.table import SHIPPED, WordTable, load_words


def table_of(words, ranks=None, source="a table"):
    vectors = np.array(list(words.values()), np.float32)
    ranks = np.arange(len(words)) if ranks is None else np.array(ranks)
    return WordTable(tuple(words), vectors, ranks.astype(np.int32), source)


def test_exact_case_comes_first_then_lower():
    table = table_of({"kiss": [1, 0], "Kiss": [0, 1], "hug": [2, 2]})
    assert table["Kiss"].tolist() == [0, 1]
    assert table["kiss"].tolist() == table["KISS"].tolist() == [1, 0]
    assert table["Hug"].tolist() == [2, 2]
    assert "HUG" in table and "Five" not in table
    assert table.rank("KISS") == 0 and table.rank("Kiss") == 1 and table.rank("five") is None
    with pytest.raises(KeyError):
        table["five"]


def test_the_first_of_two_equal_words_counts():
    vectors = np.array([[1, 0], [0, 1], [3, 3]], np.float32)
    table = WordTable(("hug", "kiss", "hug"), vectors, np.arange(3, dtype=np.int32), "t")
    assert table["hug"].tolist() == [1, 0]


def test_unit_brings_words_to_length_one_and_leaves_zero_alone():
    table = table_of({"a": [3, 4], "nothing": [0, 0]})
    np.testing.assert_allclose(table.unit(["a", "nothing"]), [[0.6, 0.8], [0, 0]])


def test_shipped_table_knows_the_papers_words_and_keeps_its_size():
    table = load_words()
    assert table.dim == 50 and 20_000 <= len(table) == len(table.vectors)
    assert np.isfinite(table.vectors).all() and (np.linalg.norm(table.vectors, axis=1) > 0).all()
    for word in ("handshake", "high", "five", "hug", "kiss", "walking", "with", "dog", "pushups"):
        assert word in table
    assert (np.diff(table.ranks) > 0).all() and table.rank("the") == 0
    assert SHIPPED.stat().st_size <= 2_500_000
    assert load_words() is table


def test_shipped_table_cannot_be_changed_by_one_of_its_users():
    with pytest.raises(ValueError, match="read-only"):
        load_words().vectors[0, 0] = 1


def test_shipped_vectors_put_related_words_together():
    table = load_words()
    hug, kiss, tractor = table.unit(["hug", "kiss", "tractor"])
    assert hug @ kiss > 0.6 > 0.4 > hug @ tractor


def test_shipped_mixture_is_the_one_fitted_on_the_shipped_vectors():
    table = load_words()
    again = WordTable(table.words, table.vectors, table.ranks, "again").mixture
    assert table.mixture.means.shape == (fisher.COMPONENTS, 50)
    np.testing.assert_allclose(table.mixture.weights, again.weights, atol=1e-4)
    np.testing.assert_allclose(table.mixture.means, again.means, atol=1e-4)
    np.testing.assert_allclose(table.mixture.variances, again.variances, atol=1e-4)


def test_a_text_file_keeps_its_order_as_ranks(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("w0 0 0.5\nHug 7 8\nhug 9 10\n")
    table = load_words(path)
    assert table.words == ("w0", "Hug", "hug") and table.ranks.tolist() == [0, 1, 2]
    assert table["Hug"].tolist() == [7, 8] and table["W0"].tolist() == [0, 0.5]
    assert table.source == "vectors.txt"


def test_word2vec_binary_is_read(tmp_path):
    path = tmp_path / "vectors.bin"
    path.write_bytes(b"2 2\nhug " + struct.pack("<2f", 1, 2) + b"kiss " + struct.pack("<2f", 3, 4))
    np.testing.assert_array_equal(load_words(str(path)).vectors, [[1, 2], [3, 4]])


def test_a_table_of_few_frequent_words_has_no_mixture():
    with pytest.raises(InputError, match="a table holds 2 frequent words"):
        _ = table_of({"a": [1, 2], "b": [3, 4]}).mixture


def test_only_frequent_words_shape_the_mixture():
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(1_500, 3)).astype(np.float32)
    words = tuple(f"w{n}" for n in range(1_500))
    ranks = np.arange(1_500, dtype=np.int32)
    ranks[1_200:] += 30_000
    frequent = WordTable(words[:1_200], vectors[:1_200].copy(), ranks[:1_200], "t").mixture
    np.testing.assert_array_equal(
        WordTable(words, vectors, ranks, "t").mixture.means, frequent.means
    )


@pytest.mark.parametrize("kept", [1_000, 2_000_000])
def test_a_cut_table_is_refused(tmp_path, kept):
    path = tmp_path / "cut.npz"
    path.write_bytes(SHIPPED.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"cut\.npz is a zip file, but not a whole word table"):
        load_words(path)


def test_foreign_and_unequal_archives_are_refused(tmp_path):
    foreign = tmp_path / "foreign.npz"
    np.savez(foreign, a=np.zeros(3))
    with pytest.raises(InputError, match="not a whole word table"):
        load_words(foreign)
    with np.load(SHIPPED) as file:
        arrays = {name: file[name] for name in file.files}
    unequal = tmp_path / "unequal.npz"
    np.savez(unequal, **{**arrays, "vectors": arrays["vectors"][:-1]})
    with pytest.raises(InputError, match="one vector for each word"):
        load_words(unequal)


def test_no_pickle_is_read(tmp_path):
    with np.load(SHIPPED) as file:
        arrays = {name: file[name] for name in file.files}
    path = tmp_path / "pickled.npz"
    np.savez(path, **{**arrays, "source": np.array([{"any": "object"}], dtype=object)})
    with pytest.raises(InputError, match="not a whole word table"):
        load_words(path)

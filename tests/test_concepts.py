"""Concept sets, the lists that ship, and the vectors V_c."""

import dataclasses
import subprocess
import sys
import warnings

import numpy as np
import pytest

from attention.concepts import (
    INTERACTIONS,
    ConceptSet,
    UnknownWord,
    concept_vectors,
    imagenet_concepts,
    ucf101_concepts,
    word_dim,
)
from attention.errors import InputError
from attention.words.fisher import Mixture, fisher_vector
from attention.words.table import WordTable, load_words

HOWS = ("mean", "fisher")
FIXED = [
    -0.0118146,
    0.3718243,
    -0.928228,
]  # SHAKE-256 of "qwrtz", three 32-bit numbers, at length 1


@pytest.fixture
def table():
    """A table of four words, with its own mixture so that Fisher vectors are possible."""
    vectors = np.array([[3, 0, 0], [0, 4, 0], [0, 0, 5], [-3, 0, 0]], np.float32)
    mixture = Mixture(np.array([1.0]), np.full((1, 3), 0.1), np.full((1, 3), 0.25))
    ranks = np.arange(4, dtype=np.int32)
    return WordTable(
        ("walking", "with", "dog", "gniklaw"), vectors, ranks, "the tiny table", mixture
    )


# Names


def test_names_are_stripped_kept_in_order_and_frozen():
    concepts = ConceptSet((" Hug ", "Kiss"))
    assert concepts.names == ("Hug", "Kiss") and len(concepts) == 2
    assert concepts == ConceptSet(["Hug", "Kiss"]) and hash(concepts) == hash(
        ConceptSet(["Hug", "Kiss"])
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        concepts.names = ("Kiss",)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "There are no concepts"),
        (["Hug", "  "], "has no letter or digit"),
        (["Hug", "_-_"], "has no letter or digit"),
        (["Hug", "Hug"], "'Hug' and 'Hug' cannot be told apart"),
        (["High five", "Hug", "high_Five"], "'High five' and 'high_Five' cannot be told apart"),
        (["Hug", 3], "3 is not text"),
        (["x" * 101], "longer than 100 characters"),
        (["Hug\nKiss"], "holds line breaks"),
        ("Hug", "a list of names, not 'Hug'"),
    ],
)
def test_names_that_cannot_be_used_are_refused(names, message):
    with pytest.raises(InputError) as error:
        ConceptSet(names)
    assert message in str(error.value) and len(str(error.value)) < 250


@pytest.mark.parametrize(
    "spelling", ["High five", "high five", "HIGH_FIVE", "highfive", "HighFive", " high-five "]
)
def test_index_tolerates_spelling(spelling):
    assert ConceptSet(INTERACTIONS).index(spelling) == 1


def test_index_offers_the_closest_names():
    with pytest.raises(InputError, match="no concept 'Handshaek': the closest are Handshake"):
        ConceptSet(INTERACTIONS).index("Handshaek")
    with pytest.raises(InputError, match=r"the closest are .*German shepherd"):
        ConceptSet(imagenet_concepts()).index("shepherd")


@pytest.mark.parametrize("name", ["", "qqqqqq", "ハグ", "x" * 5000])
def test_index_offers_a_choice_when_nothing_is_close(name):
    with pytest.raises(InputError, match="choose from Handshake, High five, Hug, Kiss") as error:
        ConceptSet(INTERACTIONS).index(name)
    assert len(str(error.value)) < 250
    with pytest.raises(InputError, match="and 994 more"):
        ConceptSet(imagenet_concepts()).index(name)


def test_pick_keeps_the_order_asked_for_and_drops_repeats():
    concepts = ConceptSet(INTERACTIONS)
    assert concepts.pick("kiss, high_five ,kiss,") == (3, 1)
    assert concepts.pick(["Hug", "Handshake"]) == (2, 0)
    with pytest.raises(InputError, match="no concept 'hgu'"):
        concepts.pick("kiss, hgu")
    for nothing in ("", " , ", []):
        with pytest.raises(InputError, match="No concept is named"):
            concepts.pick(nothing)


def test_pick_finds_names_that_hold_commas():
    concepts = ConceptSet(["crane", "crane, bird", "hug", "a, b, c"])
    assert concepts.pick("hug, crane, bird,crane") == (2, 1, 0)
    assert concepts.pick("a,b,c, crane,hug") == (3, 0, 2)
    with pytest.raises(InputError, match="no concept 'a'"):
        concepts.pick("a, b")


# Lists


def test_imagenet_concepts_are_torchvisions_but_for_the_dog():
    ours = list(imagenet_concepts())
    assert len(ConceptSet(ours)) == 1000
    assert ours[264] == "Cardigan Welsh corgi" and ours[474] == "cardigan"
    models = pytest.importorskip("torchvision.models", reason="compares with torchvision's names")
    theirs = list(models.ResNet101_Weights.DEFAULT.meta["categories"])
    ours[264] = "Cardigan"
    assert ours == theirs


def test_ucf101_concepts():
    names = ucf101_concepts()
    assert len(ConceptSet(names)) == 101
    assert list(names) == sorted(names, key=str.lower)
    assert names[0] == "ApplyEyeMakeup" and names[97] == "WalkingWithDog" and names[100] == "YoYo"


def test_concepts_do_not_import_torch():
    code = (
        "import sys; from attention.concepts import *; imagenet_concepts(); "
        "concept_vectors(INTERACTIONS); assert not {'torch', 'gradio'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Vectors


def test_mean_by_hand(table):
    """Words at length 1: (1,0,0), (0,1,0), (0,0,1); their mean at length 1 is (1,1,1)/√3."""
    V_c, notes = concept_vectors(["walking with dog", "Dog"], table)
    np.testing.assert_allclose(V_c, [[3**-0.5] * 3, [0, 0, 1]], atol=1e-7)
    assert V_c.dtype == np.float32 and notes == ()


def test_fisher_is_the_fisher_vector_of_the_words_at_length_one(table):
    V_c, _ = concept_vectors(["walking_dog"], table, "fisher")
    expected = fisher_vector(np.array([[1.0, 0, 0], [0, 0, 1.0]]), table.mixture)
    np.testing.assert_allclose(V_c[0], expected, atol=1e-7)


@pytest.mark.parametrize("how", HOWS)
def test_shipped_sets_need_no_guess_and_have_rows_of_length_one(how):
    names = [*INTERACTIONS, *ucf101_concepts()]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        V_c, notes = concept_vectors(names, how=how)
    assert notes == () and V_c.shape == (105, word_dim(how=how))
    np.testing.assert_allclose(np.linalg.norm(V_c, axis=1), 1, atol=1e-5)
    assert len(np.unique(V_c, axis=0)) == 105


@pytest.mark.parametrize("how", HOWS)
def test_order_of_words_and_spelling_are_irrelevant(how):
    names = ["walking with dog", "dog with walking", "WalkingWithDog", "walking_with_dog"]
    V_c, _ = concept_vectors(names, how=how)
    np.testing.assert_allclose(V_c, np.tile(V_c[0], (4, 1)), atol=1e-6)


@pytest.mark.parametrize("how", HOWS)
def test_related_concepts_lie_closer_than_unrelated_ones(how):
    names = ["PlayingGuitar", "PlayingViolin", "Skiing", "Hug", "Kiss"]
    guitar, violin, skiing, hug, kiss = concept_vectors(names, how=how)[0]
    assert guitar @ violin > guitar @ skiing + 0.2
    assert hug @ kiss > hug @ skiing + 0.2


def test_word_dim():
    assert word_dim() == 50 and word_dim(how="fisher") == 2 * 2 * 50
    assert concept_vectors([], how="fisher")[0].shape == (0, 200)


@pytest.mark.parametrize("how", HOWS)
def test_a_concept_without_a_known_word_gets_its_own_fixed_direction(table, how):
    with pytest.warns(UnknownWord) as warned:
        V_c, notes = concept_vectors(["Qwrtz", "qw_rtz", "Xyzzy"], table, how)
    assert len(warned) == len(notes) == 3
    assert "'Qwrtz'" in notes[0] and "the tiny table" in notes[0] and "fixed direction" in notes[0]
    np.testing.assert_allclose(np.linalg.norm(V_c, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(V_c[0], V_c[1])
    assert abs(V_c[0] @ V_c[2]) < 0.999


def test_the_fixed_direction_never_changes(table):
    """Models on disk were trained with these numbers: other numbers would break them."""
    with pytest.warns(UnknownWord):
        V_c, _ = concept_vectors(["Qwrtz"], table)
    np.testing.assert_allclose(V_c[0], FIXED, atol=1e-6)


def test_unknown_words_beside_known_ones_are_left_out_with_a_note(table):
    with pytest.warns(UnknownWord, match="'Qwrtz' is left out and Dog stands for it"):
        V_c, notes = concept_vectors(["Qwrtz Dog", "dog"], table)
    np.testing.assert_array_equal(V_c[0], V_c[1])
    assert len(notes) == 1


def test_a_guessed_compound_has_a_note(table):
    with pytest.warns(UnknownWord, match="'walkingdog' is read as walking . dog"):
        V_c, _ = concept_vectors(["walkingdog", "walking dog"], table)
    np.testing.assert_array_equal(V_c[0], V_c[1])


def test_words_that_cancel_out_get_a_drawn_direction_and_a_note(table):
    with pytest.warns(UnknownWord, match="fixed direction"):
        V_c, _ = concept_vectors(["walking gniklaw"], table)
    assert np.linalg.norm(V_c) == pytest.approx(1)


def test_another_aggregation_is_refused(table):
    with pytest.raises(InputError, match="'mean' or 'fisher', not 'sum'"):
        concept_vectors(["dog"], table, "sum")


def test_a_concepts_vector_does_not_depend_on_the_others():
    V_c, _ = concept_vectors(INTERACTIONS, load_words())
    again, _ = concept_vectors(reversed(INTERACTIONS))
    np.testing.assert_array_equal(V_c, again[::-1])

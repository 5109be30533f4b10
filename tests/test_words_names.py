"""How the name of a concept is split into words."""

import pytest

from attention.words.names import ALIASES, read_name, spellings, tokens

FREQUENT = """
    with walking dog brushing teeth high five tai chi yo hand stand push ups ferret black footed
    ping-pong ball jack o lantern carpenter kit tv show ipod play ground up
"""
# Word → rank, 0 = most frequent.
KNOWN = {word: place for place, word in enumerate(FREQUENT.split())}
KNOWN |= {"zither": 25_000, "skydiving": 900}


def rank(word):
    return KNOWN.get(word, KNOWN.get(word.lower()))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("BrushingTeeth", "Brushing Teeth"),
        ("high_five", "high five"),
        ("High five", "High five"),
        ("TaiChi", "Tai Chi"),
        ("YoYo", "Yo Yo"),
        ("walking with dog", "walking with dog"),
        ("black-footed ferret", "black footed ferret"),
        ("ping-pong ball", "ping-pong ball"),
        ("jack-o'-lantern", "jack o lantern"),
        ("jack\u2019o lantern", "jack o lantern"),
        ("carpenter's kit", "carpenter kit"),
        ("carpenter\u2019s kit", "carpenter kit"),
        ("TVShow", "TV Show"),
        ("iPod", "iPod"),
        ("HandStandPushUps", "Hand Stand Push Ups"),
        ("  dog,  ball/ferret ", "dog ball ferret"),
        ("ＤＯＧ", "DOG"),
    ],
)
def test_known_words_are_found_in_order_without_a_guess(name, words):
    read = read_name(name, rank)
    assert read.words == tuple(words.split())
    assert not read.unknown and not read.guesses


@pytest.mark.parametrize(
    ("name", "words"),
    [("Highfive", "high five"), ("HandStandPushups", "Hand Stand push ups"), ("YOYO", "yo yo")],
)
def test_aliases_stand_in_for_missing_words_only(name, words):
    read = read_name(name, rank)
    assert read.words == tuple(words.split()) and not read.guesses
    assert read_name("highfive", {"highfive": 3, "high": 1, "five": 2}.get).words == ("highfive",)


def test_an_alias_whose_words_are_missing_too_is_unknown():
    assert read_name("highfive", {"five": 2}.get).unknown == ("highfive",)


def test_a_word_with_capitals_inside_is_one_word_when_its_parts_are_unknown():
    assert read_name("SkyDiving", rank).words == ("SkyDiving",)


def test_a_compound_is_split_into_common_words_as_a_guess():
    read = read_name("Playground", rank)
    assert read.words == ("play", "ground")
    assert read.guesses == (("Playground", ("play", "ground")),)


def test_of_several_splits_the_most_frequent_pair_is_taken():
    ranks = {"car": 10, "pet": 20, "carp": 5000, "etx": 9, "petx": 30}
    assert read_name("carpetx", ranks.get).words == ("car", "petx")


@pytest.mark.parametrize("name", ["zitherdog", "xyzzy", "upup", "dog2ball"])
def test_rare_short_or_numbered_parts_are_not_guessed(name):
    read = read_name(name, rank)
    assert read.words == () and read.unknown == (name,)


def test_unknown_words_are_named_as_written():
    read = read_name("Walking with Qwrtz", rank)
    assert read.words == ("Walking", "with") and read.unknown == ("Qwrtz",)


def test_spellings_cover_every_lookup_but_guesses():
    names = ["HandStandPushups", "jack-o'-lantern", "Highfive", "carpenter's kit", "YoYo"]
    looked_up = set()

    def spy(word):
        looked_up.add(word)
        return rank(word)

    for name in names:
        read_name(name, spy)
    assert looked_up <= spellings(names)


def test_tokens_of_nothing_and_of_signs_are_none():
    assert tokens("") == tokens("  _- ?!") == []


def test_aliases_are_lower_case_and_change_something():
    for word, alias in ALIASES.items():
        assert word == word.lower() and alias == alias.lower() and word not in alias.split()

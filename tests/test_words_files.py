"""Reading word-vector files, whole and damaged, against files packed by hand."""

import gzip
import struct

import numpy as np
import pytest

from attention.errors import InputError
from attention.words import files as word_files
from attention.words.files import read_vectors

WORDS = {"the": [1.0, -2.5, 3.0], "Kiss": [0.25, 0.5, -1.0], "naïve": [4.0, 5.0, 6.0]}


def binary(words=WORDS, line_breaks=False, count=None, dim=3):
    parts = [f"{len(words) if count is None else count} {dim}\n".encode()]
    for word, vector in words.items():
        end = b"\n" if line_breaks else b""
        parts.append(word.encode() + b" " + struct.pack(f"<{len(vector)}f", *vector) + end)
    return b"".join(parts)


def text(words=WORDS, header=True):
    lines = [f"{len(words)} 3"] if header else []
    lines += [f"{word} {' '.join(map(str, vector))}" for word, vector in words.items()]
    return ("\n".join(lines) + "\n").encode()


def read(path):
    words, vectors = read_vectors(path)
    assert vectors.dtype == np.float32
    return dict(zip(words, vectors.tolist(), strict=True))


@pytest.fixture
def write(tmp_path):
    def write(content, name="table"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        binary(),
        binary(line_breaks=True),
        text(),
        text(header=False),
        text().replace(b"\n", b"\r\n"),
    ],
    ids=["bin", "bin with line breaks", "text", "glove", "text from Windows"],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_every_format_is_recognised_by_its_content(write, content, zipped):
    assert read(write(gzip.compress(content) if zipped else content)) == WORDS


def test_words_with_spaces_as_some_glove_files_have(write):
    content = text({"a": [1, 2, 3], ". . .": [4, 5, 6]}, header=False)
    assert read(write(content)) == {"a": [1, 2, 3], ". . .": [4, 5, 6]}


def test_binary_with_blanks_inside_floats(write):
    blank = struct.unpack("<f", b"    ")[0]  # four space bytes are a float too
    words = {f"word{n}": [float(n), blank, -float(n)] for n in range(200)}
    assert read(write(binary(words, line_breaks=True))) == words


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\n\n", "first line is blank"),
        (b"hello dear reader\n", "not a word and its numbers"),
        (b"\x00\x01\x02 \xff\xfe", "not a word and its numbers"),
        (b"0 3\n", "promises 0 words of 3 numbers"),
        (b"5 0\n", "promises 5 words of 0 numbers"),
        (b"3 99999999\n", "promises 3 words of 99999999 numbers"),
        (b"2 3\n", "word 1 is cut off"),
        (binary()[:-5], "word 3 is cut off"),
        (binary(count=2), "promises 2 words, more follows"),
        (binary(count=4), "word 4 is cut off"),
        (binary({"a": [1, float("nan"), 2]}), "word 1 has a number that is not finite"),
        (text() + b"extra 1 2 3\n", "promises 3 words, it holds 4"),
        (text(header=False) + b"short 1 2\n", "word 4 does not have a word and 3 numbers"),
        (text(header=False) + b"odd 1 2 x\n", "word 4 does not have a word and 3 numbers"),
        (text(header=False) + b"big 1 2 1e99\n", "word 4 has a number that is not finite"),
        (text(header=False) + b"inf 1 2 inf\n", "word 4 has a number that is not finite"),
    ],
)
def test_damage_is_one_sentence_with_the_name(write, content, why):
    with pytest.raises(InputError) as error:
        read(write(content, "mine.txt"))
    message = str(error.value)
    assert message.startswith("mine.txt ") and why in message and "\n" not in message


def test_a_cut_gzip_a_folder_and_a_missing_file_are_refused(write, tmp_path):
    with pytest.raises(InputError, match=r"cut\.gz is a damaged or incomplete gzip file"):
        read(write(gzip.compress(text() * 50)[:-20], "cut.gz"))
    with pytest.raises(InputError, match="cannot be opened"):
        read(tmp_path)
    with pytest.raises(InputError, match=r"There is no word-vector file .*nowhere"):
        read(tmp_path / "nowhere.bin")


def test_a_line_without_end_is_not_read_into_memory(write):
    line = b"word" + b" 1" * word_files.MAX_LINE
    with pytest.raises(InputError, match="endless"):
        read(write(line, "endless.txt"))

"""What the bytes of a container tell of its being whole, where FFmpeg keeps silent."""

import struct
from pathlib import Path
from typing import BinaryIO

ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")  # the object that states the size
# Matroska's elements down to the blocks; segments and clusters are entered, the others passed.
MATROSKA_FOLDERS = {0x18538067, 0x1F43B675}
MATROSKA_ELEMENTS = {
    *(0x1A45DFA3, 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1043A770, 0x1941A469),
    *(0x1254C367, 0xE7, 0x5854, 0xA7, 0xAB, 0xA3, 0xA0, 0xAF, 0xEC, 0xBF),
    *MATROSKA_FOLDERS,
}


def is_cut_short(path: Path, head: bytes) -> bool:
    """Says whether a GIF, FLV or WMV lacks its end; False of all else. head: its first 16 bytes."""
    with path.open("rb") as file:
        if head.startswith(b"GIF8"):
            return not _reaches_trailer(file)
        if head.startswith(b"FLV"):
            return not _ends_with_a_tag(file)
        return head.startswith(b"0&\xb2u") and _states_more_than(file, path.stat().st_size)


def _reaches_trailer(gif: BinaryIO) -> bool:
    """Walks a GIF's blocks: its last byte tells nothing, as any byte may end one that was cut."""

    def pass_colours(flags: bytes) -> None:
        if flags and flags[0] & 0x80:
            gif.seek(3 << (flags[0] & 7) + 1, 1)

    pass_colours(gif.read(13)[10:11])
    while True:
        while (kind := gif.read(1)) == b"\0":  # which sloppy writers leave between blocks
            pass
        if kind == b",":
            pass_colours(gif.read(9)[8:])
        elif kind != b"!":
            return kind == b";"
        gif.seek(1, 1)
        while (size := gif.read(1)) and size[0]:
            gif.seek(size[0], 1)


def _ends_with_a_tag(flv: BinaryIO) -> bool:
    """Says whether the length that ends an FLV is that of a tag which lies before it."""
    end = flv.seek(-4, 2)
    (length,) = struct.unpack(">I", flv.read(4))
    flv.seek(max(0, end - length))
    tag = flv.read(4)
    return tag[:1] in (b"\x08", b"\x09", b"\x12") and int.from_bytes(tag[1:], "big") + 11 == length


def _states_more_than(asf: BinaryIO, size: int) -> bool:
    """Says whether an ASF file states clearly more bytes; one that was streamed states none."""
    stated = asf.read(1 << 16).partition(ASF_FILE)[2][24:32]
    return len(stated) == 8 and struct.unpack("<Q", stated)[0] * 0.99 > size


def matroska_holds_to(path: Path) -> int:
    """Returns the byte up to which each of a Matroska's elements lies where the one before ends."""
    place, size = 0, path.stat().st_size
    with path.open("rb") as file:
        while place < size:
            file.seek(place)
            head = file.read(12)
            name_bytes = 9 - head[0].bit_length()
            name = int.from_bytes(head[:name_bytes], "big")
            if name not in MATROSKA_ELEMENTS:
                break
            lengths = head[name_bytes : name_bytes + 1]
            length_bytes = 9 - lengths[0].bit_length() if lengths else 9
            if length_bytes == 9:
                break
            length = int.from_bytes(head[name_bytes : name_bytes + length_bytes], "big")
            place += name_bytes + length_bytes
            if name not in MATROSKA_FOLDERS:
                place += length ^ 1 << 7 * length_bytes
    return place

"""Text files as blocks of whole lines, whatever their encoding. Must not interpret cells."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from districts.landing.limits import Limits, Unreadable, describe_bytes

BLOCK = 2 * 1024 * 1024
CONTROL_CHARACTERS = bytes(set(range(32)) - {9, 10, 13}) + b"\x7f"
CONTROL_PATTERN = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old .xls workbook or one protected by a password"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
)
_UNDEFINED_IN_CP1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")


@dataclass(frozen=True)
class Block:
    """Whole lines of a file; `first_line` is the number of the first one, counted from 1."""

    first_line: int
    text: str
    is_last: bool


def refuse_other_kinds(head: bytes) -> None:
    """Raise Unreadable when the first bytes say the file is no table at all."""
    for magic, name in _OTHER_KINDS:
        if head.startswith(magic):
            raise Unreadable(f"This is {name}, not a table. Save it as CSV or XLSX and upload that file.")
    if head.lstrip()[:15].lower().startswith((b"<html", b"<!doctype html")):
        raise Unreadable(
            "This is a web page, not a table. Open it in a spreadsheet and save it as XLSX or CSV."
        )


def detect_encoding(path: Path) -> str:
    """Find the encoding of a text file by its mark, else by reading all of it once.

    Raises Unreadable for an empty file, a binary one, or one cut within a character.
    """
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    if not head.strip(b"\x00 \r\n\t"):
        raise Unreadable("The file is empty. Export it again and upload the new file.")
    refuse_other_kinds(head)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    wide = _wide_encoding(head)
    if wide:
        return wide
    if len(head) - len(head.translate(None, CONTROL_CHARACTERS)) > max(8, len(head) // 50):
        raise Unreadable("This is not a text file. Save the table as CSV or XLSX and upload that.")
    return _eight_bit_encoding(path)


def _wide_encoding(head: bytes) -> str:
    """Recognise UTF-16 without a mark by where its zero bytes stand."""
    pairs = len(head) // 2
    if pairs < 4:
        return ""
    if head[1 : pairs * 2 : 2].count(0) > pairs * 0.7 and head[0 : pairs * 2 : 2].count(0) == 0:
        return "utf-16-le"
    if head[0 : pairs * 2 : 2].count(0) > pairs * 0.7 and head[1 : pairs * 2 : 2].count(0) == 0:
        return "utf-16-be"
    return ""


def _eight_bit_encoding(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    seen: set[int] = set()
    is_utf8 = True
    with path.open("rb") as file:
        while chunk := file.read(BLOCK):
            if is_utf8:
                try:
                    decoder.decode(chunk)
                    continue
                except UnicodeDecodeError:
                    is_utf8 = False
                    file.seek(0)
                    continue
            seen.update(set(chunk))
    if is_utf8:
        if decoder.getstate()[0]:
            raise Unreadable(
                "The file ends in the middle of a character, so part of it is missing. "
                "Export or upload it again."
            )
        return "utf-8"
    return "latin-1" if seen & _UNDEFINED_IN_CP1252 else "cp1252"


def read_blocks(path: Path, *, encoding: str, limits: Limits, size: int = BLOCK) -> Iterator[Block]:
    """Yield the file as blocks of whole lines with `\\n` endings, in bounded memory.

    Raises Unreadable where the bytes are not text of the encoding or a line has no end.
    """
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)(errors="strict"), translate=True
    )
    line, carry = 1, ""
    with path.open("rb") as file:
        while True:
            chunk = file.read(size)
            text = carry + _decode(decoder, chunk, line=line)
            if not chunk:
                break
            cut = text.rfind("\n") + 1
            carry = text[cut:]
            if len(carry) > limits.max_line_length:
                raise Unreadable(
                    f"Line {line + text.count(chr(10)):,} is longer than "
                    f"{describe_bytes(limits.max_line_length)}: this is not a table of rows. "
                    "Save the table as CSV or XLSX and upload that."
                )
            if cut:
                yield Block(first_line=line, text=text[:cut], is_last=False)
                line += text.count("\n", 0, cut)
    yield Block(first_line=line, text=text, is_last=True)


def _decode(decoder: io.IncrementalNewlineDecoder, chunk: bytes, *, line: int) -> str:
    try:
        return decoder.decode(chunk, final=not chunk)
    except (UnicodeDecodeError, UnicodeError) as error:
        raise Unreadable(
            f"The file cannot be read as text near line {line:,}: part of it is damaged or "
            "missing. Export it again, if possible as CSV in UTF-8."
        ) from error


def has_control_characters(text: bytes) -> bool:
    """Tell quickly whether text holds a character no table should."""
    return len(text.translate(None, CONTROL_CHARACTERS)) != len(text)

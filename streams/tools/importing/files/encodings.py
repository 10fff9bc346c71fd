"""Detect the encoding of a table, and name the line that is in none."""

import codecs
import gzip
import io
import re
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple, TextIO, cast

import charset_normalizer

from streams.configuration.files import Misconfigured

CHUNK = 1 << 20
SAMPLE = 1 << 18  # bytes that charset-normalizer looks at
ENCODING_BY_BOM = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CP932, WESTERN = "cp932", "cp1252"
JAPANESE = (CP932, "euc_jis_2004")
# Windows-1252 writes an accented letter as one byte from 0xC0 on; read as CP932 it and the next letter become a rare kanji.
# Japanese has bytes below 0xE0 in nearly every word.
ACCENTED, JAPANESE_LEADS = re.compile(rb"[\xc0-\xff]"), re.compile(rb"[\x80-\xdf]")
ISO_2022_JP = "iso2022_jp_ext"  # with half-width kana, which mail programs write
ESCAPES = (b"\x1b$B", b"\x1b$@", b"\x1b(J", b"\x1b(I")
HALF_WIDTH_KANA = range(0xFF61, 0xFFA0)
ASCII, MAX_CHAOS = 127, 10.0  # percent
MIN_MULTIBYTE = 8  # characters that make an undecodable file a damaged UTF-8 file


class Failure(NamedTuple):
    """Where an encoding fails: the line, counted from 1, and the byte; line 0 if it does not."""

    line: int
    byte: int = 0
    multibyte: int = 0  # characters outside ASCII before the failure


def open_binary(path: Path) -> BinaryIO:
    """The bytes of the file; those of a `.gz` are decompressed."""
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def open_text(path: Path, encoding: str) -> TextIO:
    """The text of the file with its own line breaks."""
    return io.TextIOWrapper(open_binary(path), encoding=encoding, newline="")


def detect_encoding(path: Path) -> str:
    """The encoding of the whole file; raise Misconfigured with the line if it has none."""
    try:
        return _detect(path)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        msg = f"{path} is not a complete gzip file; compress the table again"
        raise Misconfigured(msg) from error


def check_encoding(path: Path, encoding: str) -> None:
    """Raise Misconfigured with the line if the file is not in the encoding."""
    failure = _failure(path, encoding)
    if failure.line:
        raise _damaged(path, encoding, failure)


def _detect(path: Path) -> str:
    with open_binary(path) as file:
        sample = file.read(SAMPLE)
    bom_encoding = next((name for mark, name in ENCODING_BY_BOM if sample.startswith(mark)), None)
    encoding = bom_encoding or _without_bom(sample)
    if encoding is not None:
        check_encoding(path, encoding)
        return encoding
    utf8 = _failure(path, "utf-8")
    if not utf8.line:
        return "utf-8"
    candidates = [name for name in JAPANESE if not _failure(path, name).line]
    if not candidates and utf8.multibyte < MIN_MULTIBYTE and (guess := _guess(path, sample)):
        return guess
    if candidates:
        encoding = min(candidates, key=lambda name: _oddness(sample, name))
        if encoding == CP932 and _may_be_western(sample):
            raise _ambiguous(path, sample)
        return encoding
    failures = {name: _failure(path, name) for name in JAPANESE} | {"utf-8": utf8}
    name = max(failures, key=lambda name: (failures[name].line, failures[name].multibyte))
    raise _damaged(path, name, failures[name])


def _guess(path: Path, sample: bytes) -> str | None:
    """What charset-normalizer makes of it, if there are enough bytes to say and the result looks like a language."""
    if sum(byte > ASCII for byte in sample) < MIN_MULTIBYTE:
        return None
    guess = charset_normalizer.from_bytes(sample).best()
    if guess is None or guess.percent_chaos > MAX_CHAOS or _failure(path, guess.encoding).line:
        return None
    return guess.encoding


def _without_bom(sample: bytes) -> str | None:
    """ISO-2022-JP by its escapes, UTF-16 by the zero bytes of ASCII."""
    if any(escape in sample for escape in ESCAPES):
        return ISO_2022_JP
    head = sample[:2_000]
    zeros = (head[0::2].count(0), head[1::2].count(0))
    if max(zeros) * 8 > len(head):
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return None


def _failure(path: Path, encoding: str) -> Failure:
    """Where decoding the file fails."""
    decoder, line, multibyte = codecs.getincrementaldecoder(encoding)(), 1, 0
    with open_binary(path) as file:
        try:
            while chunk := file.read(CHUNK):
                text = decoder.decode(chunk)
                line += text.count("\n")
                multibyte += len(text) - len(text.encode("ascii", "ignore"))
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            before = bytes(error.object[: error.start])
            text = before.decode(encoding, "ignore")
            multibyte += len(text) - len(text.encode("ascii", "ignore"))
            return Failure(line + before.count(b"\n"), error.object[error.start], multibyte)
    return Failure(0)


def _may_be_western(sample: bytes) -> bool:
    return ACCENTED.search(sample) is not None and JAPANESE_LEADS.search(sample) is None


def _ambiguous(path: Path, sample: bytes) -> Misconfigured:
    line = next(line for line in sample.splitlines() if ACCENTED.search(line))
    texts = [line.decode(name, "replace").strip()[:60] for name in (CP932, WESTERN)]
    msg = (
        f"{path} can be read in two ways: {texts[0]!r} in {CP932} or {texts[1]!r} in {WESTERN}. Say which under `encoding` in the "
        "map, or save the table as UTF-8"
    )
    return Misconfigured(msg)


def _oddness(sample: bytes, encoding: str) -> int:
    """How little the text looks like Japanese: EUC read as CP932 is half-width kana, and the other way round rare kanji."""
    text = sample.decode(encoding, "ignore")
    half_width = sum(ord(char) in HALF_WIDTH_KANA for char in text)
    usual = sum(
        "\u3040" <= char <= "\u30ff" or char in "応募選考採用面接日不合格内定辞退" for char in text
    )
    return half_width - 2 * usual


def _damaged(path: Path, encoding: str, failure: Failure) -> Misconfigured:
    msg = (
        f"{path}: line {failure.line} is not {encoding}: it holds the byte 0x{failure.byte:02x}. Correct that line, or save "
        "the table as UTF-8; if it is in another encoding, set `encoding` in the map"
    )
    return Misconfigured(msg)

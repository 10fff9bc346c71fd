"""Cells: the additive tables that every KPI is computed from, and their encoding in Kafka."""

from typing import Literal, NamedTuple

import msgspec

from schemas.errors import Malformed

TOTAL, CHANNEL, INTERVIEWER, RECRUITER, JOB = "total", "channel", "interviewer", "recruiter", "job"
SOURCE_DETAIL, HIRING_MANAGER = "source_detail", "hiring_manager"
DEPARTMENT, LOCATION = "department", "location"
# Every application counts in one member of each full dimension, `unknown` if need be; in an optional one only if known.
FULL_DIMENSIONS = (TOTAL, CHANNEL, RECRUITER, JOB)
OPTIONAL_DIMENSIONS = (SOURCE_DETAIL, HIRING_MANAGER, DEPARTMENT, LOCATION)
DIMENSIONS = (*FULL_DIMENSIONS, INTERVIEWER, *OPTIONAL_DIMENSIONS)
ALL = "all"  # the one member of `total`
UNKNOWN = "unknown"  # the member of applications whose channel, recruiter or job was not reported

Basis = Literal["decision", "cohort", "entry"]
DECISION: Basis = "decision"  # 判定日: the day it happened
COHORT: Basis = "cohort"  # 応募日コホート: the day of application
# 進出日コホート: the day a stage was entered; only durations, by age in days
ENTRY: Basis = "entry"
BASES = (DECISION, COHORT, ENTRY)

Tally = dict[str, int]


class CellKey(NamedTuple):
    """The key of a cell; `day` is the tenant's local day, in days since 1970-01-01."""

    tenant: str
    dimension: str
    member: str
    day: int
    basis: str


class Cell(msgspec.Struct):
    """A cell of one source partition: `m` holds additive measures, `o` the last applied offset (fence and version).

    A measure that returns to 0 stays in `m`, so that an absolute row overwrites the old value downstream.
    """

    o: int
    m: Tally


Cells = dict[CellKey, Tally]

_key_decoder = msgspec.json.Decoder(CellKey)
_cell_decoder = msgspec.json.Decoder(Cell)
_encoder = msgspec.json.Encoder()


def encode_key(key: tuple[str, str, str, int, str]) -> bytes:
    """`["tenant","dimension","member",day,"basis"]` as compact JSON."""
    return _encoder.encode(key)


def encode_cell(cell: Cell) -> bytes:
    """`{"o":offset,"m":{"measure":count}}` as compact JSON."""
    return _encoder.encode(cell)


def decode_key(value: bytes) -> CellKey:
    """Undo `encode_key`; raise Malformed."""
    try:
        return _key_decoder.decode(value)
    except ValueError as error:
        raise Malformed("cell_key", str(error)[:200]) from error


def decode_cell(value: bytes) -> Cell:
    """Undo `encode_cell`; raise Malformed."""
    try:
        return _cell_decoder.decode(value)
    except ValueError as error:
        raise Malformed("cell", str(error)[:200]) from error


def without_zeros(cells: Cells) -> Cells:
    """The cells without zero measures and empty cells: the form for comparing two tables."""
    nonzero = {
        key: {measure: n for measure, n in tally.items() if n} for key, tally in cells.items()
    }
    return {key: tally for key, tally in nonzero.items() if tally}

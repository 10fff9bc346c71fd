"""Cells: the additive tables that every KPI is read from, and how one is written to Kafka."""

from typing import Literal, NamedTuple

import msgspec

from schemas.errors import Malformed

TOTAL, CHANNEL, INTERVIEWER, RECRUITER, JOB = "total", "channel", "interviewer", "recruiter", "job"
SOURCE_DETAIL, HIRING_MANAGER = "source_detail", "hiring_manager"
DEPARTMENT, LOCATION = "department", "location"
# Every application is in one member of each of these, if only in `unknown`; in the optional ones where it is known.
FULL = (TOTAL, CHANNEL, RECRUITER, JOB)
OPTIONAL = (SOURCE_DETAIL, HIRING_MANAGER, DEPARTMENT, LOCATION)
DIMENSIONS = (*FULL, INTERVIEWER, *OPTIONAL)
ALL = "all"  # the one member of `total`
UNKNOWN = "unknown"  # the member for an application whose channel, recruiter or job nobody told us

Basis = Literal["decision", "cohort", "entry"]
DECISION: Basis = "decision"  # 判定日: the day the thing happened
COHORT: Basis = "cohort"  # 応募日コホート: the day the application was made
ENTRY: Basis = "entry"  # 進出日コホート: the day a stage was entered; durations, by their age in days, and nothing else
BASES = (DECISION, COHORT, ENTRY)

Tally = dict[str, int]


class CellKey(NamedTuple):
    """Which cell. `day` counts local days of the tenant since 1970-01-01."""

    tenant: str
    dimension: str
    member: str
    day: int
    basis: str


class Cell(msgspec.Struct):
    """A cell of one source partition: `m` measures that add, `o` the last applied offset (the fence and the version).

    A measure that returns to 0 stays in `m`, so that an absolute row overwrites what stood downstream.
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
    """The same cells with measures of 0 and empty cells left out: the form in which two tables are compared."""
    kept = {key: {name: n for name, n in tally.items() if n} for key, tally in cells.items()}
    return {key: tally for key, tally in kept.items() if tally}

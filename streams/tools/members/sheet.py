"""Reads a table of names: one row per job, department or employee, with the columns kind, id and name."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from schemas.did_you_mean import did_you_mean
from schemas.errors import Malformed
from schemas.kafka.member_names import MemberKind
from schemas.tenants.config import Tenant
from schemas.text.plain import plain_name
from streams.ingest.cleaning.identifiers import clean_id
from streams.tools.importing.files.encodings import detect_encoding, open_text

COLUMNS = {
    "kind": ("kind", "種類", "種別"),
    "id": ("id",),
    "name": ("name", "名前", "名称", "氏名"),
}
KINDS: dict[str, MemberKind] = {
    "job": "job",
    "求人": "job",
    "department": "department",
    "部署": "department",
    "person": "person",
    "社員": "person",
}
MAX_NAME_LENGTH, MAX_PROBLEMS = 200, 10


class SheetRow(NamedTuple):
    """The name of one member."""

    kind: MemberKind
    id: str
    name: str


def read_sheet(path: Path, tenant: Tenant) -> list[SheetRow]:
    """Return the rows of a CSV file in any encoding; raise Malformed with every line that cannot be used."""
    rows: list[SheetRow] = []
    problems: list[str] = []
    with open_text(path, detect_encoding(path)) as file:
        for line, cells in enumerate(_cells(csv.reader(file)), 2):
            try:
                if any(cells):
                    rows.append(_row(cells, tenant))
            except Malformed as problem:
                problems.append(f"line {line}: {problem.detail}")
    if problems:
        listed = "; ".join(problems[:MAX_PROBLEMS])
        more = f"; and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
        raise Malformed("members", f"{path}: {listed}{more}; nothing was imported")
    return rows


def _cells(lines: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield kind, id and name of each row that is not empty."""
    titles = [plain_name(title).casefold() for title in next(lines, [])]
    places = [_place(column, titles) for column in COLUMNS]
    for cells in lines:
        yield [plain_name(cells[place]) if place < len(cells) else "" for place in places]


def _place(column: str, titles: Sequence[str]) -> int:
    for title in COLUMNS[column]:
        if title in titles:
            return titles.index(title)
    raise Malformed("members", f"the column {column} is missing: the first line is kind,id,name")


def _row(cells: Sequence[str], tenant: Tenant) -> SheetRow:
    word, id_, name = cells
    kind = KINDS.get(word.casefold())
    if kind is None:
        raise Malformed("members", f"this is no kind{did_you_mean(word[:40], KINDS)}")
    if clean_id(id_) is None or not id_:
        raise Malformed("members", "the id is missing or looks like an address")
    if not name or "@" in name or len(name) > MAX_NAME_LENGTH:
        raise Malformed(
            "members", f"the name is missing, an address, or longer than {MAX_NAME_LENGTH}"
        )
    if kind == "person" and tenant.names != "people":
        raise Malformed(
            "members",
            f"{tenant.id} shows no names of employees; write `names: people` in its configuration to change that",
        )
    return SheetRow(kind, id_, name)

"""Cost entries as people and programs write them: read exactly, or refused with what to write instead."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from schemas.errors import Malformed
from schemas.events.context import CostKind, CostScope
from schemas.funnel.costs import LONGEST_DAYS
from schemas.money import decimals, minor_units
from schemas.tenants.config import Currency
from streams.ingest.lenient_fields import LONGEST_ID, identity, within_reason
from streams.ingest.normalize import plain

MOST = 500  # entries of one request
SHOWN = 100  # problems of one answer
LARGEST = 2**53  # minor units
NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.{1,30}")


@dataclass(frozen=True)
class EntryProblem:
    """What is wrong with one field of the entry at `index` (from 0), and what to do; without an index, with them all."""

    index: int | None
    field: str
    message: str


class InvalidEntries(Exception):
    """Nothing of a request can be taken, for these reasons."""

    def __init__(self, problems: Sequence[EntryProblem]) -> None:
        """Hold every one of them."""
        super().__init__(f"{len(problems)} problem(s)")
        self.problems = tuple(problems)


def _name(value: object) -> object:
    """An id of the customer's; what could be an e-mail address is none."""
    text = identity(value)
    if isinstance(text, str):
        if any(unicodedata.category(each) in {"Cc", "Cs"} for each in text):
            raise ValueError("it holds a control character")
        normal = unicodedata.normalize("NFKC", text)  # in which channels are compared
        if len(normal) > LONGEST_ID:
            raise ValueError("it is too long")
        if "@" in normal:
            raise ValueError("it looks like an e-mail address, and people are never named here")
    return text


def _amount(value: object) -> object:
    """A number or the text of one, as it was written; a float has lost that already and is never seen here."""
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: object) -> object:
    if not isinstance(value, str) or DAY.fullmatch(value.strip()) is None:
        return value
    return within_reason(datetime.fromisoformat(value.strip())).date()


def _instant(value: object) -> object:
    if not isinstance(value, str) or INSTANT.fullmatch(value.strip()) is None:
        return value
    moment = within_reason(datetime.fromisoformat(value.strip()))
    return moment if moment.tzinfo is None else within_reason(moment.astimezone(UTC))


_Name = Annotated[str, BeforeValidator(_name), Field(min_length=1, max_length=LONGEST_ID)]
_Day = Annotated[date, BeforeValidator(_day)]


class CostEntry(BaseModel):
    """One cost. Descriptions say what to write; they are what a refusal answers."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    cost_id: _Name = Field(
        description=f"your own id of the cost, 1 to {LONGEST_ID} characters; the same id again is the same cost"
    )
    version: int = Field(
        1, ge=1, le=1_000_000, description="a whole number from 1; a correction has a higher one"
    )
    kind: CostKind = Field(
        description="one of media, agency_fee, scout, event, tool, internal_hours"
    )
    scope: CostScope = Field(description="one of channel, job, agency, hire, company")
    member: _Name | None = Field(
        None,
        description=f"which channel or agency by name, which job or application by id, up to {LONGEST_ID} characters",
    )
    amount: Annotated[
        Decimal,
        BeforeValidator(_amount),
        WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
    ] = Field(
        description='in the currency\'s own unit, digits with a point for decimals: 1200000 or "12.50"'
    )
    currency: Currency | None = Field(
        None, description="three capital letters of ISO 4217; left out, the tenant's own currency"
    )
    since: _Day | None = Field(
        None,
        alias="from",
        description="first day that it is spread over, as 2026-04-01, from 1990 to 2099",
    )
    to: _Day | None = Field(None, description="last day, included, as 2027-03-31")
    at: Annotated[AwareDatetime, BeforeValidator(_instant)] | None = Field(
        None,
        description="when it was recorded, with its offset, as 2026-04-01T09:00:00+09:00; left out, when it arrives",
    )
    reversed: bool = Field(False, description="true takes the cost back")

    def minor(self, currency: str) -> int | None:
        """The amount in minor units, or None where it is finer than they are."""
        return minor_units(self.amount, self.currency or currency)


def parse(body: bytes) -> object:
    """JSON with its numbers as they are written; raise Malformed."""
    try:
        return json.loads(body, parse_float=_exact, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Malformed("not_json", "the body is not JSON") from None


def _exact(text: str) -> Decimal | str:
    """The number; one too long for any amount stays a text, which is then refused in its place."""
    return Decimal(text) if NUMBER.fullmatch(text) else text


def _refuse(name: str) -> object:
    raise ValueError(name)


def read(value: object, currency: str, now: datetime) -> tuple[CostEntry, ...]:
    """The entries of a request, one or `{"entries": [...]}`; raise Invalid with every problem of all of them.

    `currency` is the tenant's. Sound entries of one request differ in cost and version.
    """
    found: list[CostEntry] = []
    problems: list[EntryProblem] = []
    places: dict[tuple[str, int], int] = {}
    for index, each in enumerate(_several(value)):
        try:
            entry = CostEntry.model_validate(each)
        except ValidationError as error:
            problems.extend(_problems(index, error))
            continue
        wrong = [EntryProblem(index, *pair) for pair in _conflicts(entry, currency, now)]
        first = places.setdefault((entry.cost_id, entry.version), index)
        if first != index:
            message = f"the entry at {first} has the same cost_id and version; give one of them a higher version"
            wrong.append(EntryProblem(index, "version", message))
        problems.extend(wrong)
        found.append(entry)
    if problems:
        raise InvalidEntries(problems)
    return tuple(found)


def _several(value: object) -> list[Any]:
    if not isinstance(value, dict):
        raise InvalidEntries(
            [EntryProblem(None, "", 'send one entry, or {"entries": [...]}, as an object')]
        )
    if "entries" not in value:
        return [value]
    entries = value["entries"]
    if len(value) > 1:
        raise InvalidEntries([EntryProblem(None, "entries", "nothing may stand beside it")])
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST:
        raise InvalidEntries([EntryProblem(None, "entries", f"send a list of 1 to {MOST} entries")])
    return entries


def _problems(index: int, error: ValidationError) -> Iterator[EntryProblem]:
    """What was wrong, by field and in our words: a value of the sender's is never repeated."""
    fields = {each.alias or name: each for name, each in CostEntry.model_fields.items()}
    told: set[str] = set()
    for each in error.errors(include_url=False, include_input=False):
        name = str(each["loc"][0]) if each["loc"] else ""
        if name in told:
            continue
        told.add(name)
        if name not in fields:
            known = ", ".join(fields)
            message = f"not a field; known: {known}" if name else "an entry is an object"
            yield EntryProblem(index, plain(name) if name else "", message)
            continue
        wanted = str(fields[name].description)
        yield EntryProblem(index, name, f"{_reason(each)}: {wanted}")


def _reason(error: Any) -> str:
    if error["type"] == "missing":
        return "missing"
    if error["type"] == "value_error" and "e-mail" in str(error["ctx"]["error"]):
        return str(error["ctx"]["error"])
    return "cannot be used"


def _conflicts(entry: CostEntry, currency: str, now: datetime) -> Iterator[tuple[str, str]]:
    """Fields that do not go together, and what to do."""
    yield from _of_amount(entry, currency)
    yield from _of_member(entry)
    yield from _of_days(entry)
    if entry.at is not None and entry.reversed:
        yield "at", "leave it out: a cost is taken back when the request arrives"
    elif entry.at is not None and entry.at > now:
        yield "at", "give an instant that has passed, or leave it out"


def _of_amount(entry: CostEntry, currency: str) -> Iterator[tuple[str, str]]:
    minor, unit = entry.minor(currency), entry.currency or currency
    if minor is None:
        yield "amount", f"{unit} has {decimals(unit)} decimals; round the amount yourself"
    elif abs(minor) > LARGEST:
        yield "amount", f"at most {LARGEST} minor units; is the unit right?"


def _of_member(entry: CostEntry) -> Iterator[tuple[str, str]]:
    if entry.scope == "company" and entry.member is not None:
        yield "member", "leave it out for the whole company, or choose another scope"
    elif entry.scope != "company" and entry.member is None:
        yield "member", f"missing: say which {entry.scope}"


def _of_days(entry: CostEntry) -> Iterator[tuple[str, str]]:
    if entry.to is None:
        return
    if entry.since is None:
        yield "from", "missing: give the first day too"
    elif not 0 <= (entry.to - entry.since).days <= LONGEST_DAYS:
        yield "to", f"give a day from `from` on, at most {LONGEST_DAYS} days after it"

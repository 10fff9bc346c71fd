"""Parses cost entries exactly, or refuses them with a message that says what to write instead."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, get_args

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)

from schemas.errors import Malformed
from schemas.events.context import CostKind, CostScope
from schemas.funnel.costs import HIRE, MAX_PERIOD_DAYS
from schemas.money import decimals, minor_units
from schemas.tenants.config import Currency
from schemas.text.plain import plain_name
from streams.ingest.cleaning.events import NAMED_SCOPES
from streams.ingest.cleaning.free_names import without_personal_data
from streams.ingest.cleaning.identifiers import clean_id
from streams.ingest.lenient_fields import MAX_ID_LENGTH, normalize_id, plausible
from streams.ingest.normalize import safe_name
from streams.ingest.problems import listed

MAX_ENTRIES = 500  # entries per request
MAX_PROBLEMS = 20  # problems listed per answer
MAX_MINOR_UNITS = 2**53  # minor units
MEMBER_WORDS = {
    HIRE: "application"
}  # what the member of a scope is, where the scope does not say it
PREVIOUS_MEMBER = "the application that the version before was for, if its scope was hire; it may be the same as `member`"
NUMBER_PATTERN = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?")
DAY_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}")
INSTANT_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.{1,30}")


@dataclass(frozen=True)
class EntryProblem:
    """A problem with one field of the entry at `index` (from 0), and how to fix it; without an index, of the request."""

    index: int | None
    field: str
    message: str


class InvalidEntries(Exception):
    """No entry of a request is accepted, for these reasons."""

    def __init__(self, problems: Sequence[EntryProblem]) -> None:
        """Keep all problems."""
        super().__init__(f"{len(problems)} problem(s)")
        self.problems = tuple(problems)


ADDRESS_MESSAGE = "it looks like an e-mail address, and people are never named here"


def _name(value: object) -> object:
    """Clean a customer's id; anything that could be an e-mail address is refused."""
    text = normalize_id(value)
    if not isinstance(text, str):
        return text
    name = clean_id(text)
    if name is None:
        raise ValueError(ADDRESS_MESSAGE)
    return name


def _member(value: object, info: ValidationInfo) -> object:
    """Clean a member: a channel or agency is a name, of which personal data is taken out, anything else an id."""
    if info.data.get("scope") not in NAMED_SCOPES or not isinstance(value, str):
        return _name(value)
    name = plain_name(without_personal_data(value))
    if value.strip() and not name:
        raise ValueError(ADDRESS_MESSAGE)
    return name


def _amount(value: object) -> object:
    """Convert a number or its text to an exact Decimal; floats never get here, because they have lost precision."""
    if isinstance(value, str) and NUMBER_PATTERN.fullmatch(value.strip()):
        return Decimal(value.strip())
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: object) -> object:
    if not isinstance(value, str) or DAY_PATTERN.fullmatch(value.strip()) is None:
        return value
    return plausible(datetime.fromisoformat(value.strip())).date()


def _instant(value: object) -> object:
    if not isinstance(value, str) or INSTANT_PATTERN.fullmatch(value.strip()) is None:
        return value
    moment = plausible(datetime.fromisoformat(value.strip()))
    return moment if moment.tzinfo is None else plausible(moment.astimezone(UTC))


_Name = Annotated[str, BeforeValidator(_name), Field(min_length=1, max_length=MAX_ID_LENGTH)]
_Member = Annotated[str, BeforeValidator(_member), Field(min_length=1, max_length=MAX_ID_LENGTH)]
_Day = Annotated[date, BeforeValidator(_day)]


class CostEntry(BaseModel):
    """One cost; a refusal answers with the field's description, which says what to write."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    cost_id: _Name = Field(
        description=f"your own id of the cost, 1 to {MAX_ID_LENGTH} characters; the same id means the same cost"
    )
    version: int = Field(
        1, ge=1, le=1_000_000, description="a whole number from 1; a correction needs a higher one"
    )
    kind: CostKind = Field(description=f"one of {', '.join(get_args(CostKind))}")
    scope: CostScope = Field(description=f"one of {', '.join(get_args(CostScope))}")
    member: _Member | None = Field(
        None,
        description=f"the channel or agency by name, or the job or, for the scope hire, the application by id (with the"
        f" `id_prefix` of its connection), up to {MAX_ID_LENGTH} characters",
    )
    previous_member: _Name | None = Field(
        None,
        description=PREVIOUS_MEMBER,
    )
    amount: Annotated[
        Decimal,
        BeforeValidator(_amount),
        WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]}),
    ] = Field(
        description='in the currency\'s own unit, digits with a point for decimals: 1200000 or "12.50"; a refund is below 0'
    )
    currency: Currency | None = Field(
        None, description="three capital letters of ISO 4217; by default the tenant's currency"
    )
    since: _Day | None = Field(
        None,
        alias="from",
        description="first day of the period it is spread over, as 2026-04-01, from 1990 to 2099",
    )
    to: _Day | None = Field(None, description="last day of the period, inclusive, as 2027-03-31")
    at: Annotated[AwareDatetime, BeforeValidator(_instant)] | None = Field(
        None,
        description="when it was recorded, with its offset, as 2026-04-01T09:00:00+09:00; by default when it arrives",
    )
    reversed: bool = Field(False, description="true reverses the cost")

    def minor_units(self, currency: str) -> int | None:
        """Return the amount in minor units, or None if it has more decimals than the currency."""
        return minor_units(self.amount, self.currency or currency)


def parse_json(body: bytes) -> object:
    """Parse JSON with exact numbers; raise Malformed."""
    try:
        return json.loads(body, parse_float=_exact, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Malformed("not_json", "the body is not JSON") from None


def _exact(text: str) -> Decimal | str:
    """Return the number; one too long for any amount stays text, which is refused later with its field."""
    return Decimal(text) if NUMBER_PATTERN.fullmatch(text) else text


def _refuse(name: str) -> object:
    raise ValueError(name)


def parse_entries(value: object, currency: str, now: datetime) -> tuple[CostEntry, ...]:
    """Return the entries of a request, one or `{"entries": [...]}`; raise InvalidEntries with every problem.

    `currency` is the tenant's. Valid entries of one request differ in cost or version.
    """
    entries: list[CostEntry] = []
    problems: list[EntryProblem] = []
    indexes: dict[tuple[str, int], int] = {}
    for index, raw_entry in enumerate(_raw_entries(value)):
        try:
            entry = CostEntry.model_validate(raw_entry)
        except ValidationError as error:
            problems.extend(_problems(index, error))
            continue
        entry_problems = [EntryProblem(index, *pair) for pair in _conflicts(entry, currency, now)]
        first_index = indexes.setdefault((entry.cost_id, entry.version), index)
        if first_index != index:
            message = f"the entry at {first_index} has the same cost_id and version; give one of them a higher version"
            entry_problems.append(EntryProblem(index, "version", message))
        problems.extend(entry_problems)
        entries.append(entry)
    if problems:
        raise InvalidEntries(problems)
    return tuple(entries)


def _raw_entries(value: object) -> list[Any]:
    if not isinstance(value, dict):
        raise InvalidEntries(
            [EntryProblem(None, "", 'send one entry, or {"entries": [...]}, as an object')]
        )
    if "entries" not in value:
        return [value]
    entries = value["entries"]
    if len(value) > 1:
        raise InvalidEntries([EntryProblem(None, "entries", "remove every other field beside it")])
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_ENTRIES:
        raise InvalidEntries(
            [EntryProblem(None, "entries", f"send a list of 1 to {MAX_ENTRIES} entries")]
        )
    return entries


def _problems(index: int, error: ValidationError) -> Iterator[EntryProblem]:
    """Describe each problem by field; the sender's values are never repeated."""
    fields = {
        field_info.alias or name: field_info for name, field_info in CostEntry.model_fields.items()
    }
    seen: set[str] = set()
    for detail in listed(error):
        name = str(detail["loc"][0]) if detail["loc"] else ""
        if name in seen:
            continue
        seen.add(name)
        if name not in fields:
            field_names = ", ".join(fields)
            message = f"not a field; known: {field_names}" if name else "an entry is an object"
            yield EntryProblem(index, safe_name(name) if name else "", message)
            continue
        description = str(fields[name].description)
        yield EntryProblem(index, name, f"{_reason(detail)}: {description}")


def _reason(error: Any) -> str:
    if error["type"] == "missing":
        return "missing"
    if error["type"] == "value_error" and "e-mail" in str(error["ctx"]["error"]):
        return str(error["ctx"]["error"])
    return "cannot be used"


def _conflicts(entry: CostEntry, currency: str, now: datetime) -> Iterator[tuple[str, str]]:
    """Check fields that do not fit together; yield (field, what to do)."""
    yield from _amount_conflicts(entry, currency)
    yield from _member_conflicts(entry)
    yield from _period_conflicts(entry)
    if entry.at is not None and entry.reversed:
        yield "at", "leave it out: a cost is reversed when the request arrives"
    elif entry.at is not None and entry.at > now:
        yield "at", "give a past instant, or leave it out"


def _amount_conflicts(entry: CostEntry, currency: str) -> Iterator[tuple[str, str]]:
    minor, unit = entry.minor_units(currency), entry.currency or currency
    if minor is None:
        yield "amount", f"{unit} has {decimals(unit)} decimals; round the amount yourself"
    elif abs(minor) > MAX_MINOR_UNITS:
        yield "amount", f"at most {MAX_MINOR_UNITS} minor units; is the unit right?"


def _member_conflicts(entry: CostEntry) -> Iterator[tuple[str, str]]:
    if entry.scope == "company" and entry.member is not None:
        yield "member", "leave it out for the whole company, or choose another scope"
    elif entry.scope != "company" and entry.member is None:
        yield "member", f"missing: say which {MEMBER_WORDS.get(entry.scope, entry.scope)}"
    if entry.version == 1 and entry.previous_member is not None:
        yield "previous_member", "leave it out: version 1 has no version before it"
    elif entry.version > 1 and entry.scope == HIRE and entry.previous_member is None:
        yield "previous_member", f"missing: name {PREVIOUS_MEMBER}"


def _period_conflicts(entry: CostEntry) -> Iterator[tuple[str, str]]:
    if entry.to is None:
        return
    if entry.since is None:
        yield "from", "missing: give the first day too"
    elif not 0 <= (entry.to - entry.since).days <= MAX_PERIOD_DAYS:
        yield "to", f"give a day from `from` on, at most {MAX_PERIOD_DAYS} days after it"

"""How an application ended by its row: which of several endings count, and whether the row contradicts itself."""

from dataclasses import dataclass
from functools import lru_cache

from schemas.tenants.milestones import normalize_name
from schemas.tenants.stage_endings import guess_party, is_ending_name
from schemas.tenants.stage_names import find_milestone
from streams.tools.importing import canonical_parts
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.row import RowReader

# A table has few stages and many rows.
guessed_party = lru_cache(guess_party)
is_ending = lru_cache(is_ending_name)
stated_milestone = lru_cache(find_milestone)

TYPE_BY_PARTY = {
    "company": "application.rejected",
    "candidate": "application.withdrawn",
    "neither": "application.closed",
}
HIRED, ACTIVE, UNKNOWN = "hired", "active", "unknown"
OUTCOMES = (*TYPE_BY_PARTY, HIRED, ACTIVE)
# One date column per outcome, for tables without an outcome column.
PARTY_BY_DATE = {
    "rejected_at": "company",
    "withdrawn_at": "candidate",
    "offer_declined_at": "candidate",
    "closed_at": "neither",
}
WORDS = {
    "company": "rejected",
    "candidate": "withdrawn",
    "neither": "closed",
    UNKNOWN: "over",
    HIRED: "hired",
    ACTIVE: "still open",
}


@dataclass(frozen=True, kw_only=True)
class RowEnding:
    """One ending by `party`, which may be `hired` or `unknown`, told in the column of `name`."""

    party: str
    when: TableInstant
    name: str
    estimated: bool = False
    undated: bool = False


def read_endings(row: RowReader, extra: tuple[RowEnding, ...] = ()) -> list[RowEnding]:
    """The endings that count, in order: a hire, what followed it, or the first ending; records problems of the row.

    `extra` are endings told in other columns, such as the result of the last interview. Of two endings the first
    stands, a hire replaces those before it, and what the candidate or the company does after a hire takes it back
    (ruling: endings are a stack).
    """
    stage_outcome = ending_of_stage(row)
    outcome = row.choice("outcome") or stage_outcome
    endings = _dated_endings(row, outcome, extra)
    entered = row.instant("stage_at")
    if not endings and entered is not None and stage_outcome not in {None, HIRED}:
        endings.append(RowEnding(party=str(stage_outcome), when=entered, name="stage_at"))
    if outcome == HIRED and all(ending.party != HIRED for ending in endings):
        endings += _implied_hire(row)
    if row.is_refused:
        return []
    counted = _ruled(row, endings)
    _check_outcome(row, outcome, counted)
    if len({ending.party for ending in endings}) > 1 and not row.is_refused:
        columns = " and ".join(f"{row.header(e.name)} {e.when.day}" for e in endings)
        row.note(endings[-1].name, "ruled", f"{columns}|{counted[-1].when.day}")
    return counted


def ending_of_stage(row: RowReader) -> str | None:
    """The outcome that the column of the current stage tells, where a table writes 不採用 or 入社 there."""
    name = normalize_name(row.cells.get("stage", ""))
    if not name or not row.has("stage"):
        return None
    party = row.layout.endings.get(name) or guessed_party(name)
    if party is None and is_ending(name):
        row.refuse("stage", "stage_is_ending", f"“{name}”")
    return HIRED if party is None and stated_milestone(name) == HIRED else party


def _dated_endings(
    row: RowReader, outcome: str | None, extra: tuple[RowEnding, ...]
) -> list[RowEnding]:
    endings = [
        RowEnding(party=party, when=when, name=name)
        for name, party in PARTY_BY_DATE.items()
        if (when := row.instant(name)) is not None
    ]
    hired, ended = row.instant("hired_at"), row.instant("ended_at")
    if hired is not None:
        endings.append(RowEnding(party=HIRED, when=hired, name="hired_at"))
    is_repeated = any(e.when.day == ended.day for e in endings) if ended is not None else True
    if ended is not None and not (is_repeated and outcome in {None, ACTIVE, HIRED}):
        endings += _ended(row, ended, outcome, has_dates=bool(endings))
    own = {ending.party for ending in endings}
    endings += [ending for ending in extra if ending.party not in own]
    return sorted(endings, key=lambda ending: ending.when.at)


def _ended(
    row: RowReader, ended: TableInstant, outcome: str | None, *, has_dates: bool
) -> list[RowEnding]:
    """What a column of the end of the selection tells; beside the date of a hire it tells nothing new."""
    if outcome == HIRED and row.has("hired_at"):
        row.note("ended_at", "ruled", f"{_dates(row, 'hired_at', 'ended_at')}|{_day(row)}")
        return []
    if outcome is None and not has_dates and not row.has("reason"):
        row.refuse("ended_at", "unknown_end_party")
    if outcome == ACTIVE or (outcome is None and has_dates):
        return []
    return [RowEnding(party=outcome or UNKNOWN, when=ended, name="ended_at")]


def _dates(row: RowReader, *names: str) -> str:
    days = ((name, row.instant(name)) for name in names)
    return " and ".join(f"{row.header(name)} {when.day}" for name, when in days if when is not None)


def _day(row: RowReader) -> str:
    hired = row.instant("hired_at")
    return "" if hired is None else str(hired.day)


def _implied_hire(row: RowReader) -> list[RowEnding]:
    """A hire without a date of its own: on the day of the acceptance, else some time until the first day of work."""
    for name in ("offer_accepted_at", "stage_at", "start_date"):
        when = row.instant(name)
        if when is not None and (name != "start_date" or when.day <= row.layout.today):
            is_start = name == "start_date"
            return [RowEnding(party=HIRED, when=when, name=name, estimated=True, undated=is_start)]
    row.refuse("outcome" if row.has("outcome") else "stage", "no_date_of", "hired|hired_at")
    return []


def _ruled(row: RowReader, endings: list[RowEnding]) -> list[RowEnding]:
    days = {ending.when.day for ending in endings}
    parties = {ending.party for ending in endings}
    if len(parties) > 1 and len(days) < len(endings):
        row.refuse(endings[-1].name, "both_ended")
        return []
    hire = next((ending for ending in endings if ending.party == HIRED), None)
    if hire is None:
        return endings[:1]
    after = [e for e in endings if e.when.at > hire.when.at and e.party in {"company", "candidate"}]
    return [hire, *after[:1]]


def _check_outcome(row: RowReader, outcome: str | None, endings: list[RowEnding]) -> None:
    """Refuse the row if its outcome is another than that of its dates, or has no date."""
    name = "outcome" if row.has("outcome") else "stage"
    if outcome == ACTIVE and endings:
        ending = endings[-1]
        detail = f"{row.header(ending.name)} is {ending.when.day}"
        row.refuse(name, "contradiction", f"{row.header(name)}|{WORDS[ACTIVE]}|{detail}")
    elif outcome not in {None, ACTIVE} and not endings and not row.is_refused:
        row.refuse(name, "no_date_of", f"{WORDS[str(outcome)]}|ended_at")
    elif endings and outcome not in {None, ACTIVE, endings[-1].party, UNKNOWN}:
        ending = endings[-1]
        detail = f"it is {WORDS[ending.party]} by {row.header(ending.name)} {ending.when.day}"
        row.refuse(name, "contradiction", f"{row.header(name)}|{WORDS[str(outcome)]}|{detail}")


def ending_reason(row: RowReader) -> canonical_parts.Part | None:
    """The reason of the ending."""
    return canonical_parts.reason(row)

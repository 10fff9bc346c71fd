"""`hirelay dlq` output: lists, single entries with masked values, and replay results."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from schemas.errors import Condition
from schemas.kafka.quarantine import QuarantineEntry
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import ConfigurationWatcher
from streams.ingest.connections import Configuration
from streams.ingest.quarantine import encryption
from streams.ingest.quarantine.reprocess import restore_request
from streams.ingest.replay_guard import ReplayGuard
from streams.ingest.vendor import Headers
from streams.tools import auditing
from streams.tools.dlq import dlq_replay
from streams.tools.dlq.dlq_replay import EntryOutcome
from streams.tools.dlq.entries import EntryFilter, Quarantine, StoredEntry
from streams.tools.progress import working
from streams.tools.tables import TableColumn, TextTable, print_table

SECRET_HEADERS = ("signature", "token", "secret", "key", "authorization")


def print_entries(
    settings: Settings, entry_filter: EntryFilter, console: Console, *, as_table: bool
) -> None:
    """Print the matching entries, oldest first; raises Unavailable or Malformed."""
    with working("reading quarantined deliveries"):
        matches = Quarantine(settings.kafka_access).read(entry_filter)
    if not as_table:
        documents = [stored.entry.model_dump(mode="json", exclude={"sealed"}) for stored in matches]
        console.file.write(json.dumps(documents, ensure_ascii=False) + "\n")
        return
    if not matches:
        console.print("No quarantined deliveries.")
        return
    print_table(entry_table([stored.entry for stored in matches]), console)


def entry_table(entries: Sequence[QuarantineEntry]) -> TextTable:
    """Return one row per entry, without values of its payload."""
    titles = ("id", "received", "connection", "reason")
    return TextTable(
        columns=[TableColumn(title=title, prose=title == "reason") for title in titles],
        rows=[_row(entry) for entry in entries],
    )


def _row(entry: QuarantineEntry) -> tuple[str, ...]:
    reason = f"{entry.reason}: {entry.detail}"
    if entry.part:
        reason += f" (part of {entry.vendorevent}; the rest was accepted)"
    if entry.state != "open":
        reason += f"\n{entry.state}: {entry.resolution}"
    received = f"{entry.at.astimezone():%Y-%m-%d %H:%M}"
    return (entry.id[:12], received, entry.connection or "(worker)", reason)


def describe_entry(settings: Settings, entry_id: str, *, reveal: bool) -> dict[str, Any]:
    """Return one entry, its headers and body with values masked unless `reveal`, and what a replay would do now.

    Raises Malformed when the id prefix matches none or several, Misconfigured, Unavailable.
    """
    quarantine = Quarantine(settings.kafka_access)
    (stored,) = quarantine.read(EntryFilter(ids=(entry_id,), state="all"))
    configuration = ConfigurationWatcher(settings.config).load()
    outcome = dlq_replay.evaluate(stored, configuration, quarantine, ReplayGuard())
    description = stored.entry.model_dump(mode="json", exclude={"sealed"}, exclude_none=True)
    description["delivery"] = _delivery(stored, configuration, reveal=reveal)
    description["a_replay_now"] = _outcome_text(outcome)
    return description


def _delivery(
    stored: StoredEntry, configuration: Configuration, *, reveal: bool
) -> dict[str, Any] | str:
    if stored.entry.rawref is not None:
        return f"the record {stored.entry.rawref}"
    try:
        arrival = restore_request(stored.entry, configuration)
    except Condition as error:
        return f"cannot be opened: {error.detail}"
    return {
        "headers": _headers(arrival.headers, reveal=reveal),
        "body": _body(arrival.body, reveal=reveal),
    }


def _headers(headers: Headers, *, reveal: bool) -> list[list[str]]:
    hidden = (lambda _name: False) if reveal else _is_secret
    return [
        [name, f"({len(value)} characters)" if hidden(name) else value] for name, value in headers
    ]


def _is_secret(name: str) -> bool:
    return name == encryption.ADDRESS_KEY_HEADER or any(part in name for part in SECRET_HEADERS)


def _body(body: bytes, *, reveal: bool) -> Any:
    try:
        loaded = json.loads(body)
    except (ValueError, RecursionError):
        text = body.decode(errors="replace")
        return text if reveal else f"not JSON, {len(body)} bytes; --reveal shows them"
    return loaded if reveal else _mask(loaded)


def _mask(value: Any) -> Any:
    """Return the shape of a document: field names and types of values, but no values."""
    if isinstance(value, dict):
        return {name: _mask(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_mask(child) for child in value]
    if isinstance(value, str):
        return f"text of {len(value)}"
    return value if value is None or isinstance(value, bool) else "number"


def _outcome_text(outcome: EntryOutcome) -> str:
    if not outcome.failure:
        return f"counts: {outcome.resolution}"
    if outcome.events:
        return f"counts in part: {outcome.resolution}; still not understood: {outcome.failure}"
    return f"stays: {outcome.failure}"


def replay_entries(
    settings: Settings, entry_filter: EntryFilter, console: Console, *, dry_run: bool
) -> int:
    """Replay the matching entries, print the result of each and return how many remain.

    Raises Malformed, Misconfigured, Unavailable.
    """
    quarantine = Quarantine(settings.kafka_access)
    entries = quarantine.read(entry_filter)
    if not entries:
        console.print("No quarantined deliveries.")
        return 0
    configuration = ConfigurationWatcher(settings.config).load()
    if dry_run:
        replay_guard = ReplayGuard()
        outcomes = [
            dlq_replay.evaluate(stored, configuration, quarantine, replay_guard)
            for stored in entries
        ]
    else:
        outcomes = _replay(settings, configuration, entries, console)
    for outcome in outcomes:
        line = f"{outcome.stored.entry.id[:12]}  {_outcome_text(outcome)}"
        console.print(line, soft_wrap=True, markup=False)
    remaining = sum(bool(outcome.failure) for outcome in outcomes)
    console.print(
        f"{len(outcomes) - remaining} of {len(outcomes)} understood, {remaining} remain",
        markup=False,
    )
    return remaining


def _replay(
    settings: Settings,
    configuration: Configuration,
    entries: Sequence[StoredEntry],
    console: Console,
) -> list[EntryOutcome]:
    """Replay the entries with a progress bar, and note it in the audit log."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("replaying", total=len(entries))
        outcomes = dlq_replay.replay(settings, configuration, entries, lambda: bar.advance(task))
    counted = (one.stored.entry for one in outcomes if one.events or not one.failure)
    auditing.note_deliveries(settings, "replayed", counted)
    return outcomes


def drop_entries(settings: Settings, ids: Sequence[str], reason: str) -> int:
    """Drop entries and return how many. Raises Malformed, Unavailable."""
    entries = Quarantine(settings.kafka_access).read(EntryFilter(ids=tuple(ids)))
    dlq_replay.drop(settings, entries, reason)
    auditing.note_deliveries(settings, "dropped", (one.entry for one in entries))
    return len(entries)

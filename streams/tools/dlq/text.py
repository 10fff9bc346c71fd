"""`hirelay dlq`: what was set aside, for people: lists, single entries without their values, what a replay did."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from schemas.errors import Condition
from schemas.kafka.quarantine import SetAside
from streams.configuration.settings import Settings
from streams.ingest.connections import Configuration
from streams.ingest.http.server import ConfigurationWatcher
from streams.ingest.quarantine import encryption
from streams.ingest.quarantine.reprocess import reopened
from streams.ingest.replay_guard import ReplayGuard
from streams.ingest.vendor import Headers
from streams.tools.dlq import dlq_replay
from streams.tools.dlq.dlq_replay import EntryOutcome
from streams.tools.dlq.entries import Choice, Quarantine, StoredEntry

SECRET_HEADERS = ("signature", "token", "secret", "key", "authorization")


def listed(settings: Settings, choice: Choice, console: Console, *, as_table: bool) -> None:
    """Print the chosen entries, oldest first; raises Unavailable or Malformed."""
    found = Quarantine(settings.kafka).read(choice)
    if not as_table:
        entries = [kept.entry.model_dump(mode="json", exclude={"sealed"}) for kept in found]
        console.file.write(json.dumps(entries, ensure_ascii=False) + "\n")
        return
    if not found:
        console.print("Nothing is set aside.")
        return
    table = Table()
    for name, wraps in (("id", False), ("came", False), ("connection", True), ("why", True)):
        table.add_column(name, no_wrap=not wraps, overflow="fold")
    for kept in found:
        table.add_row(*_row(kept.entry))
    console.print(table)


def _row(entry: SetAside) -> tuple[str, ...]:
    why = f"{entry.reason}: {entry.detail}"
    if entry.part:
        why += f" (a part of {entry.vendorevent}; the rest was accepted)"
    if entry.state != "open":
        why += f"\n{entry.state}: {entry.resolution}"
    came = f"{entry.at.astimezone():%m-%d %H:%M}"
    return (entry.id[:12], came, entry.connection or "(worker)", escape(why))


def shown(settings: Settings, entry_id: str, *, reveal: bool) -> dict[str, Any]:
    """One entry, its headers and body with the values masked unless `reveal`, and what a replay would do now.

    Raises Malformed when nothing or several were set aside under that id, Misconfigured, Unavailable.
    """
    quarantine = Quarantine(settings.kafka)
    (kept,) = quarantine.read(Choice(ids=(entry_id,), state="all"))
    configuration = ConfigurationWatcher(settings.config).load()
    outcome = dlq_replay.judged(kept, configuration, quarantine, ReplayGuard())
    found = kept.entry.model_dump(mode="json", exclude={"sealed"}, exclude_none=True)
    found["delivery"] = _opened(kept, configuration, reveal=reveal)
    found["a_replay_now"] = _verdict(outcome)
    return found


def _opened(
    kept: StoredEntry, configuration: Configuration, *, reveal: bool
) -> dict[str, Any] | str:
    if kept.entry.rawref is not None:
        return f"the record {kept.entry.rawref}"
    try:
        arrival = reopened(kept.entry, configuration)
    except Condition as why:
        return f"cannot be opened: {why.detail}"
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
    return name == encryption.ADDRESS or any(each in name for each in SECRET_HEADERS)


def _body(body: bytes, *, reveal: bool) -> Any:
    try:
        loaded = json.loads(body)
    except (ValueError, RecursionError):
        text = body.decode(errors="replace")
        return text if reveal else f"not JSON, {len(body)} bytes; --reveal shows them"
    return loaded if reveal else _masked(loaded)


def _masked(value: Any) -> Any:
    """The shape of a document: names of fields and kinds of values, no value."""
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    if isinstance(value, str):
        return f"text of {len(value)}"
    return value if value is None or isinstance(value, bool) else "number"


def _verdict(outcome: EntryOutcome) -> str:
    if not outcome.stays:
        return f"counts: {outcome.resolution}"
    if outcome.events:
        return f"counts in part: {outcome.resolution}; still not understood: {outcome.stays}"
    return f"stays: {outcome.stays}"


def replayed(settings: Settings, choice: Choice, console: Console, *, dry_run: bool) -> int:
    """Replay the chosen entries, say what became of each; how many stay. Raises Malformed, Misconfigured, Unavailable."""
    quarantine = Quarantine(settings.kafka)
    chosen = quarantine.read(choice)
    if not chosen:
        console.print("Nothing is set aside.")
        return 0
    configuration = ConfigurationWatcher(settings.config).load()
    if dry_run:
        trust = ReplayGuard()
        outcomes = [dlq_replay.judged(kept, configuration, quarantine, trust) for kept in chosen]
    else:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("replaying", total=len(chosen))
            outcomes = dlq_replay.replay(settings, configuration, chosen, lambda: bar.advance(task))
    for outcome in outcomes:
        line = f"{outcome.kept.entry.id[:12]}  {_verdict(outcome)}"
        console.print(line, soft_wrap=True, markup=False)
    stay = sum(bool(outcome.stays) for outcome in outcomes)
    console.print(
        f"{len(outcomes) - stay} of {len(outcomes)} understood, {stay} stay", markup=False
    )
    return stay


def dropped(settings: Settings, ids: Sequence[str], because: str) -> int:
    """Let go of entries; how many. Raises Malformed, Unavailable."""
    chosen = Quarantine(settings.kafka).read(Choice(ids=tuple(ids)))
    dlq_replay.drop(settings, chosen, because)
    return len(chosen)

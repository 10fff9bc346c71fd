"""`hirelay replay`: count every accepted event anew beside the live numbers, prove the result, then show it instead."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from schemas.errors import Unavailable
from schemas.funnel import fold
from schemas.kafka.epochs import Epoch
from schemas.kafka.topics import CANDIDATE_EVENTS, of_epoch
from schemas.tenants.mapping_snapshot import meaning
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.kafka import admin as kafka_admin
from streams.kafka import epochs as kafka_epochs
from streams.kafka.groups import Group
from streams.supervisor import Role, Supervisor
from streams.tools.verify.command import Finding, check_epoch

LOOK_S = 0.5
STUCK_S = 180.0  # without any progress: something is wrong that waiting does not mend
LEAVE_S = (
    60.0  # workers follow within seconds; one that was killed is missed after its session of 10 s
)
VERIFY_S = 120.0


def replay(settings: Settings, *, force: bool, console: Console) -> Finding | None:
    """Rebuild and switch over; None when the live numbers already are what a rebuild would give and not `force`.

    Readers see the old numbers until the new ones are proven equal to the fold of the accepted events, then the new
    ones at once. A finding with differences, or a failure, leaves the old ones live. Raises Unavailable.
    """
    found = kafka_epochs.read(settings.kafka)
    live = kafka_epochs.live(found)
    if live is None:
        raise Unavailable(
            "epoch", "no worker has counted anything yet: start one, nothing is to replay"
        )
    wanted = meaning(load_tenancy(settings.config))
    reasons = [f"{place} is configured otherwise now" for place in live.meaning.changes(wanted)]
    if live.facts != fold.VERSION:
        reasons.append(f"counted by version {live.facts} of the facts, this is {fold.VERSION}")
    for reason in reasons:
        console.print(f"  epoch {live.number}: {reason}")
    if not reasons and not force:
        return None
    _clear(settings, console)
    building = Epoch(
        number=max(found) + 1,
        state="building",
        facts=fold.VERSION,
        meaning=wanted.extended(live.meaning),
        changed=datetime.now(UTC),
    )
    kafka_admin.create(
        settings.kafka, settings.partitions, settings.replication, of_epoch(building.number)
    )
    kafka_epochs.write(settings.kafka, building)
    with _working(settings, building.number) as look:
        _catch_up(settings, building.number, look, console)
        finding = check_epoch(settings, building.number, patience_s=VERIFY_S, console=console)
    if not finding.differences:
        _mark(settings, building.number, "live")
        console.print(f"  epoch {building.number} is live")
    _clear(settings, console)
    return finding


@contextmanager
def _working(settings: Settings, number: int) -> Iterator[Callable[[], None]]:
    """A worker of the new epoch for as long as the block lasts; what is yielded starts it again when it died."""
    path = settings.worker_dir / "replay.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-m", "streams", "worker", "--epoch", str(number))
    supervisor = Supervisor(lambda: None)
    supervisor.add(Role("replay", command, Path(path), settings.environment(worker_web_port=0)))
    try:
        yield supervisor.look
    finally:
        supervisor.stop()


def _catch_up(settings: Settings, number: int, look: Callable[[], None], console: Console) -> None:
    """Until everything that was accepted before this moment has been counted, and then what came meanwhile."""
    group = Group(settings.kafka, kafka_epochs.group_of(number), CANDIDATE_EVENTS.name)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("counting accepted deliveries anew")
        try:
            for _ in range(2):
                _until_read(
                    group, look, lambda done, of: bar.update(task, completed=done, total=of)
                )
        finally:
            group.close()


def _until_read(
    group: Group, look: Callable[[], None], progress: Callable[[int, int], None]
) -> None:
    goal, best, since = group.end(), -1, time.monotonic()
    while True:
        look()
        done = group.done()
        total = sum(min(done[part], end) for part, end in goal.items())
        progress(total, sum(goal.values()))
        if total >= sum(goal.values()):
            return
        if total > best:
            best, since = total, time.monotonic()
        elif time.monotonic() - since > STUCK_S:
            raise Unavailable("worker", f"{group.name} has stood still at {total}; see replay.log")
        time.sleep(LOOK_S)


def _mark(settings: Settings, number: int, state: str) -> None:
    """Write the state alone: what workers have settled in the meantime stays."""
    held = kafka_epochs.read(settings.kafka)[number]
    changed = {"state": state, "changed": datetime.now(UTC)}
    kafka_epochs.write(settings.kafka, held.model_copy(update=changed))


def _clear(settings: Settings, console: Console) -> None:
    """Retire every epoch that is not live once nobody works in it, and remove its topics; the archiver drops its rows.

    What could not be cleared is said, and is cleared by the next replay.
    """
    found = kafka_epochs.read(settings.kafka)
    live = kafka_epochs.live(found)
    others = [epoch for epoch in found.values() if live is not None and epoch.number != live.number]
    for epoch in others:
        if epoch.state == "retired":
            continue
        if not _left(settings, epoch.number, console):
            console.print(
                f"  a worker still counts in epoch {epoch.number}: end it, the next replay clears up"
            )
            return
        _mark(settings, epoch.number, "retired")
        console.print(f"  epoch {epoch.number} is retired")
    topics = [topic for epoch in others for topic in of_epoch(epoch.number)]
    groups = [kafka_epochs.group_of(epoch.number) for epoch in others]
    kafka_admin.remove(settings.kafka, topics, groups)


def _left(settings: Settings, number: int, console: Console) -> bool:
    group = Group(settings.kafka, kafka_epochs.group_of(number), CANDIDATE_EVENTS.name)
    deadline = time.monotonic() + LEAVE_S
    try:
        with console.status(f"waiting for the workers of epoch {number} to leave"):
            while not group.is_left():
                if time.monotonic() > deadline:
                    return False
                time.sleep(LOOK_S)
    finally:
        group.close()
    return True

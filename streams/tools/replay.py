"""`hirelay replay`: recount all accepted events beside the live numbers, verify the result, then switch over."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from schemas.errors import Unavailable
from schemas.funnel import fold
from schemas.kafka.epochs import Epoch
from schemas.kafka.topics import CANDIDATE_EVENTS, epoch_topics
from schemas.tenants.mapping_snapshot import MappingSnapshot, snapshot_mapping
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.kafka import admin as kafka_admin
from streams.kafka import epochs as kafka_epochs
from streams.kafka.groups import ConsumerGroup
from streams.kafka.replay_lock import Check, replaying
from streams.supervisor import Role, Supervisor
from streams.tools import auditing
from streams.tools.verify.command import VerificationReport, verify_epoch

POLL_S = 0.5
STALL_TIMEOUT_S = 180.0  # without progress: a problem that waiting does not fix
GROUP_EMPTY_TIMEOUT_S = 60.0  # workers follow within seconds; a killed one leaves the group after its 10 s session timeout
VERIFY_TIMEOUT_S = 120.0


def replay(settings: Settings, *, force: bool, console: Console) -> VerificationReport | None:
    """Rebuild and switch over; None when the live numbers already equal a rebuild and not `force`.

    Readers see the old numbers until the new ones are proven equal to the fold of the accepted events, then the new
    ones at once. After differences or a failure the old ones stay live. A replay that was killed is continued where it
    was, unless the configuration or the fold has changed since. Raises Unavailable, also when another replay runs.
    """
    kafka_epochs.read(settings.kafka_access)  # its errors say what to do
    by = f"{auditing.operator()} (process {os.getpid()})"
    with replaying(settings.kafka_access, by, datetime.now(UTC)) as check:
        return _replay(settings, force=force, check=check, console=console)


def _replay(
    settings: Settings, *, force: bool, check: Check, console: Console
) -> VerificationReport | None:
    epochs = kafka_epochs.read(settings.kafka_access)
    live = kafka_epochs.live_epoch(epochs)
    if live is None:
        raise Unavailable(
            "epoch", "no worker has counted anything yet, so there is nothing to replay: start one"
        )
    configured = snapshot_mapping(load_tenancy(settings.config))
    reasons = _replay_reasons(live, configured)
    unfinished = _unfinished(epochs, live, configured)
    for reason in reasons:
        console.print(f"  epoch {live.number}: {reason}")
    _retire_old_epochs(settings, console, unfinished)
    if not reasons and not force and unfinished is None:
        return None
    if unfinished is not None:
        console.print(f"  epoch {unfinished.number} was begun before and is continued")
    number = max(epochs) + 1 if unfinished is None else unfinished.number
    begun = configured if unfinished is None else unfinished.meaning.extended_with(configured)
    _begin_epoch(settings, number, begun.extended_with(live.meaning))
    return _build(settings, number, check=check, console=console)


def _build(
    settings: Settings, number: int, *, check: Check, console: Console
) -> VerificationReport:
    """Count everything into an epoch, verify it, and make it live if it is equal."""
    with _running_worker(settings, number) as restart_dead:
        _catch_up(settings, number, restart_dead, console)
        report = verify_epoch(settings, number, patience_s=VERIFY_TIMEOUT_S, console=console)
    check()
    if not report.differences:
        _set_state(settings, number, "live")
        auditing.note(settings, "recounted", f"epoch {number}")
        console.print(f"  epoch {number} is live")
    _retire_old_epochs(settings, console)
    return report


def _unfinished(
    epochs: Mapping[int, Epoch], live: Epoch, configured: MappingSnapshot
) -> Epoch | None:
    """Return the epoch of a replay that was killed, if counting on in it gives what a new one would."""
    building = [epoch for epoch in epochs.values() if epoch.state == "building"]
    latest = max(building, key=lambda epoch: epoch.number, default=None)
    if latest is None or latest.number < live.number or latest.facts != fold.VERSION:
        return None
    return None if latest.meaning.changes(configured) else latest


def _replay_reasons(live: Epoch, configured: MappingSnapshot) -> list[str]:
    """Return why a replay would give other numbers; empty if it would not."""
    reasons = [
        f"{place} is configured differently now" for place in live.meaning.changes(configured)
    ]
    if live.facts != fold.VERSION:
        reasons.append(f"counted with fold version {live.facts}, this is {fold.VERSION}")
    if live.rewritten:
        reasons.append("an erasure has rewritten the events since")
    return reasons


def _begin_epoch(settings: Settings, number: int, meaning: MappingSnapshot) -> None:
    """Create the topics of an epoch that are missing, then record that it is being built."""
    kafka_admin.create_topics(
        settings.kafka_access, settings.partitions, settings.replication, epoch_topics(number)
    )
    building = Epoch(
        number=number,
        state="building",
        facts=fold.VERSION,
        meaning=meaning,
        changed=datetime.now(UTC),
    )
    kafka_epochs.write(settings.kafka_access, building)


@contextmanager
def _running_worker(settings: Settings, number: int) -> Iterator[Callable[[], None]]:
    """Run a worker of the new epoch while the block lasts; yield a function that restarts it when it died."""
    path = settings.worker_dir / "replay.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    command = (sys.executable, "-P", "-m", "streams", "worker", "--epoch", str(number))
    supervisor = Supervisor(lambda: None)
    supervisor.add(Role("replay", command, Path(path), settings.environment(worker_web_port=0)))
    try:
        yield supervisor.restart_dead
    finally:
        supervisor.stop()


def _catch_up(
    settings: Settings, number: int, restart_dead: Callable[[], None], console: Console
) -> None:
    """Wait until all events accepted before now are counted, then once more for those that arrived meanwhile."""
    group = ConsumerGroup(
        settings.kafka_access, kafka_epochs.consumer_group(number), CANDIDATE_EVENTS.name
    )
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
                _wait_until_counted(
                    group, restart_dead, lambda done, of: bar.update(task, completed=done, total=of)
                )
        finally:
            group.close()


def _wait_until_counted(
    group: ConsumerGroup, restart_dead: Callable[[], None], progress: Callable[[int, int], None]
) -> None:
    end_offsets, best, since = group.end_offsets(), -1, time.monotonic()
    while True:
        restart_dead()
        committed = group.committed_offsets()
        total = sum(min(committed[tp], end) for tp, end in end_offsets.items())
        progress(total, sum(end_offsets.values()))
        if total >= sum(end_offsets.values()):
            return
        if total > best:
            best, since = total, time.monotonic()
        elif time.monotonic() - since > STALL_TIMEOUT_S:
            raise Unavailable("worker", f"{group.name} is stuck at {total}; see replay.log")
        time.sleep(POLL_S)


def _set_state(settings: Settings, number: int, state: str) -> None:
    """Write only the state, so that what workers have recorded meanwhile stays."""
    epoch = kafka_epochs.read(settings.kafka_access)[number]
    changed = {"state": state, "changed": datetime.now(UTC)}
    kafka_epochs.write(settings.kafka_access, epoch.model_copy(update=changed))


def _retire_old_epochs(
    settings: Settings, console: Console, unfinished: Epoch | None = None
) -> None:
    """Retire every epoch that is not live and has no workers, and remove its topics; the archiver drops its rows.

    An unfinished one that is continued stays. What could not be removed is reported, and the next replay removes it.
    """
    epochs = kafka_epochs.read(settings.kafka_access)
    live = kafka_epochs.live_epoch(epochs)
    kept = {epoch.number for epoch in (live, unfinished) if epoch is not None}
    others = [epoch for epoch in epochs.values() if live is not None and epoch.number not in kept]
    for epoch in others:
        if epoch.state == "retired":
            continue
        if not _wait_until_empty(settings, epoch.number, console):
            console.print(
                f"  a worker still counts in epoch {epoch.number}: stop it; the next replay cleans up"
            )
            return
        _set_state(settings, epoch.number, "retired")
        console.print(f"  epoch {epoch.number} is retired")
    topics = [topic for epoch in others for topic in epoch_topics(epoch.number)]
    groups = [kafka_epochs.consumer_group(epoch.number) for epoch in others]
    kafka_admin.delete_topics(settings.kafka_access, topics, groups)


def _wait_until_empty(settings: Settings, number: int, console: Console) -> bool:
    group = ConsumerGroup(
        settings.kafka_access, kafka_epochs.consumer_group(number), CANDIDATE_EVENTS.name
    )
    deadline = time.monotonic() + GROUP_EMPTY_TIMEOUT_S
    try:
        with console.status(f"waiting for the workers of epoch {number} to leave"):
            while not group.is_empty():
                if time.monotonic() > deadline:
                    return False
                time.sleep(POLL_S)
    finally:
        group.close()
    return True

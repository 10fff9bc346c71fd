"""Run one worker process until it is stopped or another epoch becomes live."""

import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime

import faust

from schemas.errors import Unavailable
from schemas.kafka.epochs import Epoch
from schemas.tenants.mapping_snapshot import MappingSnapshot, snapshot_mapping
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.kafka import epochs as kafka_epochs
from streams.kafka import groups
from streams.worker.app import create_worker
from streams.worker.directory import identity_in, remove_old_stores, reserve, stores_of
from streams.worker.epoch_rules import EpochRules

log = logging.getLogger(__name__)

POLL_S = 2.0


def serve(settings: Settings, number: int | None = None) -> None:
    """Work until SIGTERM (exit 0) or a failure (exit 1; the restarted process replays).

    `number` selects the epoch to count in; None means the live one. While the live numbers have another fold version,
    nothing is counted, because that would mix the two: the worker logs this and waits for `hirelay replay`.
    """

    def configured() -> MappingSnapshot:
        return snapshot_mapping(load_tenancy(settings.config))

    def record_mapping(mapping: MappingSnapshot) -> MappingSnapshot:
        return kafka_epochs.ensure_epoch(
            settings.kafka_access, epoch.number, mapping, datetime.now(UTC)
        ).meaning

    epoch = _wait_for_epoch(settings, number, configured())
    _warn_of_changes(epoch, configured())
    log.info("counting", extra={"epoch": epoch.number, "state": epoch.state})
    rules = EpochRules(epoch.meaning, configured, record_mapping)
    with reserve(stores_of(settings.worker_dir, epoch.number)):
        if number is None:
            remove_old_stores(settings.worker_dir, epoch.number)
            follow = threading.Thread(
                target=_exit_when_superseded, args=(settings, epoch.number), daemon=True
            )
            follow.start()
        _work(settings, rules, epoch.number)


def _warn_of_changes(epoch: Epoch, configured: MappingSnapshot) -> None:
    for place in epoch.meaning.changes(configured):
        log.warning(
            "the configuration differs from the mapping that the numbers were counted with: run `hirelay replay`",
            extra={"place": place, "epoch": epoch.number},
        )


def _work(settings: Settings, rules: EpochRules, epoch: int) -> None:
    """Run Faust's worker, with the logging of this process and without its terminal decoration, and never return.

    One that was asked to stop hands over its partitions; one that crashed keeps them for its next start.
    """
    app, watchdog = create_worker(settings, rules, epoch)
    worker = faust.Worker(app, redirect_stdouts=False, override_logging=False, quiet=True)
    worker.spinner = None
    watchdog.start(app)
    try:
        worker.execute_from_commandline()
    except SystemExit as ended:
        if ended.code == 0:
            _leave_group(settings, epoch)
        raise


def _leave_group(settings: Settings, epoch: int) -> None:
    identity = identity_in(stores_of(settings.worker_dir, epoch))
    try:
        groups.leave(settings.kafka_access, kafka_epochs.consumer_group(epoch), identity)
    except Unavailable as problem:
        log.warning("did not leave the group", extra={"reason": str(problem)})


def _wait_for_epoch(settings: Settings, number: int | None, mapping: MappingSnapshot) -> Epoch:
    while True:
        try:
            return kafka_epochs.ensure_epoch(
                settings.kafka_access, number, mapping, datetime.now(UTC)
            )
        except kafka_epochs.OutdatedEpoch as error:
            log.error("counting is paused", extra={"reason": str(error)})  # noqa: TRY400 - no fault
            time.sleep(POLL_S)


def _exit_when_superseded(settings: Settings, number: int) -> None:
    """Send SIGTERM to this process once another epoch is live; the restarted process works in that one."""
    reader: kafka_epochs.EpochReader | None = None
    while True:
        time.sleep(POLL_S)
        try:
            reader = reader or kafka_epochs.EpochReader(settings.kafka_access)
            epoch = kafka_epochs.live_epoch(reader.read())
        except Unavailable:
            continue  # the broker is unavailable; try again
        if epoch is not None and epoch.number != number:
            log.info("another epoch is live", extra={"was": number, "is": epoch.number})
            os.kill(os.getpid(), signal.SIGTERM)
            return

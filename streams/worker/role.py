"""Run one worker process until it is told to stop, or until another epoch is live."""

import logging
import os
import shutil
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import faust

from schemas.errors import Unavailable
from schemas.kafka.epochs import Epoch
from schemas.tenants.mapping_snapshot import MappingSnapshot, meaning
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.kafka import epochs as kafka_epochs
from streams.worker.app import create_app
from streams.worker.epoch_rules import EpochRules

log = logging.getLogger(__name__)

WAIT_S = 2.0


def serve(settings: Settings, number: int | None = None) -> None:
    """Work until SIGTERM (exit 0) or a failure (exit 1, to be restarted and replayed).

    `number` names an epoch to count in, None means the live one. While the live numbers are of another version of the
    facts nothing is counted: adding to them would mix the two. It says so, and waits for `hirelay replay`.
    """

    def configured() -> MappingSnapshot:
        return meaning(load_tenancy(settings.config))

    def settle(wanted: MappingSnapshot) -> MappingSnapshot:
        return kafka_epochs.settled(settings.kafka, epoch.number, wanted, datetime.now(UTC)).meaning

    epoch = _settled(settings, number, configured())
    for place in epoch.meaning.changes(configured()):
        log.warning(
            "the configuration means something else than the numbers were counted by: run `hirelay replay`",
            extra={"place": place, "epoch": epoch.number},
        )
    log.info("counting", extra={"epoch": epoch.number, "state": epoch.state})
    app = create_app(settings, EpochRules(epoch.meaning, configured, settle), epoch.number)
    if number is None:
        _forget(settings.worker_dir, epoch.number)
        threading.Thread(target=_follow, args=(settings, epoch.number), daemon=True).start()
    faust.Worker(app, loglevel="WARNING", redirect_stdouts=False).execute_from_commandline()


def _forget(folder: Path, live: int) -> None:
    """Remove what this machine kept of earlier epochs; a later one may be being built beside this process."""
    for each in folder.glob("epoch-*"):
        if each.name.removeprefix("epoch-").isdigit() and int(each.name[6:]) < live:
            shutil.rmtree(each, ignore_errors=True)


def _settled(settings: Settings, number: int | None, wanted: MappingSnapshot) -> Epoch:
    while True:
        try:
            return kafka_epochs.settled(settings.kafka, number, wanted, datetime.now(UTC))
        except kafka_epochs.Outdated as why:
            log.error("nothing is counted", extra={"reason": str(why)})  # noqa: TRY400 - no fault
            time.sleep(WAIT_S)


def _follow(settings: Settings, number: int) -> None:
    """End the process as SIGTERM does when another epoch has become live: whoever restarts it works in that one."""
    reader: kafka_epochs.EpochReader | None = None
    while True:
        time.sleep(WAIT_S)
        try:
            reader = reader or kafka_epochs.EpochReader(settings.kafka)
            epoch = kafka_epochs.live(reader.read())
        except Unavailable:
            continue  # the broker is away, and the next look may find it
        if epoch is not None and epoch.number != number:
            log.info("another epoch is live", extra={"was": number, "is": epoch.number})
            os.kill(os.getpid(), signal.SIGTERM)
            return

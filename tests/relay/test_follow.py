"""The relay's loop: every decision is written with the position behind its event, also when a company joins meanwhile."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.events import packs
from schemas.relay.entries import Record
from sinks.metrics import RelayMetrics
from streams.configuration.yaml_document import dump_yaml
from streams.relay import keeper as loop
from tests.relay.test_keeper import KEY, NOW, POLICY, Relay, settings


class Stopped(Exception):
    """The log of events has ended."""


class Log:
    """A partition in place of Kafka's consumer: `steps` are what each poll returns, or what gives it."""

    def __init__(self, *steps: Any) -> None:
        """Start at the beginning."""
        self.steps, self.offset = list(steps), 0

    def assignment(self) -> set[str]:
        """The only partition."""
        return {"p0"}

    async def position(self, _tp: str) -> int:
        """The next offset."""
        return self.offset

    async def end_offsets(self, parts: list[str]) -> dict[str, int]:
        """The end that a start sees."""
        return dict.fromkeys(parts, 1)

    async def getmany(self, **_: Any) -> dict[str, list[Any]]:
        """The next batch."""
        if not self.steps:
            raise Stopped
        value = self.steps.pop(0)
        if callable(value):
            value = value()
        self.offset += 1
        place = {"topic": "candidate-events", "partition": 0, "offset": self.offset - 1}
        return {"p0": [SimpleNamespace(value=value, **place)]}


class Ledger:
    """What would be written to Kafka."""

    def __init__(self) -> None:
        """Start empty."""
        self.writes: list[tuple[list[Record], dict[Any, int]]] = []

    async def write(self, records: list[Record], positions: dict[Any, int]) -> None:
        """Keep one transaction."""
        self.writes.append((list(records), dict(positions)))

    def facts(self) -> list[tuple[str, str]]:
        """The company and kind of every fact."""
        return [(r.tenant, r.fact.kind) for records, _ in self.writes for r in records]


def rejection(folder: Path) -> bytes:
    """A record with a rejection."""
    about = {"id": "a", "candidate_id": "c"}
    event = Relay(folder).event("application.rejected", 1, application=about, party="company")
    return packs.encode([json.dumps(event).encode()])


def with_company(folder: Path, value: bytes) -> bytes:
    """A second company begins to use the relay while a record arrives."""
    key = {"env": "KEY"}
    tenants = [
        {"id": name, "name": name, "quarantine_key": key, "person_key": key}
        for name in ("aoba", "sakura")
    ]
    companies = [
        {"tenant": name, "page": "https://relay.example/register", "policies": [POLICY]}
        for name in ("aoba", "sakura")
    ]
    for name, content in (("hirelay", {"tenants": tenants}), ("relay", {"companies": companies})):
        path = folder / f"{name}.yaml"
        path.write_text(dump_yaml(content))
        os.utime(path, (1, path.stat().st_mtime + 10))
    return value


async def test_a_company_that_joins_loses_no_record_of_another(tmp_path: Path) -> None:
    """The loop ends so that all events are read again; what was decided before is written, and once."""
    value = rejection(tmp_path)
    keeper = loop.Keeper(settings(tmp_path), {"KEY": KEY}, lambda: NOW)
    metrics, ledger = RelayMetrics(), Ledger()

    await loop._follow(keeper, ledger, Log(lambda: with_company(tmp_path, value)), metrics)  # type: ignore[arg-type]
    before = ledger.facts()
    assert keeper.new_companies() == {"sakura"}
    with pytest.raises(Stopped):
        await loop._follow(keeper, ledger, Log(value), metrics)  # type: ignore[arg-type]

    assert before == [("aoba", "policies"), ("aoba", "application"), ("aoba", "invited")]
    assert ledger.facts()[3:] == [("sakura", "policies")]
    assert ledger.writes[0][1] == {"p0": 0}
    assert metrics.is_ready()


async def test_the_position_is_written_with_what_was_decided(tmp_path: Path) -> None:
    """A record that cannot be read is counted and passed; its position is written like any other."""
    value = rejection(tmp_path)
    keeper = loop.Keeper(settings(tmp_path), {"KEY": KEY}, lambda: NOW)
    metrics, ledger = RelayMetrics(), Ledger()

    with pytest.raises(Stopped):
        await loop._follow(keeper, ledger, Log(b"not a pack", value), metrics)  # type: ignore[arg-type]

    assert [positions for _, positions in ledger.writes] == [{"p0": 0}, {"p0": 1}, {"p0": 2}]
    assert [len(records) for records, _ in ledger.writes] == [1, 0, 2]
    assert "hirelay_relay_unreadable_total 1.0" in _text(metrics)


def _text(metrics: RelayMetrics) -> str:
    from prometheus_client import generate_latest

    return generate_latest(metrics.registry).decode()

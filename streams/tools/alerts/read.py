"""Breaches and actions read from Kafka: the source of truth, up to the last second and without ClickHouse."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from schemas.alerting.actions import BreachAction, deduplicate
from schemas.alerting.breach import Breach
from schemas.errors import Malformed
from schemas.kafka.topics import BREACH_ACTIONS, KPI_BREACHES
from streams.alerting.breach_log import decode_breach
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.committed_reader import read_to_end, start_consumer

log = logging.getLogger(__name__)

RESOLVED_LISTED_FOR = timedelta(days=30)  # how long an ended breach is listed


@dataclass(frozen=True, kw_only=True)
class BreachHistory:
    """Every breach in its current state, newest first, and its actions in the order they were taken."""

    breaches: tuple[Breach, ...]
    actions: Mapping[tuple[str, str], tuple[BreachAction, ...]]

    def actions_of(self, breach: Breach) -> tuple[BreachAction, ...]:
        """The actions taken on the breach."""
        return self.actions.get((breach.tenant, breach.id), ())

    def select(self, tenant: str, now: datetime, *, ended: bool) -> list[Breach]:
        """The open breaches, plus recently ended ones if `ended`; of one company if `tenant` is not empty."""
        return [
            breach
            for breach in self.breaches
            if tenant in {"", breach.tenant}
            and (
                breach.active
                or (ended and breach.ended is not None and now - breach.ended < RESOLVED_LISTED_FOR)
            )
        ]

    def find(self, id_prefix: str, tenant: str = "") -> Breach:
        """The only breach whose id starts with `id_prefix`; raise Malformed with the closest matches."""
        by_id = {breach.id: breach for breach in self.breaches if tenant in {"", breach.tenant}}
        prefix = id_prefix.strip().lower()
        matches = [name for name in by_id if prefix and name.startswith(prefix)]
        if len(matches) == 1:
            return by_id[matches[0]]
        if matches:
            listed = ", ".join(matches[:5]) + (" …" if len(matches) > 5 else "")
            raise Malformed("breach", f"{id_prefix!r} matches {len(matches)} ids: {listed}")
        suggestions = get_close_matches(prefix, by_id, n=1)
        hint = f" (did you mean `{suggestions[0]}`?)" if suggestions else ""
        raise Malformed(
            "breach", f"no breach {id_prefix!r}{hint}; `hirelay alerts list --all` shows their ids"
        )


def build_history(breaches: list[Breach], actions: list[BreachAction]) -> BreachHistory:
    """The history from all records, in the order they were written."""
    newest = {(breach.tenant, breach.id): breach for breach in breaches}
    actions_by_breach: dict[tuple[str, str], list[BreachAction]] = {}
    for action in deduplicate(actions):
        actions_by_breach.setdefault((action.tenant, action.breach), []).append(action)
    return BreachHistory(
        breaches=tuple(sorted(newest.values(), key=lambda breach: breach.told, reverse=True)),
        actions={key: tuple(of_breach) for key, of_breach in actions_by_breach.items()},
    )


def read_history(access: KafkaAccess) -> BreachHistory:
    """The current history; raise Unavailable. Records of another version are skipped and logged."""
    return asyncio.run(_read_history(access))


async def _read_history(access: KafkaAccess) -> BreachHistory:
    consumer = await start_consumer(access, KPI_BREACHES.name, BREACH_ACTIONS.name)
    breaches: list[Breach] = []
    actions: list[BreachAction] = []
    try:
        async for record in read_to_end(consumer):
            try:
                if record.topic == KPI_BREACHES.name:
                    breaches.append(decode_breach(record.value))
                else:
                    actions.append(BreachAction.model_validate_json(record.value))
            except (Malformed, ValueError) as problem:
                log.warning("record unreadable", extra={"reason": str(problem)[:200]})
    finally:
        await consumer.stop()
    return build_history(breaches, actions)

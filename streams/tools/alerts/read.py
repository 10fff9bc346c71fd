"""Breaches and actions as they stand in Kafka: the truth, also of the last second and while ClickHouse is away."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches

from schemas.alerting.actions import BreachAction, standing
from schemas.alerting.breach import Breach
from schemas.errors import Malformed
from schemas.kafka.topics import BREACH_ACTIONS, KPI_BREACHES
from streams.alerting.breach_log import consumer_of, decoded, up_to_now

log = logging.getLogger(__name__)

RECENT = timedelta(days=30)  # how long an ended breach is listed


@dataclass(frozen=True, kw_only=True)
class BreachHistory:
    """Every breach as it is now, newest first, and what was done about each, in the order in which it was done."""

    breaches: tuple[Breach, ...]
    actions: Mapping[tuple[str, str], tuple[BreachAction, ...]]

    def actions_of(self, breach: Breach) -> tuple[BreachAction, ...]:
        """What was done about it."""
        return self.actions.get((breach.tenant, breach.id), ())

    def of(self, tenant: str, now: datetime, *, ended: bool) -> list[Breach]:
        """Those that are open, with `ended` the recently ended too; of one company where `tenant` is not empty."""
        return [
            each
            for each in self.breaches
            if tenant in {"", each.tenant}
            and (each.active or (ended and each.ended is not None and now - each.ended < RECENT))
        ]

    def find(self, beginning: str, tenant: str = "") -> Breach:
        """The one breach whose id begins so; raise Malformed with those that were probably meant."""
        ours = {each.id: each for each in self.breaches if tenant in {"", each.tenant}}
        wanted = beginning.strip().lower()
        found = [name for name in ours if wanted and name.startswith(wanted)]
        if len(found) == 1:
            return ours[found[0]]
        if found:
            several = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
            raise Malformed("breach", f"{beginning!r} begins {len(found)} ids: {several}")
        near = get_close_matches(wanted, ours, n=1)
        hint = f" (did you mean `{near[0]}`?)" if near else ""
        raise Malformed(
            "breach", f"no breach {beginning!r}{hint}; `hirelay alerts list --all` shows their ids"
        )


def held(breaches: list[Breach], actions: list[BreachAction]) -> BreachHistory:
    """Of all records in the order in which they were written."""
    newest = {(each.tenant, each.id): each for each in breaches}
    by: dict[tuple[str, str], list[BreachAction]] = {}
    for each in standing(actions):
        by.setdefault((each.tenant, each.breach), []).append(each)
    return BreachHistory(
        breaches=tuple(sorted(newest.values(), key=lambda each: each.told, reverse=True)),
        actions={key: tuple(several) for key, several in by.items()},
    )


def read(bootstrap: str) -> BreachHistory:
    """What stands now; raise Unavailable. A record of another version is passed over, and said in the log."""
    return asyncio.run(_read(bootstrap))


async def _read(bootstrap: str) -> BreachHistory:
    consumer = await consumer_of(bootstrap, KPI_BREACHES.name, BREACH_ACTIONS.name)
    breaches: list[Breach] = []
    actions: list[BreachAction] = []
    try:
        async for record in up_to_now(consumer):
            try:
                if record.topic == KPI_BREACHES.name:
                    breaches.append(decoded(record.value))
                else:
                    actions.append(BreachAction.model_validate_json(record.value))
            except (Malformed, ValueError) as problem:
                log.warning("record not understood", extra={"reason": str(problem)[:200]})
    finally:
        await consumer.stop()
    return held(breaches, actions)

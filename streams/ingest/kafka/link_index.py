"""The links of Career Relay by the digest of their token, read from the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec
from aiokafka import TopicPartition

from schemas.kafka.topics import RELAY_LEDGER
from streams.ingest.kafka.topic_index import TopicIndex

REFRESH_INTERVAL_S = 1.0
PARTITION = TopicPartition(RELAY_LEDGER.name, 0)  # the topic has one partition


@dataclass(frozen=True, kw_only=True)
class Link:
    """One link; a company-wide one does not expire."""

    tenant: str
    token_id: str
    invitation: str
    application: str | None
    expires: datetime | None


class LinkIndex(Protocol):
    """Knows which links exist."""

    async def find(self, token_id: str) -> Link | None:
        """Return the link, or None if there is none; raise Unavailable if the lookup fails."""


class _LinkFact(msgspec.Struct):
    kind: str
    token_id: str | None = None
    invitation: str | None = None
    application: str | None = None
    expires: datetime | None = None


class _Record(msgspec.Struct):
    tenant: str
    fact: _LinkFact


_decoder = msgspec.json.Decoder(_Record)


class LinkLookup:
    """The Kafka index."""

    def __init__(self, make_consumer: Callable[[], Any], deadline_s: float) -> None:
        """Open no consumer before the first lookup."""
        self._links: dict[str, Link] = {}
        self._index = TopicIndex(
            PARTITION, make_consumer, deadline_s, lambda: REFRESH_INTERVAL_S, "links_unknown"
        )

    async def find(self, token_id: str) -> Link | None:
        """Return the link; at once if it is cached."""
        if token_id not in self._links:
            await self._index.refresh(
                lambda: token_id in self._links, self._take, self._links.clear
            )
        return self._links.get(token_id)

    def _take(self, record: Any) -> None:
        content = _decoder.decode(record.value)
        fact = content.fact
        if fact.kind == "invited" and fact.token_id and fact.invitation:
            link = Link(
                tenant=content.tenant,
                token_id=fact.token_id,
                invitation=fact.invitation,
                application=fact.application,
                expires=fact.expires,
            )
            self._links.setdefault(link.token_id, link)

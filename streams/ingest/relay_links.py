"""Opens a link of Career Relay: counts the click of a person and redirects to the company's configured page, nowhere else."""

import logging
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from schemas.errors import Unavailable
from schemas.events.context import RelayClick
from schemas.events.envelope import Event, event_id, full_type
from schemas.relay.tokens import TOKEN, token_id
from streams.configuration.relay_companies import RelayTenant
from streams.ingest.costs import SOURCE_VENDOR
from streams.ingest.http.answer import Answer, Refused
from streams.ingest.kafka.link_index import Link, LinkIndex
from streams.ingest.kafka.publisher import Publisher, encode
from streams.ingest.relay_invitations import CONNECTION

log = logging.getLogger(__name__)

CLICKS_PER_MINUTE = 30  # of one address; a person who follows a link needs a few
MAX_ADDRESSES = 10_000  # remembered at once, in memory only
# Programs that open links without a person: crawlers, mail scanners, previews of messengers.
PROGRAMS = re.compile(
    r"bot|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|telegram|skypeuripreview|embed|scanner|safelinks"
    r"|proofpoint|mimecast|barracuda|monitor|curl|wget|python|java/|go-http|headless|okhttp|libwww",
    re.IGNORECASE,
)
PREFETCH_HEADERS = ("purpose", "sec-purpose", "x-moz", "x-purpose")
REDIRECT_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True, kw_only=True)
class LinkVisit:
    """One request of a link; `address` is only compared within a minute and stored nowhere."""

    method: str
    headers: Mapping[str, str]
    address: str
    at: datetime

    @property
    def is_by_person(self) -> bool:
        """Whether a person probably opened the link; whoever sends no browser's name is a program."""
        agent = self.headers.get("user-agent", "")
        fetched_ahead = any(
            "prefetch" in self.headers.get(name, "").lower()
            or "preview" in self.headers.get(name, "").lower()
            for name in PREFETCH_HEADERS
        )
        is_program = not agent or PROGRAMS.search(agent) is not None
        return self.method == "GET" and not fetched_ahead and not is_program


@dataclass
class RateLimit:
    """At most `CLICKS_PER_MINUTE` visits of one address in a minute."""

    _visits: OrderedDict[str, tuple[datetime, int]] = field(default_factory=OrderedDict)

    def exceeds(self, address: str, at: datetime) -> bool:
        """Count a visit; return whether it is one too many."""
        since, visits = self._visits.pop(address, (at, 0))
        if at - since >= timedelta(minutes=1):
            since, visits = at, 0
        self._visits[address] = since, visits + 1
        while len(self._visits) > MAX_ADDRESSES:
            self._visits.popitem(last=False)
        return visits >= CLICKS_PER_MINUTE


class LinksHandler:
    """Answers visits of links."""

    def __init__(self, publisher: Publisher, links: LinkIndex) -> None:
        """Start without any visits."""
        self._publisher = publisher
        self._links = links
        self._limit = RateLimit()

    async def open(
        self, token: str, visit: LinkVisit, companies: Mapping[str, RelayTenant]
    ) -> Answer:
        """Redirect to the page of the link's company; raise Refused for a link that does not exist or has expired."""
        if self._limit.exceeds(visit.address, visit.at):
            raise Refused(429, "too_many_visits", "Too many requests. Try again in a minute.", 60)
        link = await self._find(token)
        company = None if link is None else companies.get(link.tenant)
        if link is None or company is None:
            raise Refused(
                404, "no_such_link", "このリンクは存在しません。 / There is no such link."
            )
        if link.expires is not None and visit.at >= link.expires:
            raise Refused(
                410, "link_expired", "このリンクの期限は切れています。 / This link has expired."
            )
        if visit.is_by_person:
            await self._count(link, visit.at)
        location = f"{company.relay.page}?{urlencode({'token': token})}"
        headers = {"Location": location, **REDIRECT_HEADERS}
        return Answer(status=302, outcome="accepted", content={}, headers=headers)

    async def _find(self, token: str) -> Link | None:
        if TOKEN.fullmatch(token) is None:
            return None
        try:
            return await self._links.find(token_id(token))
        except Unavailable as error:
            message = "Try again in a minute. / しばらくしてからもう一度お試しください。"
            raise Refused(503, error.reason, message, 60) from error

    async def _count(self, link: Link, at: datetime) -> None:
        """Publish the click; a person is not kept from the page because Kafka does not answer."""
        source = f"urn:ats:{SOURCE_VENDOR}:{link.tenant}:{CONNECTION}"
        event = Event(
            id=event_id(source, "relay.clicked", (link.token_id,), secrets.token_hex(16)),
            source=source,
            type=full_type("relay.clicked"),
            time=at,
            tenant=link.tenant,
            subject=link.application or link.invitation,
            recordedtime=at,
            ingestmode="api",
            data=RelayClick(token_id=link.token_id),
        )
        try:
            await self._publisher.publish([encode(event)])
        except Unavailable as error:
            log.warning("click not counted", extra={"reason": error.reason})

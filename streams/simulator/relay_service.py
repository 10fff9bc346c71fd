"""The relay service as candidates and companies meet it: opens links, registers persons with consent, and calls back."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from schemas.errors import Unavailable
from streams.simulator.signing import SIGNERS, UnsignedDelivery

VENDOR = "careerrelay"
BROWSER = {"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/605.1"}
TIMEOUT_S = 30


class RelayService:
    """The service of one company. Every callback is signed; a repeated one has the same content."""

    def __init__(
        self,
        run_file: dict[str, Any],
        tenant: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Find the company's connection in a stack's run.json; raise Unavailable without one."""
        matching = [
            entry
            for entry in run_file["connections"]
            if entry["vendor"] == VENDOR and entry["tenant"] == tenant
        ]
        if not matching:
            raise Unavailable("relay", f"{tenant} has no connection of the relay service")
        self._url, self._secret = matching[0]["url"], matching[0]["secret"]
        self._client = httpx.Client(timeout=TIMEOUT_S, trust_env=False, transport=transport)

    def open(self, link: str) -> str | None:
        """Open a link as its candidate does; return the page that it leads to, or None."""
        location: str | None = self._client.get(link, headers=BROWSER).headers.get("location")
        return location

    def submit(self, page: str, email: str) -> bool:
        """Open a landing page as a candidate does, agree, and register; return whether the page confirms it."""
        token = parse_qs(urlsplit(page).query).get("token", [""])[0]
        fields = {"token": token, "email": email, "consent": "yes"}
        is_there = self._client.get(page, headers=BROWSER).is_success
        return is_there and self._client.post(page, data=fields, headers=BROWSER).is_success

    def register(self, token: str, person: str, at: datetime) -> None:
        """A person agrees and registers; the consent is given a minute before."""
        consented = (at - timedelta(minutes=1)).isoformat()
        name = hashlib.sha256(person.encode()).hexdigest()[:24]  # ids are no addresses
        data = {
            "registration_id": f"registration-{name}",
            "token": token,
            "person_key": person,
            "consent_id": f"consent-{name}",
            "consented_at": consented,
        }
        self._call("registration.completed", data, at)

    def reserve(self, slot: int, job: str, at: datetime) -> None:
        """The company reserves a slot for a job."""
        self._call("slot.reserved", {"slot": slot, "job_id": job}, at)

    def offer(self, slot: int, candidate: str, job: str, at: datetime) -> None:
        """The service offers one of its candidates for a reserved slot, under an id that says nothing about the person."""
        name = hashlib.sha256(candidate.encode()).hexdigest()[:24]
        self._call(
            "candidate.offered", {"slot": slot, "offer_id": f"offer-{name}", "job_id": job}, at
        )

    def redeem(self, slot: int, application: str, at: datetime) -> None:
        """The company hires through a slot."""
        self._call("slot.redeemed", {"slot": slot, "application_id": application}, at)

    def _call(self, event: str, data: dict[str, Any], at: datetime) -> None:
        """Post one callback; raise Unavailable unless the gateway takes it."""
        body = json.dumps({"type": event, "timestamp": at.isoformat(), "data": data}).encode()
        # Repeated content has the same id, which must not contain a full stop.
        name = hashlib.sha256(body).hexdigest()[:32]
        content, headers = SIGNERS[VENDOR](
            UnsignedDelivery(
                body=body,
                name=name,
                event=event,
                secret=self._secret,
                attempted_at=datetime.now(at.tzinfo),
                occurred_at=at,
            )
        )
        response = self._client.post(self._url, content=content, headers=headers)
        if not response.is_success:
            raise Unavailable("relay", f"the gateway answered {response.status_code}")

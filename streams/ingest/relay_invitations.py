"""The invitations API of Career Relay: issues the link of an application, or the company-wide one."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.did_you_mean import did_you_mean
from schemas.errors import Malformed, Unavailable
from schemas.events.context import RelayInvitation
from schemas.events.envelope import Event, event_id, full_type
from schemas.instants import local_today
from schemas.relay.lines import LINES, line
from schemas.relay.policy import policy_on
from schemas.relay.tokens import WHOLE_COMPANY, invitation_id, is_held_out, token_id
from streams.configuration.relay_companies import RelayTenant
from streams.ingest import cost_entries
from streams.ingest.costs import SOURCE_VENDOR, ApiRequest
from streams.ingest.http.answer import Answer, Refused, unavailable
from streams.ingest.kafka.link_index import Link, LinkIndex
from streams.ingest.kafka.publisher import Publisher, encode
from streams.ingest.normalize import safe_name

log = logging.getLogger(__name__)

PATH, LINK_PATH = "/v1/relay/invitations", "/r/{token}"
CONNECTION = "relay"


class InvitationRequest(BaseModel):
    """The body of a request; a refusal answers with the field's description, which says what to write."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    application_id: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="the id of the rejected application, as the ATS calls it; left out, the company-wide link",
    )
    candidate_id: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="the id of its candidate, so that the control group is the same as at the rejection",
    )


@dataclass(frozen=True, kw_only=True)
class InvitationsHandler:
    """Handles invitation requests; success is returned only after the publisher has stored the invitation."""

    publisher: Publisher
    links: LinkIndex
    base_url: str

    async def invite(self, company: RelayTenant | None, request: ApiRequest) -> Answer:
        """Issue a link, or return the one that was issued before; raise Refused."""
        parsed = parse(request.body)
        if company is None:
            message = "This company does not use Career Relay; add it to relay.yaml."
            raise Refused(404, "relay_not_configured", message)
        application = parsed.application_id or WHOLE_COMPANY
        policy = policy_on(company.relay.policies, local_today(request.at, company.tenant.timezone))
        subject = parsed.candidate_id or application
        if application and is_held_out(company.holdout_key, subject, policy.holdout):
            return _withheld()
        name = invitation_id(company.tenant.id, application)
        expires = request.at + timedelta(days=policy.link_days) if application else None
        try:
            issued, token = await self._issued(company, name)
            if issued is None:
                event = _event(company, application, expires, request)
                await self.publisher.publish([encode(event)])
        except Unavailable as error:
            raise unavailable(error.reason) from error
        log.info("relay link issued", extra={"delivery": request.id, "tenant": company.tenant.id})
        return self._answer(name, token, expires if issued is None else issued.expires)

    async def _issued(self, company: RelayTenant, invitation: str) -> tuple[Link | None, str]:
        """Return the link as it was issued, perhaps under an earlier key, with its token; else None and the present one."""
        tokens = company.tokens(invitation)
        for token in tokens:
            issued = await self.links.find(token_id(token))
            if issued is not None:
                return issued, token
        return None, tokens[0]

    def _answer(self, invitation: str, token: str, expires: datetime | None) -> Answer:
        url = self.base_url + LINK_PATH.format(token=token)
        content = {
            "accepted": 1,
            "invitation_id": invitation,
            "url": url,
            "expires_at": None if expires is None else expires.isoformat(),
            "lines": {language: line(language, url) for language in LINES},
        }
        return Answer(status=202, outcome="accepted", content=content)


def _withheld() -> Answer:
    message = "This candidate belongs to the control group: send the mail without the line."
    content = {"accepted": 0, "withheld": True, "message": message}
    return Answer(status=200, outcome="ignored", content=content)


def _event(
    company: RelayTenant, application: str, expires: datetime | None, request: ApiRequest
) -> Event:
    name = invitation_id(company.tenant.id, application)
    source = f"urn:ats:{SOURCE_VENDOR}:{company.tenant.id}:{CONNECTION}"
    return Event(
        id=event_id(source, "relay.invited", (name,), ""),
        source=source,
        type=full_type("relay.invited"),
        time=request.at,
        tenant=company.tenant.id,
        subject=application or name,
        recordedtime=request.at,
        ingestmode="api",
        deliveryid=request.id,
        data=RelayInvitation(
            invitation_id=name,
            token_id=token_id(company.token(name)),
            scope="candidate" if application else "tenant",
            application_id=application or None,
            expires_at=expires,
        ),
    )


def parse(body: bytes) -> InvitationRequest:
    """Parse the request body; raise Refused with what to write instead."""
    try:
        return InvitationRequest.model_validate(cost_entries.parse_json(body))
    except Malformed as error:
        message = f"The request cannot be read: {error.detail}."
        raise Refused(400, error.reason, message) from None
    except ValidationError as error:
        problems = [str(problem["loc"][0]) if problem["loc"] else "" for problem in error.errors()]
        message = "; ".join(_problem(name) for name in problems) + "."
        raise Refused(400, "invalid_invitation", message) from None


def _problem(name: str) -> str:
    field = InvitationRequest.model_fields.get(name)
    if not name:
        return 'send an object such as {"application_id": "a-1"}, or {} for the company-wide link'
    if field is None:
        hint = did_you_mean(name[:40], InvitationRequest.model_fields)
        return f"`{safe_name(name)}` is not a field{hint}"
    return f"`{name}` cannot be used: {field.description}"

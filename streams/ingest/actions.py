"""What was done about a breach, posted through the API: read exactly or refused, and answered once Kafka has it."""

import logging
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from schemas.alerting.actions import ACTIONS, Action, BreachAction, identity
from schemas.did_you_mean import meant
from schemas.errors import Malformed, Unavailable
from streams.ingest import cost_entries
from streams.ingest.costs import PostedCosts
from streams.ingest.http.answer import Answer, Refused, unavailable
from streams.ingest.kafka.breach_index import BreachIndex
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.lenient_fields import within_reason
from streams.ingest.normalize import plain

log = logging.getLogger(__name__)

PATH = "/v1/breaches/{breach}/actions"
BREACH = re.compile(r"[0-9a-f]{16}")
# RFC 3339, section 5.6: a date, a time with seconds, and an offset.
INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def path_of(breach: str) -> str:
    """The path of that breach's actions."""
    return PATH.format(breach=breach)


def _instant(value: object) -> object:
    if not isinstance(value, str) or INSTANT.fullmatch(value) is None:
        return None if value is None else ""
    return within_reason(within_reason(datetime.fromisoformat(value.upper())).astimezone(UTC))


class ActionRequest(BaseModel):
    """The body of a request. Descriptions say what to write; they are what a refusal answers."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    action: Action = Field(description=f"one of {', '.join(ACTIONS)}")
    at: Annotated[AwareDatetime, BeforeValidator(_instant)] | None = Field(
        None,
        description="when it was done, with its offset, as 2026-04-01T09:00:00+09:00, and not in the future; "
        "left out, when the request arrives",
    )
    key: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._:-]{1,100}$",
        description="1 to 100 letters, digits and ._:- that tell this action from an equal one of the same breach; "
        "the same breach, action and key are one action, however often they are sent",
    )


class Actions:
    """Takes requests; success is said only after Kafka has acknowledged the action."""

    def __init__(self, publisher: Publisher, breaches: BreachIndex) -> None:
        """Hold what is given."""
        self._publisher = publisher
        self._breaches = breaches

    async def take(self, breach: str, posted: PostedCosts) -> Answer:
        """Take one request about a breach of whoever posted it; raise Refused."""
        told = read(posted.body, posted.at)
        tenant, facts = posted.tenant.id, {"delivery": posted.id, "tenant": posted.tenant.id}
        try:
            if BREACH.fullmatch(breach) is None or not await self._breaches.has(tenant, breach):
                message = (
                    "There is no such breach; `hirelay alerts list` shows those that are open."
                )
                raise Refused(404, "no_such_breach", message)
            action = BreachAction(
                id=identity(tenant, breach, told.action, told.key or ""),
                tenant=tenant,
                breach=breach,
                action=told.action,
                at=told.at or posted.at,
                recorded=posted.at,
            )
            await self._publisher.note(action)
        except Unavailable as error:
            log.warning("action put off", extra={**facts, "reason": error.reason})
            raise unavailable(error.reason) from error
        log.info("action accepted", extra={**facts, "action": told.action})
        content = {"accepted": 1, "ids": [action.id], "breach": breach, "action": action.action}
        return Answer(status=202, outcome="accepted", content=content)


def read(body: bytes, now: datetime) -> ActionRequest:
    """The request; raise Refused with what to write instead."""
    try:
        told = ActionRequest.model_validate(cost_entries.parse(body))
    except Malformed as why:
        message = f"The request cannot be read: {why.detail}."
        raise Refused(400, why.reason, message) from None
    except ValidationError as error:
        raise _refused(error) from None
    if told.at is not None and told.at > now:
        message = "`at` lies in the future: give an instant that has passed, or leave it out."
        raise Refused(400, "invalid_action", message)
    return told


def _refused(error: ValidationError) -> Refused:
    """Every problem in our words; a value that was sent is never repeated, only the word that was probably meant."""
    found = error.errors(include_url=False)
    unknown = any(each["type"] == "literal_error" for each in found)
    reason = "unknown_action" if unknown else "invalid_action"
    return Refused(400, reason, "; ".join(_problem(each) for each in found) + ".")


def _problem(error: Any) -> str:
    name = str(error["loc"][0]) if error["loc"] else ""
    field = ActionRequest.model_fields.get(name)
    if not name:
        return f'send an object such as {{"action": "{ACTIONS[0]}"}}'
    if field is None:
        return f"`{plain(name)}` is not a field{meant(name[:40], ActionRequest.model_fields)}"
    if error["type"] == "missing":
        return f"`{name}` is missing: {field.description}"
    if error["type"] == "literal_error":
        return f"`{name}` is no known one{meant(str(error['input'])[:40], ACTIONS)}"
    return f"`{name}` cannot be used: {field.description}"

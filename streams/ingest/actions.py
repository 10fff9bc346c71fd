"""The actions API: validates actions on breaches, and answers after they are stored."""

import logging
import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from schemas.alerting.actions import ACTIONS, ACTIONS_PATH, Action, BreachAction, action_id
from schemas.did_you_mean import did_you_mean
from schemas.errors import Malformed, Unavailable
from streams.ingest import cost_entries
from streams.ingest.costs import ApiRequest
from streams.ingest.http.answer import Answer, Refused, unavailable
from streams.ingest.kafka.breach_index import BreachIndex
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.lenient_fields import plausible
from streams.ingest.normalize import safe_name
from streams.ingest.problems import MAX_PROBLEMS, listed

log = logging.getLogger(__name__)

BREACH_ID_PATTERN = re.compile(r"[0-9a-f]{16}")
# RFC 3339, section 5.6: a date, a time with seconds, and an offset.
INSTANT_PATTERN = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def path_of(breach: str) -> str:
    """Return the path of a breach's actions."""
    return ACTIONS_PATH.format(breach=breach)


def _instant(value: object) -> object:
    if not isinstance(value, str) or INSTANT_PATTERN.fullmatch(value) is None:
        return None if value is None else ""
    return plausible(plausible(datetime.fromisoformat(value.upper())).astimezone(UTC))


class ActionRequest(BaseModel):
    """The body of a request; a refusal answers with the field's description, which says what to write."""

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
        description="1 to 100 letters, digits and ._:- that distinguish this action from an identical one on the same breach; "
        "requests with the same breach, action and key are one action, however often they are sent",
    )


class ActionsHandler:
    """Handles action requests; success is returned only after the publisher has stored the action."""

    def __init__(self, publisher: Publisher, breaches: BreachIndex) -> None:
        """Keep the publisher and the index of breaches."""
        self._publisher = publisher
        self._breaches = breaches

    async def record(self, breach: str, request: ApiRequest) -> Answer:
        """Record one action on a breach of the requesting tenant; raise Refused."""
        parsed = parse(request.body, request.at)
        tenant, log_fields = (
            request.tenant.id,
            {"delivery": request.id, "tenant": request.tenant.id},
        )
        try:
            if BREACH_ID_PATTERN.fullmatch(breach) is None or not await self._breaches.has(
                tenant, breach
            ):
                message = "There is no such breach; `hirelay alerts list` shows the open ones."
                raise Refused(404, "no_such_breach", message)
            action = BreachAction(
                id=action_id(tenant, breach, parsed.action, parsed.key or ""),
                tenant=tenant,
                breach=breach,
                action=parsed.action,
                at=parsed.at or request.at,
                recorded=request.at,
            )
            await self._publisher.record_action(action)
        except Unavailable as error:
            log.warning("action refused for now", extra={**log_fields, "reason": error.reason})
            raise unavailable(error.reason) from error
        log.info("action accepted", extra={**log_fields, "action": parsed.action})
        content = {"accepted": 1, "ids": [action.id], "breach": breach, "action": action.action}
        return Answer(status=202, outcome="accepted", content=content)


def parse(body: bytes, now: datetime) -> ActionRequest:
    """Parse the request body; raise Refused with what to write instead."""
    try:
        parsed = ActionRequest.model_validate(cost_entries.parse_json(body))
    except Malformed as error:
        message = f"The request cannot be read: {error.detail}."
        raise Refused(400, error.reason, message) from None
    except ValidationError as error:
        raise _refused(error) from None
    if parsed.at is not None and parsed.at > now:
        message = "`at` is in the future: give a past instant, or leave it out."
        raise Refused(400, "invalid_action", message)
    return parsed


def _refused(error: ValidationError) -> Refused:
    """Describe every problem; values that were sent are never repeated, only the likely intended word."""
    errors = listed(error)
    unknown = any(problem["type"] == "literal_error" for problem in errors)
    reason = "unknown_action" if unknown else "invalid_action"
    return Refused(
        400, reason, "; ".join(_problem(problem) for problem in errors[:MAX_PROBLEMS]) + "."
    )


def _problem(error: Any) -> str:
    name = str(error["loc"][0]) if error["loc"] else ""
    field = ActionRequest.model_fields.get(name)
    if not name:
        return f'send an object such as {{"action": "{ACTIONS[0]}"}}'
    if field is None:
        return f"`{safe_name(name)}` is not a field{did_you_mean(name[:40], ActionRequest.model_fields)}"
    if error["type"] == "missing":
        return f"`{name}` is missing: {field.description}"
    if error["type"] == "literal_error":
        return f"`{name}` is not a known value{did_you_mean(str(error['input'])[:40], ACTIONS)}"
    return f"`{name}` cannot be used: {field.description}"

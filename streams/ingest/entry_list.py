"""API requests that list entries: all are parsed and published, or none."""

import logging
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from schemas.errors import Malformed, Unavailable
from schemas.events.envelope import Event
from streams.ingest import cost_entries
from streams.ingest.costs import ApiRequest
from streams.ingest.http.answer import Answer, Refused, unavailable
from streams.ingest.kafka.publisher import Publisher, encode
from streams.ingest.problems import describe

log = logging.getLogger(__name__)

Body = TypeVar("Body", bound=BaseModel)


def parse_entries(model: type[Body], body: bytes) -> Body:
    """Return the parsed body; raise Refused with every place to correct."""
    try:
        cost_entries.parse_json(body)
        return model.model_validate_json(body)
    except Malformed as error:
        raise Refused(400, error.reason, f"The request cannot be read: {error.detail}.") from None
    except ValidationError as error:
        message = f"Nothing was accepted: {describe(error)}."
        raise Refused(422, "invalid_entries", message) from None


async def publish_entries(
    publisher: Publisher, request: ApiRequest, events: Sequence[Event], what: str
) -> Answer:
    """Return the answer once every event is stored; raise Refused. The log names the entries as `what`."""
    try:
        await publisher.publish([encode(event) for event in events])
    except Unavailable as error:
        raise unavailable(error.reason) from error
    fields = {"delivery": request.id, "tenant": request.tenant.id, "events": len(events)}
    log.info("%s accepted", what, extra=fields)
    content = {"accepted": len(events), "ids": [event.id for event in events]}
    return Answer(status=202, outcome="accepted", content=content)

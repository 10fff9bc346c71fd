"""Parses the body of an API request that lists entries: all are accepted or none."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from schemas.errors import Malformed
from streams.ingest import cost_entries
from streams.ingest.http.answer import Refused
from streams.ingest.problems import describe

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

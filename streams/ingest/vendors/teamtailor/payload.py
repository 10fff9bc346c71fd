"""The fields of Teamtailor's webhooks that we read, from whichever of its envelopes.

Documented is `{"payload": {"event_name", "data": {"id", "type", "attributes"}}}` with kebab-case attributes; receivers
also report `{"event_name", "data"}` and a flat body with snake_case names. All of them become one shape before they are
read.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from streams.ingest.lenient_fields import Key, MaybeKey, Moment, Part, Read, Term, Words


class TeamtailorAttributes(Read):
    """What is said of an application, a candidate or a job; `stage_name` is all there is of a stage."""

    created_at: Moment = None
    updated_at: Moment = None
    job_id: MaybeKey = None
    job_title: Words = None
    last_moved_at: Moment = None
    changed_stage_at: Moment = None
    stage_name: Words = None
    referring_site: Words = None
    rejected_at: Moment = None
    title: Words = None
    status: Words = None
    candidate_id: MaybeKey = None


class TeamtailorResource(Read):
    """What it is about."""

    id: Key


class TeamtailorReference(Read):
    """JSON:API's way to name another resource."""

    data: Part[TeamtailorResource] = None


class TeamtailorRelationships(Read):
    """Not documented for webhooks, and taken where they are."""

    candidate: Part[TeamtailorReference] = None
    job: Part[TeamtailorReference] = None


def _inner(value: dict[str, Any], name: str) -> dict[str, Any]:
    """The object within, or, where there is none, the one around it."""
    found = value.get(name)
    return found if isinstance(found, dict) else value


class TeamtailorWebhook(Read):
    """The whole delivery, in one shape."""

    event_name: Term = None
    id: MaybeKey = None
    attributes: Annotated[TeamtailorAttributes, BeforeValidator(lambda value: value or {})] = (
        TeamtailorAttributes()
    )
    relationships: Part[TeamtailorRelationships] = None

    @model_validator(mode="before")
    @classmethod
    def one_shape(cls, value: object) -> object:
        """Bring every envelope into one; what is no object at all is refused as it is."""
        if not isinstance(value, dict):
            return value
        whole = _inner(value, "payload")
        data = _inner(whole, "data")
        attributes = data.get("attributes", data)
        if isinstance(attributes, dict):
            attributes = {str(name).replace("-", "_"): each for name, each in attributes.items()}
        first = next((each for each in (data.get("id"), value.get("resource_id")) if each), None)
        return {
            "event_name": whole.get("event_name") or value.get("event"),
            "id": first,
            "attributes": attributes,
            "relationships": data.get("relationships"),
        }

    def related(self, name: str) -> str | None:
        """The id of a related resource, if it is named."""
        reference: Any = getattr(self.relationships, name, None)
        return None if reference is None or reference.data is None else str(reference.data.id)

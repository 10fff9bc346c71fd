"""The fields we read from Teamtailor's webhooks, in any of its envelopes.

The documented envelope is `{"payload": {"event_name", "data": {"id", "type", "attributes"}}}` with kebab-case attributes; receivers
also report `{"event_name", "data"}` and a flat body with snake_case names. All of them are converted to
one shape first.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from streams.ingest.lenient_fields import (
    Instant,
    Key,
    LenientPart,
    LenientText,
    OptionalKey,
    Term,
    VendorPayload,
)


class TeamtailorAttributes(VendorPayload):
    """The attributes of an application, candidate or job; a stage has only `stage_name`."""

    created_at: Instant = None
    updated_at: Instant = None
    job_id: OptionalKey = None
    job_title: LenientText = None
    last_moved_at: Instant = None
    changed_stage_at: Instant = None
    stage_name: LenientText = None
    referring_site: LenientText = None
    rejected_at: Instant = None
    title: LenientText = None
    status: LenientText = None
    candidate_id: OptionalKey = None


class TeamtailorResource(VendorPayload):
    """The referenced resource."""

    id: Key


class TeamtailorReference(VendorPayload):
    """A JSON:API reference to another resource."""

    data: LenientPart[TeamtailorResource] = None


class TeamtailorRelationships(VendorPayload):
    """Relationships, which are not documented for webhooks but read if present."""

    candidate: LenientPart[TeamtailorReference] = None
    job: LenientPart[TeamtailorReference] = None


def _inner(value: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the nested object, or the enclosing one if there is none."""
    inner = value.get(name)
    return inner if isinstance(inner, dict) else value


class TeamtailorWebhook(VendorPayload):
    """The whole delivery, in one shape."""

    event_name: Term = None
    id: OptionalKey = None
    attributes: Annotated[TeamtailorAttributes, BeforeValidator(lambda value: value or {})] = (
        TeamtailorAttributes()
    )
    relationships: LenientPart[TeamtailorRelationships] = None

    @model_validator(mode="before")
    @classmethod
    def to_one_shape(cls, value: object) -> object:
        """Convert every envelope to one shape; anything but an object is refused unchanged."""
        if not isinstance(value, dict):
            return value
        whole = _inner(value, "payload")
        data = _inner(whole, "data")
        attributes = data.get("attributes", data)
        if isinstance(attributes, dict):
            attributes = {
                str(name).replace("-", "_"): content for name, content in attributes.items()
            }
        first = next(
            (candidate for candidate in (data.get("id"), value.get("resource_id")) if candidate),
            None,
        )
        return {
            "event_name": whole.get("event_name") or value.get("event"),
            "id": first,
            "attributes": attributes,
            "relationships": data.get("relationships"),
        }

    def related(self, name: str) -> str | None:
        """Return the id of a related resource, if present."""
        reference: Any = getattr(self.relationships, name, None)
        return None if reference is None or reference.data is None else str(reference.data.id)

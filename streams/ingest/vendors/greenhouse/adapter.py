"""Greenhouse Recruiting: which of its events mean what, which are passed over and why."""

from collections.abc import Callable
from types import MappingProxyType

from pydantic import ValidationError

from schemas.errors import Malformed, Unmapped
from streams.ingest import signature
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first
from streams.ingest.vendors.greenhouse import applications, offers, others, pieces
from streams.ingest.vendors.greenhouse.payload import Body
from streams.ingest.vendors.greenhouse.pieces import Delivery

EVENTS: MappingProxyType[str, Callable[[Delivery], Translation]] = MappingProxyType(
    {
        "new_candidate_application": applications.created,
        "new_prospect_application": applications.created,
        "application_updated": applications.updated,
        "candidate_stage_change": applications.moved,
        "reject_candidate": applications.rejected,
        "unreject_candidate": applications.reopened,
        "hire_candidate": applications.hired,
        "unhire_candidate": applications.unhired,
        "delete_application": applications.deleted,
        "update_candidate": others.candidate_updated,
        "delete_candidate": others.candidate_deleted,
        "merge_candidate": others.candidate_merged,
        "candidate_anonymized": others.candidate_anonymized,
        "offer_created": offers.created,
        "offer_approved": offers.approved,
        "offer_updated": offers.updated,
        "offer_deleted": offers.deleted,
        "interview_deleted": others.interview_deleted,
        "scorecard_deleted": others.scorecard_deleted,
        "job_created": others.job_created,
        "job_updated": others.job_updated,
        "job_approved": others.job_updated,
        "job_deleted": others.job_deleted,
        "job_post_created": others.post_changed,
        "job_post_updated": others.post_changed,
        "job_post_deleted": others.post_changed,
    }
)

IGNORED = MappingProxyType(
    {
        "job_interview_stage_deleted": "a stage that was visited stays in the history of those who visited it",
        "department_deleted": "a department is carried by each event as it was then",
        "office_deleted": "an office is carried by each event as it was then",
    }
)
PING = "ping"
DELIVERY_ID = "greenhouse-event-id"


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    try:
        read = Body.model_validate_json(body)
        if read.action == PING:
            return Translation(ping=True)
        if read.action in IGNORED:
            return Translation(ignored=((read.action, IGNORED[read.action]),))
        if read.action not in EVENTS:
            raise Unmapped("unmapped_event", pieces.plain(read.action))
        delivery = Delivery(
            action=read.action,
            raw=body,
            payload=read.payload,
            context=context,
            delivery_id=(first(headers, DELIVERY_ID) or "")[:200] or None,
        )
        return EVENTS[read.action](delivery)
    except ValidationError as error:
        raise refusal(error) from None  # the chained error would repeat the person's data


def refusal(error: ValidationError) -> Malformed:
    """What is wrong with a body: places and kinds, never its values."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    kinds = {problem["type"] for problem in problems}
    if "json_invalid" in kinds:
        return Malformed("not_json", "the body is not JSON")
    places = sorted({".".join(map(str, problem["loc"])) for problem in problems})
    detail = f"{', '.join(places)[:300]}: {', '.join(sorted(kinds))[:100]}"
    if kinds <= {"missing"} and ("action",) not in {problem["loc"] for problem in problems}:
        return Malformed("missing_field", detail)
    return Malformed("not_this_vendor", detail)


VENDOR = Vendor(
    name="greenhouse",
    key=signature.plain_key,
    verify=signature.greenhouse,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    delivery_id=DELIVERY_ID,
)

"""The requirements API: takes the versions of what jobs require, which rejections are compared by."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from schemas.events.context import RejectionFactor, RequirementData
from schemas.events.envelope import Event, event_id, full_type
from streams.ingest.costs import SOURCE_VENDOR, ApiRequest
from streams.ingest.entry_list import parse_entries, publish_entries
from streams.ingest.http.answer import Answer
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.lenient_fields import MAX_ID_LENGTH, plausible

REQUIREMENTS_PATH = "/v1/requirements"
CONNECTION = "requirements"
MAX_REQUIREMENTS = 500


def _plausible_day(day: date) -> date:
    return plausible(datetime(day.year, day.month, day.day, tzinfo=UTC)).date()


class RequirementEntry(BaseModel):
    """What a job requires from the local day `since` on, until its next version."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    job_id: Annotated[
        str,
        Field(min_length=1, max_length=MAX_ID_LENGTH, description="the job, as the ATS calls it"),
    ]
    since: Annotated[
        date,
        AfterValidator(_plausible_day),
        Field(description="the first local day of this version, from 1990 to 2099"),
    ]
    text: Annotated[
        str, Field(min_length=1, max_length=500, description="what it requires, in words")
    ]
    owner: Annotated[
        str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="who hears of suggestions")
    ] = "hiring_team"
    accepts: Annotated[
        RejectionFactor | None,
        Field(
            description="the factor whose suggestion this version follows, to measure its effect"
        ),
    ] = None


class RequirementList(BaseModel):
    """The body of a request."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    entries: Annotated[
        tuple[RequirementEntry, ...], Field(min_length=1, max_length=MAX_REQUIREMENTS)
    ]


class RequirementsHandler:
    """Handles requirement requests; success is returned only after the publisher has stored every event."""

    def __init__(self, publisher: Publisher) -> None:
        """Keep the publisher."""
        self._publisher = publisher

    async def record(self, request: ApiRequest) -> Answer:
        """Publish all versions of a request or none; raise Refused."""
        parsed = parse_entries(RequirementList, request.body)
        events = [_event(entry, request) for entry in parsed.entries]
        return await publish_entries(self._publisher, request, events, "requirements")


def _event(entry: RequirementEntry, request: ApiRequest) -> Event:
    """An entry that is sent again unchanged has the same id; one that corrects a version has its own."""
    source = f"urn:ats:{SOURCE_VENDOR}:{request.tenant.id}:{CONNECTION}"
    content = entry.model_dump_json()
    return Event(
        id=event_id(source, "requirement.recorded", (entry.job_id, str(entry.since)), content),
        source=source,
        type=full_type("requirement.recorded"),
        time=request.at,
        tenant=request.tenant.id,
        subject=entry.job_id,
        recordedtime=request.at,
        ingestmode="api",
        deliveryid=request.id,
        data=RequirementData.model_validate(entry.model_dump()),
    )

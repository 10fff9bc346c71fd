"""The fields of Workable's webhooks that we read; two shapes of a candidate are about, and only `id` is in both."""

from typing import Annotated

from pydantic import BeforeValidator

from streams.ingest.lenient_fields import Flag, MaybeKey, Moment, Part, Read, Term, Words, named


class WorkableJob(Read):
    """求人; absent for a candidate of the talent pool."""

    shortcode: MaybeKey = None
    title: Words = None
    id: MaybeKey = None


class WorkableReason(Read):
    """Why somebody was disqualified, and, in the list of reasons, whether it means that he withdrew."""

    id: MaybeKey = None
    name: Words = None
    description: Words = None
    candidate_withdrew: Flag = None

    @property
    def words(self) -> str | None:
        """What it is called."""
        return self.name or self.description


class WorkableData(Read):
    """A candidate, as of sending; or, where the event is about one, a job. The address is hashed and never kept."""

    id: MaybeKey = None
    shortcode: MaybeKey = None
    title: Words = None
    job: Part[WorkableJob] = None
    stage: Words = None
    stage_kind: Words = None
    disqualified: Flag = None
    disqualified_at: Moment = None
    disqualification_reason: Annotated[Part[WorkableReason], BeforeValidator(named)] = None
    withdrew: Flag = None
    hired_at: Moment = None
    email: Words = None
    domain: Words = None
    outlet: Words = None
    common_source: Words = None
    common_source_category: Words = None
    created_at: Moment = None
    updated_at: Moment = None
    originating_candidate_id: MaybeKey = None
    talent_pool: Part[dict[str, object]] = None


class WorkableWebhook(Read):
    """The whole delivery. `id` is that of the candidate, the same for all events of one, and no id of the delivery."""

    id: MaybeKey = None
    event_type: Term
    fired_at: Moment = None
    data: Annotated[
        WorkableData, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = WorkableData()

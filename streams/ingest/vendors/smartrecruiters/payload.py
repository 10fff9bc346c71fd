"""The ids that SmartRecruiters' notifications carry: nothing else is in them."""

from streams.ingest.reading import MaybeKey, Read


class Body(Read):
    """Whichever of these ids the event has; `id` is a job or a candidate, by the event's name."""

    id: MaybeKey = None
    job_id: MaybeKey = None
    candidate_id: MaybeKey = None
    application_id: MaybeKey = None
    offer_id: MaybeKey = None
    interview_id: MaybeKey = None
    position_id: MaybeKey = None

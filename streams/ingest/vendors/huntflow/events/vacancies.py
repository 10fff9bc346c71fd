"""Events from Huntflow's vacancy and survey webhooks."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from schemas.events import context as event_context
from streams.ingest import normalize
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.huntflow.events import log_record
from streams.ingest.vendors.huntflow.payload import HuntflowWebhook

JOBS = {
    "OPEN": "job.opened",
    "REOPEN": "job.opened",
    "RESUME": "job.opened",
    "HOLD": "job.paused",
    "CLOSED": "job.closed",
    "REMOVED": "job.deleted",
}
EDITED = "job.updated"


def job_events(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """求人: the change in its log record, else an edit."""
    job = normalize.required(body.event.vacancy, "event.vacancy")
    log = normalize.required(body.event.vacancy_log, "event.vacancy_log")
    data = event_context.JobData(
        job_id=delivery.id(job.id),
        name=job.position,
        headcount=job.applicants_to_hire,
        target_date=job.deadline,
        department=job.account_division.name if job.account_division is not None else None,
        location=job.account_region.name if job.account_region is not None else None,
    )
    when = delivery.event_time(log.created, "exact")
    fact = (log.id, body.meta.webhook_action or "", *log_record.fact(delivery, body, log.id)[2:])
    return Translation(events=(delivery.event(job_event_name(body), data, when, fact),))


def job_event_name(body: HuntflowWebhook) -> str:
    """Return the event name for the vacancy's log record."""
    log = normalize.required(body.event.vacancy_log, "event.vacancy_log")
    return JOBS.get(log.state or log.type or "", EDITED)


def survey_submitted(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """The hiring manager's rating of the recruiting, once given; it does not rate the candidate."""
    evaluation = normalize.required(
        body.event.recruitment_evaluation, "event.recruitment_evaluation"
    )
    answer = evaluation.survey_answer
    if answer is None and evaluation.stars is None:
        return Translation(ignored=(("RECRUITMENT-EVALUATION", "nobody has answered yet"),))
    data = event_context.SurveyData(
        survey_id=delivery.id(evaluation.id),
        kind="recruiter_evaluation",
        score=None if evaluation.stars is None else float(evaluation.stars),
    )
    when = delivery.event_time(answer.created if answer is not None else None, "exact")
    fact = (evaluation.id, "" if evaluation.stars is None else str(evaluation.stars))
    return Translation(events=(delivery.event("survey.submitted", data, when, fact),))


EVENTS: Mapping[str, Callable[[Delivery, HuntflowWebhook], Translation]] = MappingProxyType(
    {"VACANCY": job_events, "RECRUITMENT-EVALUATION": survey_submitted}
)
IGNORED = MappingProxyType(
    {
        "OFFER": "whether an offer was sent or answered is not reported; the mapped stages tell it",
        "VACANCY-REQUEST": "a request becomes a vacancy, which is told then",
        "RESPONSE": "a reply from a job board names no applicant; it is told when it is taken",
        "SURVEY-QUESTIONARY": "what a candidate wrote is personal, and decides nothing",
    }
)

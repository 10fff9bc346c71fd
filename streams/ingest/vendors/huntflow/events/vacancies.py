"""Huntflow's events about vacancies, offers and surveys."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from schemas.errors import Unmapped
from schemas.events import application as canonical
from schemas.events import context as event_context
from streams.ingest import normalize
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.huntflow.events import log_record
from streams.ingest.vendors.huntflow.payload import HuntflowOffer, HuntflowWebhook

JOBS = {
    "OPEN": "job.opened",
    "REOPEN": "job.opened",
    "RESUME": "job.opened",
    "HOLD": "job.paused",
    "CLOSED": "job.closed",
    "REMOVED": "job.deleted",
}
EDITED = "job.updated"
MADE, REWRITTEN = "ADD", "EDIT"


def vacancy(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """求人: what the record of its log says, else an edit."""
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
    when = delivery.when(log.created, "exact")
    fact = (log.id, body.meta.webhook_action or "", *log_record.fact(delivery, body, log.id)[2:])
    return Translation(events=(delivery.event(what_became(body), data, when, fact),))


def what_became(body: HuntflowWebhook) -> str:
    """The event that the record of the vacancy's log is."""
    log = normalize.required(body.event.vacancy_log, "event.vacancy_log")
    return JOBS.get(log.state or log.type or "", EDITED)


def offer(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """内定 drawn up; whether it was sent, accepted or declined Huntflow does not tell, but a stage may."""
    found = normalize.required(body.event.applicant_offer, "event.applicant_offer")
    log = found.account_applicant_offer_log
    kind = (log.type if log is not None else None) or MADE
    if kind == REWRITTEN:
        return Translation(ignored=(("OFFER", "an edit of the text decides nothing"),))
    if kind != MADE:
        raise Unmapped(
            "unmapped_value", f"account_applicant_offer_log.type {normalize.plain(kind)}"
        )
    data = offered(delivery, body)
    when = delivery.when(found.created, "exact")
    fact = (_offer_id(found),)
    return Translation(events=(delivery.event("offer.created", data, when, fact),))


def offered(delivery: Delivery, body: HuntflowWebhook) -> canonical.OfferData:
    """Which offer of whom for what; its id is unique within the application alone."""
    found = normalize.required(body.event.applicant_offer, "event.applicant_offer")
    job = normalize.required(body.event.vacancy, "event.vacancy")
    candidate_id = log_record.applicant_id(delivery, body)
    return canonical.OfferData(
        application=canonical.Application(
            id=f"{candidate_id}-{job.id}",
            candidate_id=candidate_id,
            job_id=delivery.id(job.id),
            job_name=job.position,
        ),
        offer_id=f"{candidate_id}-{job.id}-{_offer_id(found)}",
    )


def _offer_id(found: HuntflowOffer) -> str:
    return normalize.required(found.applicant_offer_id or found.id, "event.applicant_offer.id")


def evaluation(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """The hiring manager's verdict on the recruiting, once there is one; it is none on the candidate."""
    found = normalize.required(body.event.recruitment_evaluation, "event.recruitment_evaluation")
    answer = found.survey_answer
    if answer is None and found.stars is None:
        return Translation(ignored=(("RECRUITMENT-EVALUATION", "nobody has answered yet"),))
    data = event_context.SurveyData(
        survey_id=delivery.id(found.id),
        kind="recruiter_evaluation",
        score=None if found.stars is None else float(found.stars),
    )
    when = delivery.when(answer.created if answer is not None else None, "exact")
    fact = (found.id, "" if found.stars is None else str(found.stars))
    return Translation(events=(delivery.event("survey.submitted", data, when, fact),))


EVENTS: Mapping[str, Callable[[Delivery, HuntflowWebhook], Translation]] = MappingProxyType(
    {"VACANCY": vacancy, "OFFER": offer, "RECRUITMENT-EVALUATION": evaluation}
)
IGNORED = MappingProxyType(
    {
        "VACANCY-REQUEST": "a request becomes a vacancy, which is told then",
        "RESPONSE": "a reply from a job board names no applicant; it is told when it is taken",
        "SURVEY-QUESTIONARY": "what a candidate wrote is personal, and decides nothing",
    }
)

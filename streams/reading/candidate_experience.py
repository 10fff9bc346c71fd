"""Reads what candidates of a company say and do after a rejection: surveys and applications in ClickHouse."""

from datetime import UTC, datetime
from typing import Any

from schemas.relay.candidate_experience import Applied, Experience, experience_of
from schemas.relay.state import State

APPLIED_SQL = """
select JSONExtractString(body, 'data', 'application', {field:String}) as candidate, application_id, time
from v_events
where tenant = {tenant:String}
    and not test
    and endsWith(type, 'application.created')
    and candidate != ''
    and application_id != ''
"""
SCORES_SQL = """
select JSONExtractFloat(body, 'data', 'score') as score
from v_events
where tenant = {tenant:String}
    and not test
    and endsWith(type, 'survey.submitted')
    and JSONExtractString(body, 'data', 'kind') = 'candidate_experience'
    and JSONType(body, 'data', 'score') != 'Null'
"""


def read_experience(state: State, client: Any, now: datetime) -> Experience:
    """The figures by the ledger, and by the applications and surveys in ClickHouse."""
    parameters = {"tenant": state.tenant}
    scores = [row[0] for row in client.query(SCORES_SQL, parameters=parameters).result_rows]
    applied = _applied(state.tenant, client, "candidate_id")
    referrals = _applied(state.tenant, client, "referrer_candidate_id")
    return experience_of(state, applied, referrals, scores, now)


def _applied(tenant: str, client: Any, field: str) -> list[Applied]:
    """The applications whose field names a candidate: who applied, or who referred them."""
    result = client.query(APPLIED_SQL, parameters={"tenant": tenant, "field": field})
    return [
        (candidate, application, at.replace(tzinfo=UTC) if at.tzinfo is None else at)
        for candidate, application, at in result.result_rows
    ]

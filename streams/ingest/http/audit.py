"""What tokens of the API did, for the audit log."""

from schemas.errors import Unavailable
from schemas.kafka.audit import AuditAction, AuditRecord
from schemas.tenants.access import Scope
from streams.ingest.costs import ApiRequest
from streams.ingest.http.answer import unavailable
from streams.ingest.kafka.publisher import Publisher
from streams.ingest.tokens import Token

# Of what people do; the relay's service reports thousands of registrations, which are events themselves.
ACTION_BY_SCOPE: dict[Scope, AuditAction] = {"costs:write": "changed", "breaches:act": "acted"}


async def audit(
    publisher: Publisher, scope: Scope, token: Token, request: ApiRequest, path: str
) -> None:
    """Record what a token did; raise Refused if nobody keeps the record: a repeated request changes nothing else."""
    action = ACTION_BY_SCOPE.get(scope)
    if action is None:
        return
    record = AuditRecord(
        tenant=request.tenant.id,
        at=request.at,
        by=token.holder,
        action=action,
        subject=path[:500],
        detail=f"delivery {request.id}",
    )
    try:
        await publisher.record_audit(record)
    except Unavailable as error:
        raise unavailable(error.reason) from error

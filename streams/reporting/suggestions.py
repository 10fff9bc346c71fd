"""The sentences that say what to do about open breaches, by the playbook, and whether what was done has helped."""

from collections.abc import Iterator
from typing import Any

from schemas.kpis.catalogue import BY_ID
from schemas.text.languages import translate
from streams.reporting.own_content import OwnContent
from streams.reporting.request import ReportRequest

MOST_SUGGESTIONS = 3
EFFECT_DAYS = 28
OPEN = """
select kpi, count() as breaches
from v_breaches
where tenant = {tenant:String} and active and since <= {last:Date}
group by kpi
order by max(severity = 'critical') desc, breaches desc, kpi
"""
EFFECTS = """
select countIf(recovered is not null), countIf(recovered = 1)
from v_breach_actions(tenant = {tenant:String}, days = {days:UInt16})
"""
SUGGESTION = ("{kpi}({n}件): {suggestion}〔{owner}〕", "{kpi} ({n}): {suggestion} [{owner}]")
HELPED = (
    "対応済みで結果の出た{n}件のうち、{days}日以内に目標へ戻ったもの{recovered}件。",
    "Of {n} that were acted on and can be judged, {recovered} were back on target within {days} days.",
)
UNKNOWN = (
    "対応の効果: データ不足(結果の出た対応なし)。",
    "Effect of actions: too few cases (none can be judged yet).",
)


def read_suggestions(client: Any, request: ReportRequest) -> OwnContent:
    """Suggest what the playbook says of the KPIs with open breaches; nothing without any."""
    return OwnContent(sentences=tuple(_sentences(client, request)))


def _sentences(client: Any, request: ReportRequest) -> Iterator[str]:
    language, tenant = request.language, request.tenant.id
    parameters = {"tenant": tenant, "last": request.counted.last}
    breaches = [
        (BY_ID[kpi], play, n)
        for kpi, n in client.query(OPEN, parameters=parameters).result_rows
        if kpi in BY_ID and (play := BY_ID[kpi].play) is not None
    ]
    for kpi, play, n in breaches[:MOST_SUGGESTIONS]:
        yield translate(SUGGESTION, language).format(
            kpi=translate((kpi.ja, kpi.en), language),
            n=n,
            suggestion=play.suggestion(language).rstrip("。"),
            owner=play.owner(language),
        )
    if not breaches:
        return
    parameters = {"tenant": tenant, "days": EFFECT_DAYS}
    ((judged, recovered),) = client.query(EFFECTS, parameters=parameters).result_rows
    yield (
        translate(HELPED, language).format(n=judged, recovered=recovered, days=EFFECT_DAYS)
        if judged
        else translate(UNKNOWN, language)
    )

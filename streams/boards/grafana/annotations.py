"""What lies over the time of a chart: stretches off target, and the moment from which all days are counted anew."""

from schemas.alerting.breach import PEOPLE
from streams.boards.grafana.fields import Json
from streams.boards.grafana.queries import (
    FIRST,
    LAST,
    SOURCE,
    ZONE,
    array,
    filled,
    quoted,
    target,
    value,
)
from streams.boards.grafana.words import word
from streams.boards.query import TITLES
from streams.boards.specs.breaches import OURS


def breaches(language: str) -> str:
    """Breaches of what is looked at, and on the board of the whole company all; of a person only that it is one."""
    name = "ja" if language == "ja" else "en"
    return f"""select
    toDateTime(opened, {ZONE}) as time,
    toDateTime(if(isNull(until), greatest(judged, {LAST}), until) + 1, {ZONE}) as timeEnd,
    concat(
        {name}, ' – ',
        multiIf(
            dimension = 'total', {quoted(word("company", language))},
            has({array(PEOPLE)}, dimension), {quoted(word("person", language))},
            dimension = 'job' and titles.title != '', titles.title,
            member
        ),
        ' (n=', toString(n), ')'
    ) as text,
    concat(severity, ',', state) as tags
from v_breaches
left join
(
    {filled(TITLES).strip()}
) as titles on titles.job_id = v_breaches.member
where tenant = {value("tenant")}
    and opened <= {LAST}
    and (isNull(until) or until >= {FIRST})
    and {filled(OURS)}
order by time"""  # noqa: S608 made of constants, values are encoded


def recounts(language: str) -> str:
    """When the live numbers became live, if they are not the first."""
    return f"""select toDateTime(changed) as time, concat({quoted(word("recounted_text", language))}, toString(number), ')') as text
from v_epochs
where state = 'live' and number > 0 and toDateTime(changed) between $__fromTime and $__toTime
order by time"""  # noqa: S608 made of constants


def laid(language: str) -> list[Json]:
    """All of them; a reader may turn each off."""
    return [
        _query("breaches", "red", breaches(language), language),
        _query("recounted", "purple", recounts(language), language),
    ]


def _query(name: str, colour: str, sql: str, language: str) -> Json:
    return {
        "name": word(name, language),
        "datasource": SOURCE,
        "enable": True,
        "hide": False,
        "iconColor": colour,
        "target": target(sql, "Anno"),
    }

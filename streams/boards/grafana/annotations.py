"""Annotations on charts: breach periods, and the moments when all days were recomputed."""

from schemas.alerting.breach import PERSON_DIMENSIONS
from schemas.cells import TOTAL
from schemas.text.languages import translate
from schemas.text.words import DIMENSIONS
from streams.boards.grafana.fields import Json
from streams.boards.grafana.queries import (
    FIRST,
    LAST,
    SOURCE,
    ZONE,
    substitute_parameters,
    target,
    variable_value,
)
from streams.boards.grafana.units import sql_array, sql_string
from streams.boards.specs.breaches import MEMBER_FILTER
from streams.boards.specs.sql import MEMBER_NAMES
from streams.boards.words import label


def breach_sql(language: str) -> str:
    """Select breaches of the chosen member, or all of them for the whole company; people are not identified."""
    return f"""select
    toDateTime(opened, {ZONE}) as time,
    toDateTime(if(isNull(until), greatest(judged, {LAST}), until) + 1, {ZONE}) as timeEnd,
    concat(
        {language}, ' – ',
        multiIf(
            dimension = 'total', {sql_string(translate(DIMENSIONS[TOTAL], language))},
            has({sql_array(PERSON_DIMENSIONS)}, dimension), {sql_string(label("person", language))},
            names.known_name != '', names.known_name,
            member
        ),
        ' (n=', toString(n), ')'
    ) as text,
    concat(severity, ',', state) as tags
from v_breaches
left join
({substitute_parameters(MEMBER_NAMES)}
) as names on names.dimension_of_name = v_breaches.dimension and names.named = v_breaches.member
where tenant = {variable_value("tenant")}
    and opened <= {LAST}
    and (isNull(until) or until >= {FIRST})
    and {substitute_parameters(MEMBER_FILTER)}
order by time"""  # noqa: S608 built from constants, values are encoded


def recount_sql(language: str) -> str:
    """Select when the live epoch became live, unless it is the first."""
    return f"""select toDateTime(changed) as time, concat({sql_string(label("recounted_text", language))}, toString(number), ')') as text
from v_epochs
where state = 'live' and number > 0 and toDateTime(changed) between $__fromTime and $__toTime
order by time"""  # noqa: S608 built from constants


def annotations(language: str) -> list[Json]:
    """All annotations; readers can switch each one off."""
    return [
        _annotation("breaches", "red", breach_sql(language), language),
        _annotation("recounted", "purple", recount_sql(language), language),
    ]


def _annotation(name: str, colour: str, sql: str, language: str) -> Json:
    return {
        "name": label(name, language),
        "datasource": SOURCE,
        "enable": True,
        "hide": False,
        "iconColor": colour,
        "target": target(sql, "Anno"),
    }

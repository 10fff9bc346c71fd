"""The panel of data quality: what arrived and was not counted as it was meant, with an example and what to do."""

from schemas.kpis.catalogue import placed
from schemas.kpis.data_quality import KINDS
from schemas.kpis.definitions.quality import PANEL
from schemas.text.units import NO_VALUE
from streams.boards.spec import Column, Panel
from streams.boards.specs.panels import ids
from streams.boards.specs.sql import sql_list

_KINDS = sql_list(kind.id for kind in KINDS)
# Twelve characters of an id are enough for `hirelay dlq show` and to find the event.
_EXAMPLE = f"""multiIf(
        example = '', '{NO_VALUE}',
        application = '', left(example, 12),
        concat(application, ' · ', left(example, 12))
    )"""
QUALITY = Panel(
    id="quality",
    ja="どのデータを直すべきか",
    en="Which data needs attention?",
    kind="table",
    sql=f"""select concat('quality.', kind) as what, events, {_EXAMPLE} as instance, concat('advice.', kind) as advice
from v_quality(tenant = {{tenant:String}}, first = {{first:Date}}, last = {{last:Date}})
where kind in ({_KINDS})
order by indexOf([{_KINDS}], kind)""",
    columns=(
        Column(name="what", unit="word", ja="何が", en="What"),
        Column(name="events", unit="count", ja="件数", en="Events"),
        Column(name="instance", unit="text", ja="例（応募 · イベント）", en="Example (application · event)"),
        Column(name="advice", unit="word", ja="対応", en="What to do"),
    ),
    basis="decision",
    kpis=ids(placed(PANEL)),
    width=12,
    none_ja="直すべきデータはありません",
    none_en="No data needs attention",
    note_ja="会社全体の件数です。すべての例は `hirelay quality` で見ます。",
    note_en="Counts are of the whole company; `hirelay quality` shows an example of each kind.",
)  # fmt: skip

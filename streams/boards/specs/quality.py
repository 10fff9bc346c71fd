"""The panel of data quality: what arrived and was not counted as it was meant, with an example and what to do."""

from schemas.kpis.catalogue import placed
from schemas.kpis.data_quality import KINDS
from schemas.kpis.definitions.quality import PANEL
from streams.boards.spec import Column, Panel
from streams.boards.specs.panels import ids
from streams.boards.specs.sql import sql_list

_KINDS = sql_list(kind.id for kind in KINDS)
QUALITY = Panel(
    id="quality",
    ja="どのデータを直すべきか",
    en="Which data needs attention?",
    kind="table",
    sql=f"""select concat('quality.', kind) as what, events, concat('advice.', kind) as advice,
    if(application = '', example, concat(application, ' · ', left(example, 12))) as instance
from v_quality(tenant = {{tenant:String}}, first = {{first:Date}}, last = {{last:Date}})
where kind in ({_KINDS})
order by indexOf([{_KINDS}], kind)""",
    columns=(
        Column(name="what", unit="word", ja="何が", en="What"),
        Column(name="events", unit="count", ja="件数", en="Events"),
        Column(name="advice", unit="word", ja="対応", en="What to do"),
        Column(name="instance", unit="text", ja="例（応募 · イベント）", en="Example (application · event)"),
    ),
    basis="decision",
    kpis=ids(placed(PANEL)),
    width=12,
    none_ja="直すべきデータはありません",
    none_en="No data needs attention",
    note_ja="会社全体の件数です。すべての例は `hirelay quality` で見ます。",
    note_en="Counts are of the whole company; `hirelay quality` shows an example of each kind.",
)  # fmt: skip

"""キャリアリレー: from the line in the rejection mail to a hiring slot and its value."""

from schemas.cells import CHANNEL, DECISION
from schemas.kpis.catalogue import placed
from streams.boards.spec import Board, Column, Panel
from streams.boards.specs.panels import drawn, ids, members, tiles
from streams.boards.specs.relay_findings import EXPERIENCE, REASONS, SURVEY

PROGRESS = Panel(
    id="balance",
    ja="次の採用支援枠まであと何人か",
    en="How far to the next hiring slot?",
    kind="table",
    sql="""select concat('balance.', part.1) as name, part.2 as persons
from v_relay_balance
array join [
    ('missing', missing), ('progress', progress), ('counted', counted), ('verified', verified), ('unverified', unverified)
] as part
where tenant = {tenant:String}""",
    columns=(
        Column(name="name", unit="word", ja="区分", en="Of them"),
        Column(name="persons", unit="count", ja="人数", en="Persons"),
    ),
    basis="now",
    kpis=ids(placed("relay/balance")),
    note_ja="10 人ごとに 1 枠。会社共通 URL の登録は不採用を確認できないため、分けて示します。",
    note_en="One slot for every ten. The company's link cannot verify a rejection, so it is shown apart.",
    none_ja="まだ誰も登録していません",
    none_en="Nobody has registered yet",
)
STOCK = Panel(
    id="stock",
    ja="枠はどれだけあり、いくらの価値か",
    en="How many slots are there, and what are they worth?",
    kind="table",
    sql="""select concat('slot.', state) as state, count() as slots, sum(v_relay_slots.accrued) / {minor:UInt32} as accrued,
    sum(v_relay_slots.recovered) / {minor:UInt32} as recovered
from v_relay_slots
where tenant = {tenant:String}
group by state
order by state""",
    columns=(
        Column(name="state", unit="word", ja="状態", en="State"),
        Column(name="slots", unit="count", ja="枠", en="Slots"),
        Column(name="accrued", unit="money", ja="見込み価値", en="Accrued"),
        Column(name="recovered", unit="money", ja="回収した価値", en="Recovered"),
    ),
    basis="now",
    kpis=ids(placed("relay/stock")),
    note_ja="見込み価値は枠の価値に消化の見込みを掛けたもの。採用で消化したときだけ回収とします。",
    note_en="Accrued is a slot's value times how likely it is used; only a hire recovers it.",
    none_ja="まだ枠はありません",
    none_en="No slot yet",
)
FUNNEL = Panel(
    id="funnel",
    ja="案内した人はどこまで進んだか",
    en="How far did the invited come?",
    kind="table",
    sql="""select concat('relay.', name) as name, persons, if(of is null, null, persons / of) as share, of as n, days
from v_relay_funnel(tenant = {tenant:String}, first = {first:Date}, last = {last:Date})
order by position""",
    columns=(
        Column(name="name", unit="word", ja="段階", en="Step"),
        Column(name="persons", unit="count", ja="人数", en="Persons"),
        Column(name="share", unit="ratio", ja="割合", en="Share", n="n", minimum=10),
        Column(name="n", unit="count", hidden=True, ja="n", en="n"),
        Column(name="days", unit="days", ja="日数(中央値)", en="Days (median)"),
    ),
    basis="now",
    kpis=ids(placed("relay/funnel")),
    note_ja="期間に発行した本人 URL。割合は案内に対するもの、日数は案内から。まだ登録していない人は日数に含みません。",
    note_en="Candidates' links issued in the window: share of the invited, and days since, of those who came that far.",
)  # fmt: skip
SLOTS = Panel(
    id="slots",
    ja="どの枠がいつまで使えるか",
    en="Which slot can be used until when?",
    kind="table",
    sql="""select toString(slot) as slot, toString(granted) as granted, ifNull(toString(until), '') as until,
    concat('slot.', state) as state, if(job_id = '', '–', job_id) as job, offered,
    (accrued + recovered) / {minor:UInt32} as value
from v_relay_slots
where tenant = {tenant:String}
order by v_relay_slots.slot desc
limit 50""",
    columns=(
        Column(name="slot", unit="text", ja="枠", en="Slot"),
        Column(name="granted", unit="text", ja="獲得日", en="Granted"),
        Column(name="until", unit="text", ja="期限", en="Until"),
        Column(name="state", unit="word", ja="状態", en="State"),
        Column(name="job", unit="text", ja="求人", en="Job"),
        Column(name="offered", unit="count", ja="紹介された候補者", en="Candidates offered"),
        Column(name="value", unit="money", ja="価値", en="Value"),
    ),
    basis="now",
    kpis=ids(placed("relay/slots")),
    none_ja="まだ枠はありません",
    none_en="No slot yet",
)
VOID = Panel(
    id="void",
    ja="対象外になったのはなぜか",
    en="Why do persons not count?",
    kind="table",
    sql="""select concat('void.', reason) as reason, persons
from v_relay_void
where tenant = {tenant:String}
order by persons desc, reason""",
    columns=(
        Column(name="reason", unit="word", ja="理由", en="Reason"),
        Column(name="persons", unit="count", ja="人数", en="Persons"),
    ),
    basis="now",
    kpis=ids(placed("relay/void")),
    none_ja="対象外の人はいません",
    none_en="Everybody who registered counts",
)
BOARD = Board(
    id="relay",
    ja="キャリアリレー",
    en="Career Relay",
    for_ja="お祈りメールの1行は、採用枠といくらの価値になったか。",
    for_en="What did one line in the rejection mail bring: slots, and what are they worth?",
    dimensions=("total",),
    panels=drawn(
        tiles(
            "flow", "この期間に何が起きたか", "What happened in this window?", placed("relay/flow")
        ),
        PROGRESS,
        STOCK,
        FUNNEL,
        SLOTS,
        VOID,
        REASONS,
        members(
            "reason_shares",
            "媒体ごとに、不採用の理由は何か",
            "Why are the candidates of each channel rejected?",
            CHANNEL,
            placed("relay/reason_shares"),
            basis=DECISION,
            leads="funnel",
        ),
        EXPERIENCE,
        SURVEY,
    ),
)

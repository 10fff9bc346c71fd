"""What the ledger of Career Relay says about rejections and candidates, with intervals and with what may be concluded."""

from schemas.kpis.catalogue import placed
from streams.boards.spec import Column, Panel
from streams.boards.specs.panels import ids
from streams.boards.specs.sql import NAME_OF_MEMBER, join_names

LOW = ("90% 下限", "90 % low")
HIGH = ("90% 上限", "90 % high")
N = Column(name="n", unit="count", hidden=True, ja="n", en="n")
REASONS = Panel(
    id="reasons",
    ja="どの求人・媒体で、どの不採用理由が目立つか",
    en="Which rejection reason stands out, for which job and channel?",
    kind="table",
    sql=f"""select found.name as name, if(found.member = '', '–', {NAME_OF_MEMBER}) as job, found.* except(name, member, position)
from
(
    select name, job_id as member, if(said.n = 0, '–', ifNull(toString(since), 'reasons.first')) as since,
        if(channel = '', '–', channel) as channel, if(said.n = 0, null, events) as events, value, nullIf(said.n, 0) as n, low, high, lift,
        if(verdict = '', '–', verdict) as verdict, position
    from v_relay_findings as said
    where tenant = {{tenant:String}} and panel = 'reasons'
) as found{join_names("job")}
order by found.position
limit 20""",
    columns=(
        Column(name="name", unit="word", ja="理由", en="Reason"),
        Column(name="job", unit="text", ja="求人", en="Job"),
        Column(name="since", unit="word", ja="要件の版", en="Version"),
        Column(name="channel", unit="text", ja="媒体", en="Channel"),
        Column(name="events", unit="count", ja="件数", en="Count"),
        Column(name="value", unit="ratio", ja="割合", en="Share", n="n", minimum=10),
        N,
        Column(name="low", unit="ratio", ja=LOW[0], en=LOW[1]),
        Column(name="high", unit="ratio", ja=HIGH[0], en=HIGH[1]),
        Column(name="lift", unit="count", ja="倍率", en="Lift"),
        Column(name="verdict", unit="word", ja="判定", en="Verdict"),
    ),
    basis="now",
    kpis=ids(placed("relay/reason_shares")),
    width=12,
    note_ja="割合は事前分布付き(件数が少ないほど全社の割合に近い)。倍率はほかの求人・媒体との比。偶然で説明できないものだけを「目立つ」とします。",
    note_en="Shares are drawn towards the company's mixture where cases are few. Lift compares with all other places. Only what chance does not explain stands out.",
    none_ja="理由のわかる不採用はまだありません",
    none_en="No rejection with a known reason yet",
)
EXPERIENCE = Panel(
    id="experience",
    ja="案内した人は、登録し、また応募するか",
    en="Do the invited register, and apply again?",
    kind="table",
    sql="""select name, nullIf(days, 0) as days, if(said.n = 0, null, events) as events, value, nullIf(said.n, 0) as n, low, high,
    if(verdict = '', '–', verdict) as verdict
from v_relay_findings as said
where tenant = {tenant:String} and panel = 'experience'
order by position""",
    columns=(
        Column(name="name", unit="word", ja="区分", en="Figure"),
        Column(name="days", unit="days", ja="期間", en="Within"),
        Column(name="events", unit="count", ja="件数", en="Events"),
        Column(name="value", unit="ratio", ja="割合", en="Share", n="n", minimum=10),
        N,
        Column(name="low", unit="ratio", ja=LOW[0], en=LOW[1]),
        Column(name="high", unit="ratio", ja=HIGH[0], en=HIGH[1]),
        Column(name="verdict", unit="word", ja="判定", en="Verdict"),
    ),
    basis="now",
    kpis=ids(placed("relay/experience")),
    width=12,
    note_ja="不採用(登録は案内)からの日数で打ち切りを補正した割合。差は案内した人から案内していない人を引いたもの。",
    note_en="By days since the rejection (registrations: since the invitation), corrected for those still under observation.",
)
SURVEY = Panel(
    id="survey",
    ja="候補者は選考体験をどう評価したか",
    en="How do candidates rate their experience?",
    kind="table",
    sql="""select name, n, value, low, high
from v_relay_findings as said
where tenant = {tenant:String} and panel = 'survey'
order by position""",
    columns=(
        Column(name="name", unit="word", ja="区分", en="Figure"),
        Column(name="n", unit="count", ja="回答数", en="Answers"),
        Column(name="value", unit="count", ja="平均点", en="Mean"),
        Column(name="low", unit="count", ja=LOW[0], en=LOW[1]),
        Column(name="high", unit="count", ja=HIGH[0], en=HIGH[1]),
    ),
    basis="now",
    note_ja="候補者アンケート(candidate_experience)の平均点。区間は t 分布によります。",
    note_en="Mean score of candidates' surveys (candidate_experience); the interval is Student's.",
    none_ja="アンケートの回答はまだありません",
    none_en="No survey has been answered yet",
)

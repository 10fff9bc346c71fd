"""面接官・担当者: whether candidates are judged fairly and answered in time."""

from schemas.cells import DECISION, FULL_DIMENSIONS, INTERVIEWER
from schemas.kpis.catalogue import placed
from schemas.kpis.definition import Kpi
from streams.boards.spec import Board, Column, Panel
from streams.boards.specs.kpi_columns import member_columns, member_values
from streams.boards.specs.panels import drawn, ids, members, over_time, tiles
from streams.boards.specs.sql import NAME_OF_MEMBER, join_names

INTERVIEWERS_VIEW = """v_interviewers(tenant = {tenant:String}, milestone = '', first = {first:Date}, last = {last:Date})"""
LIMITS_NOTE_JA = "破線は95%、外側の実線は99.8%の範囲です。判定が5件に満たない面接官は「(n < 5)」にまとめます。差があること自体は誤りではありません。"
LIMITS_NOTE_EN = "The broken lines hold 95 %, the outer ones 99.8 %. Interviewers with fewer than 5 decisions are one row, `(n < 5)`. A difference is not an error."

# A row about a single person has an id and links to that person's board.
MEMBER_AND_ALL = "if(people = 1 and n >= 5, person, '') as member, *"
PERSON = "if(names.known_name = '', found.person, names.known_name) as person"
PERSON_COLUMNS = (
    Column(name="member", unit="text", hidden=True),
    Column(
        name="person",
        unit="text",
        ja="面接官",
        en="Interviewer",
        leads="people",
        dimension=INTERVIEWER,
    ),
)


def _load(kpis: tuple[Kpi, ...]) -> Panel | None:
    """A table of the interviewers with 5 decisions, largest first by the first KPI."""
    if not kpis:
        return None
    columns = member_columns(kpis, "people/load")
    return Panel(
        id="load",
        ja="面接の負荷は偏っていないか",
        en="Who carries the interviews?",
        kind="table",
        sql=f"""select found.member as member, {NAME_OF_MEMBER} as person, found.* except(member)
from
(
    select member, {member_values(kpis, "value", "people/load")}
    from v_kpis(tenant = {{tenant:String}}, dimension = 'interviewer', basis = 'decision', first = {{first:Date}}, last = {{last:Date}})
    where member in (select person from {INTERVIEWERS_VIEW} where n >= 5)
    group by member
) as found{join_names(INTERVIEWER)}
order by {columns[0].name} desc, member
limit 1000""",
        columns=(*PERSON_COLUMNS, *columns),
        basis=DECISION,
        kpis=ids(kpis),
        minimum_n=max(kpi.minimum_n for kpi in kpis),
        width=12,
    )


BOARD = Board(
    id="people",
    ja="面接官・担当者",
    en="Interviewers and recruiters",
    for_ja="評価は公平で、対応は早いか。",
    for_en="Are people judged fairly and answered soon?",
    dimensions=(*FULL_DIMENSIONS, INTERVIEWER),
    panels=drawn(
        tiles(
            "interviews",
            "面接は滞りなく行われているか",
            "Do interviews go as they should?",
            placed("people/interviews"),
        ),
        Panel(
            id="fair",
            ja="通過率が偶然では説明できない面接官はいるか",
            en="Does anybody pass more or fewer than chance explains?",
            kind="plot",
            sql=f"""select found.member as member, {PERSON}, n, adjusted as rate, limit_95_low, limit_95_high, limit_998_low, limit_998_high,
    rate_of_all
from
(
    select {MEMBER_AND_ALL}
    from {INTERVIEWERS_VIEW}
    where person != '(n < 5)'
) as found{join_names(INTERVIEWER)}
order by n, member""",
            columns=(
                *PERSON_COLUMNS,
                Column(name="n", unit="count", ja="判定数", en="Decisions"),
                Column(name="rate", unit="ratio", ja="通過率", en="Pass rate", n="n"),
                Column(name="limit_95_low", unit="ratio", ja="95% 下限", en="95 % low"),
                Column(name="limit_95_high", unit="ratio", ja="95% 上限", en="95 % high"),
                Column(name="limit_998_low", unit="ratio", ja="99.8% 下限", en="99.8 % low"),
                Column(name="limit_998_high", unit="ratio", ja="99.8% 上限", en="99.8 % high"),
                Column(name="rate_of_all", unit="ratio", ja="全体", en="Of all"),
            ),
            basis=DECISION,
            kpis=ids(placed("people/fair")),
            minimum_n=5,
            note_ja=LIMITS_NOTE_JA,
            note_en=LIMITS_NOTE_EN,
        ),
        Panel(
            id="rates",
            ja="件数の少なさを補正すると、通過率はどうか",
            en="What is the pass rate once few cases are allowed for?",
            kind="table",
            sql=f"""select found.member as member, {PERSON}, if(thin, null, found.rate) as rate, n, shrunk, low, high
from
(
    select {MEMBER_AND_ALL}
    from {INTERVIEWERS_VIEW}
) as found{join_names(INTERVIEWER)}
order by n desc, member
limit 1000""",
            columns=(
                *PERSON_COLUMNS,
                Column(name="rate", unit="ratio", ja="通過率", en="Pass rate", n="n"),
                Column(name="n", unit="count", hidden=True, ja="n", en="n"),
                Column(name="shrunk", unit="ratio", ja="補正後", en="Shrunk"),
                Column(name="low", unit="ratio", ja="90% 下限", en="90 % low"),
                Column(name="high", unit="ratio", ja="90% 上限", en="90 % high"),
            ),
            basis=DECISION,
            kpis=ids(placed("people/rates")),
            minimum_n=10,
        ),
        over_time(
            "pass_by_month",
            "面接通過率は動いているか",
            "Is the interview pass rate moving?",
            placed("people/pass_by_month"),
            grain="month",
            width=12,
        ),
        _load(placed("people/load")),
        members(
            "recruiters",
            "担当者ごとに、対応と結果はどうか",
            "How do recruiters respond, and with what result?",
            "recruiter",
            placed("people/recruiters"),
            basis=DECISION,
            leads="funnel",
        ),
    ),
)  # fmt: skip

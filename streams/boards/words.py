"""The labels of the boards themselves, on the page and in Grafana; all other texts are in the specifications."""

from schemas.kpis.data_quality import KINDS
from schemas.relay.factors import FACTORS
from schemas.text.languages import sentence_case, translate
from schemas.text.words import (
    ACTIONS,
    BASES,
    BREACH_STATES,
    COST_KINDS,
    DIMENSIONS,
    MILESTONES,
    PLAN_STATES,
    SEVERITIES,
    TOO_FEW_CASES,
    UNKNOWN,
    Table,
    anonymous_member,
)

PLAN_SIGNS = {"ahead": "▲", "on": "●", "behind": "▼", "unknown": "?"}  # told apart without colour
LABELS: Table = {
    "tenant": ("会社", "Company"),
    "dimension": ("絞り込み", "Only"),
    "member": ("対象", "Which"),
    "unknown": UNKNOWN,
    "before": ("前期間", "before"),
    "basis": ("基準", "Basis"),
    "definition": ("定義", "Definition"),
    "minimum": ("最小件数", "Smallest sample"),
    "other": ("English", "日本語"),
}
# The page only.
PAGE_LABELS: Table = {
    "period": ("期間", "Period"),
    "from": ("開始日", "From"),
    "to": ("終了日", "To"),
    "d30": ("直近30日", "Last 30 days"),
    "d90": ("直近90日", "Last 90 days"),
    "d180": ("直近180日", "Last 180 days"),
    "d365": ("直近365日", "Last 365 days"),
    "month": ("今月", "This month"),
    "last_month": ("先月", "Last month"),
    "quarter": ("今四半期", "This quarter"),
    "fiscal_year": ("今年度", "This fiscal year"),
    "custom": ("日付を指定", "Days"),
    "dark": ("ダーク", "Dark"),
    "light": ("ライト", "Light"),
    "boards": ("ボード", "Boards"),
    "table": ("表で見る", "As a table"),
    "close": ("閉じる", "Close"),
    "save": ("保存", "Save"),
    "csv": ("この表の数字を CSV で保存", "Save these numbers as CSV"),
    "png": ("このグラフを画像(PNG)で保存", "Save this chart as a picture (PNG)"),
    "pdf": ("このボードを印刷・PDF で保存", "Print this board or save it as PDF"),
    "standards": ("規格", "Standards"),
    "none": ("この期間の数字はありません", "There are no numbers in this period"),
    "failed": (
        "読み込めませんでした。つながり次第、やり直します。",
        "It could not be read. It is tried again once there is a connection.",
    ),
    "fresh": ("最終受信", "Last event"),
    "never": ("まだ届いていません", "nothing received yet"),
    "offline": ("接続が切れています。つなぎ直しています…", "Disconnected; connecting again…"),
    "better": ("改善", "better"),
    "worse": ("悪化", "worse"),
    "same": ("変わらず", "no change"),
    "others": ("その他", "Others"),
    "part": ("○ は途中の期間", "○ marks a period in progress"),
    "part_bar": ("薄い棒は途中の期間", "pale bars are periods in progress"),
    "filters": ("絞り込みと期間", "Filters and period"),
    "compare": ("比較", "Compare with"),
    "since": ("比較の開始日", "Compare from"),
    "compare.previous": ("前期間", "Period before"),
    "compare.year": ("前年同期", "A year before"),
    "compare.since": ("日付を指定", "Days"),
    "year_before": ("前年同期", "a year before"),
    "search": ("検索", "Search"),
    "sort": ("並べ替え", "Sort"),
    "more": ("ほか {n} 件", "{n} more"),
    "as_of": ("{at} 時点の数字", "Numbers as of {at}"),
    "outage": (
        "数字を読み込めません。{at} 時点の数字を表示しています。",
        "Numbers cannot be read now. Those on the screen are as of {at}.",
    ),
    "reach": ("達成確率", "chance"),
    "no_before": ("比較できる前期間なし", "no earlier period"),
    "in_part": ("途中の期間", "in progress"),
    "unfiltered": ("絞り込みの対象外（全社の数字）", "not filtered: whole company"),
    "basis.decision": (
        "判定日基準：選んだ期間に起きた出来事を数えます。応募が期間より前でも含みます。",
        "Day of the event: counts what happened in the period, also of applications from before it.",
    ),
    "basis.cohort": (
        "応募日コホート基準：選んだ期間に応募した人だけを、その後の結果まで追って数えます。",
        "Day of application: counts only applications made in the period, with whatever became of them since.",
    ),
    "basis.entry": (
        "進出日コホート基準：選んだ期間にその段階に入った応募を、まだ待っているものも含めて数えます。",
        "Day of entry: counts applications that entered the stage in the period, those still waiting included.",
    ),
    "basis.now": ("現時点：いまの状態を数えます。", "Now: counts the present state."),
    "lost": ("リンク先の通知を開けませんでした", "What the link leads to could not be opened"),
    "now": ("たった今", "just now"),
    "seconds": ("秒前", "s ago"),
    "minutes": ("分前", "min ago"),
    "hours": ("時間前", "h ago"),
    "days": ("日前", "d ago"),
}
# Grafana only.
GRAFANA_LABELS: Table = {
    "definitions": ("KPI 定義集", "KPI definitions"),
    "below": ("これより少ないと「データ不足」と表示します", "fewer are shown as “too few cases”"),
    "fresh": ("最後のイベントはいつ届いたか", "When was the last event heard?"),
    "breaches": ("目標未達", "Off target"),
    "recounted": ("数え直し", "Counted anew"),
    "person": ("1名の担当者", "one person"),
    "recounted_text": (
        "この時点で、全期間を新しい設定で数え直しました(世代 ",
        "All days were counted anew by the present settings (epoch ",
    ),
    "days": ("集計タイムゾーン", "Time zone of days"),
    "id": ("ID", "id"),
    "name": ("名前", "Name"),
    "explanation": ("説明", "Explanation"),
    "unit": ("単位", "Unit"),
    "meaning": ("この数字は何を意味するか", "What does this number mean?"),
}
# Breaches and actions on them. Keys have a prefix, because a member could have the same name.
BREACH_LABELS: Table = {
    **{f"severity.{name}": words for name, words in SEVERITIES.items()},
    **{f"state.{name}": words for name, words in BREACH_STATES.items()},
    **{f"action.{name}": words for name, words in ACTIONS.items()},
    "whose.total": DIMENSIONS["total"],
    **{
        f"whose.{dimension}": anonymous_member(dimension)
        for dimension in ("interviewer", "recruiter", "hiring_manager")
    },
}
QUALITY_LABELS: Table = {
    **{f"quality.{kind.id}": kind.name for kind in KINDS},
    **{f"advice.{kind.id}": kind.advice for kind in KINDS},
}
PLAN_LABELS: Table = {
    f"plan.{name}": (f"{PLAN_SIGNS[name]} {ja}", f"{PLAN_SIGNS[name]} {en}")
    for name, (ja, en) in PLAN_STATES.items()
}
RELAY_LABELS: Table = {
    "relay.invited": ("案内", "Invited"),
    "relay.clicked": ("クリック", "Clicked"),
    "relay.registered": ("登録", "Registered"),
    "relay.counted": ("カウント", "Counted"),
    "balance.missing": ("次の枠まであと", "Missing for the next slot"),
    "balance.progress": ("次の枠への進捗(10人中)", "Progress to the next slot (of 10)"),
    "balance.counted": ("カウント累計", "Counted in all"),
    "balance.verified": ("うち本人URL", "of them by their own link"),
    "balance.unverified": ("うち会社共通URL", "of them by the company's link"),
    "slot.open": ("未使用", "Open"),
    "slot.reserved": ("予約中", "Reserved"),
    "slot.redeemed": ("消化済み", "Redeemed"),
    "slot.expired": ("失効", "Expired"),
    "slot.revoked": ("取消", "Revoked"),
    "void.expired_link": ("リンクの期限切れ", "Link expired"),
    "void.no_consent": ("同意なし", "No consent"),
    "void.consent_withdrawn": ("同意の撤回", "Consent withdrawn"),
    "void.employee": ("社員・採用済み", "Employee or hired"),
    "void.self_referral": ("自己登録", "Self-referral"),
    "void.bot": ("ボット", "Bot"),
    "void.test": ("テスト", "Test"),
    "void.ineligible": ("会社の不採用ではない", "Not rejected by the company"),
    "void.duplicate": ("同一候補者の重複", "Same candidate twice"),
    "void.link_used": ("リンクは使用済み", "Link already used"),
    "void.device": ("同一端末の上限超過", "Too many from one device"),
    "void.cap": ("会社共通URLの上限超過", "Beyond the cap of the company's link"),
    "void.undone": ("不採用の取消", "Rejection undone"),
    "void.erased": ("候補者データの消去", "Candidate erased"),
    **{f"factor.{name}": words for name, words in FACTORS.items()},
    "reasons.nothing": ("目立つ理由はありません", "Nothing stands out"),
    "reasons.one_factor": (
        "記録された理由は1種類だけで、割合からは何も言えません",
        "Only one reason is ever recorded, so the shares say nothing",
    ),
    "reasons.stands_out": ("目立つ", "stands out"),
    "reasons.inconspicuous": ("目立たない", "does not stand out"),
    "reasons.first": ("最初の版", "first"),
    "reasons.few": ("件数が少ない", "too few"),
    "experience.registered": ("登録(本人 URL から)", "Registered through their own link"),
    "reapplied.invited": ("再応募: 案内した人", "Re-applied: invited"),
    "reapplied.not_invited": ("再応募: 案内していない人", "Re-applied: not invited"),
    "reapplied.withheld": ("再応募: 対照群(案内なし)", "Re-applied: control group"),
    "referred.invited": ("紹介: 案内した人", "Referred somebody: invited"),
    "referred.not_invited": ("紹介: 案内していない人", "Referred somebody: not invited"),
    "referred.withheld": ("紹介: 対照群(案内なし)", "Referred somebody: control group"),
    "referred.difference": (
        "紹介の差(案内あり − なし)",
        "Difference in referrals (with the line − without)",
    ),
    "reapplied.difference": (
        "再応募の差(案内あり − なし)",
        "Difference (with the line − without)",
    ),
    "experience.differs": ("偶然とは言えない", "chance does not explain it"),
    "experience.chance": ("偶然で説明できる", "chance explains it"),
    "experience.is_experiment": (
        "案内しない人を無作為に選んだので、これは実験です",
        "The line was withheld at random: this is an experiment",
    ),
    "experience.no_experiment": (
        "これは実験ではありません(案内した人は、ほかの点でも違うかもしれません)",
        "This is no experiment: the invited may differ in other ways",
    ),
    "experience.too_few": (
        "比べるには、案内した人としていない人が 10 人ずつ必要です",
        "A comparison needs ten candidates with the line and ten without",
    ),
    "experience.score": ("候補者アンケート", "Candidates' survey"),
}
# The names of the values of a column, by its unit.
VALUE_NAMES: dict[str, Table] = {
    "milestone": MILESTONES,
    "spending": COST_KINDS,
    "word": {**BREACH_LABELS, **QUALITY_LABELS, **PLAN_LABELS, **RELAY_LABELS},
    "text": {"unknown": UNKNOWN},
}


def label(key: str, language: str) -> str:
    """Return a label of Grafana's boards."""
    return translate({**LABELS, **GRAFANA_LABELS}[key], language)


def dimension_label(dimension: str, language: str) -> str:
    """Return the name of a dimension as a label."""
    return sentence_case(translate(DIMENSIONS[dimension], language))


def page_labels(language: str) -> dict[str, str]:
    """Return all labels of the page, among them the dimensions that a board can be filtered by."""
    labels = {key: translate(words, language) for key, words in {**LABELS, **PAGE_LABELS}.items()}
    return labels | {dimension: dimension_label(dimension, language) for dimension in DIMENSIONS}


def page_words(language: str) -> dict[str, dict[str, str] | str]:
    """Return the names of values, bases, and the text for too few cases."""
    tables = VALUE_NAMES | {"basis": BASES}
    names = {unit: _in_language(table, language) for unit, table in tables.items()}
    return names | {"thin": translate(TOO_FEW_CASES, language)}


def _in_language(table: Table, language: str) -> dict[str, str]:
    return {key: translate(words, language) for key, words in table.items()}

"""The labels of the boards themselves, on the page and in Grafana; all other texts are in the specifications."""

from schemas.kpis.data_quality import KINDS
from schemas.text.languages import sentence_case, translate
from schemas.text.words import (
    ACTIONS,
    BASES,
    BREACH_STATES,
    COST_KINDS,
    DIMENSIONS,
    MILESTONES,
    SEVERITIES,
    TOO_FEW_CASES,
    UNKNOWN,
    Table,
    anonymous_member,
)

LABELS: Table = {
    "tenant": ("会社", "Company"),
    "dimension": ("絞り込み", "Only"),
    "member": ("対象", "Which"),
    "unknown": UNKNOWN,
    "before": ("前の期間", "before"),
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
    "d365": ("直近1年", "Last year"),
    "custom": ("日付を指定", "Days"),
    "dark": ("暗い配色", "Dark"),
    "light": ("明るい配色", "Light"),
    "boards": ("ボード", "Boards"),
    "table": ("表で見る", "As a table"),
    "close": ("閉じる", "Close"),
    "standards": ("規格", "Standards"),
    "none": ("この期間の数字はありません", "There are no numbers in this period"),
    "failed": (
        "読み込めませんでした。つながり次第、やり直します。",
        "It could not be read. It is tried again once there is a connection.",
    ),
    "fresh": ("最後に届いたイベント", "Last event heard"),
    "never": ("まだ届いていません", "nothing heard yet"),
    "offline": ("接続が切れています。つなぎ直しています…", "Disconnected; connecting again…"),
    "better": ("改善", "better"),
    "worse": ("悪化", "worse"),
    "same": ("変わらず", "no change"),
    "others": ("その他", "Others"),
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
    "days": ("日付の区切り", "Days are cut in"),
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
}
# The names of the values of a column, by its unit.
VALUE_NAMES: dict[str, Table] = {
    "milestone": MILESTONES,
    "spending": COST_KINDS,
    "word": {**BREACH_LABELS, **QUALITY_LABELS, **RELAY_LABELS},
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

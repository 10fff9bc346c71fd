"""Labels and units of the Grafana boards, in both languages; all other texts are in the specifications."""

LABELS = {
    "tenant": ("会社", "Company"),
    "dimension": ("絞り込み", "Only"),
    "member": ("対象", "Which"),
    "total": ("全社", "Whole company"),
    "channel": ("媒体", "Channel"),
    "job": ("求人", "Job"),
    "recruiter": ("採用担当", "Recruiter"),
    "interviewer": ("面接官", "Interviewer"),
    "unknown": ("（不明）", "(unknown)"),
    "before": ("前の期間", "before"),
    "nothing": ("–", "–"),
    "basis": ("基準", "Basis"),
    "definition": ("定義", "Definition"),
    "definitions": ("KPI 定義集", "KPI definitions"),
    "minimum": ("最小件数", "Smallest sample"),
    "below": ("これより少ないと「データ不足」と表示します", "fewer are shown as “too few cases”"),
    "other": ("English", "日本語"),
    "fresh": ("最後のイベントはいつ届いたか", "When was the last event heard?"),
    "breaches": ("目標未達", "Off target"),
    "recounted": ("数え直し", "Counted anew"),
    "person": ("1名の担当者", "one person"),
    "company": ("全社", "whole company"),
    "target": ("目標", "target"),
    "recounted_text": (
        "この時点で、全期間を新しい設定で数え直しました(世代 ",
        "All days were counted anew by the present settings (epoch ",
    ),
    "shown": ("表示中", "Shown"),
    "days": ("日付の区切り", "Days are cut in"),
    "id": ("ID", "id"),
    "name": ("名前", "Name"),
    "explanation": ("説明", "Explanation"),
    "unit": ("単位", "Unit"),
    "meaning": ("この数字は何を意味するか", "What does this number mean?"),
}
# Grafana units. `d` and `h` would show 45 days as 6.4 weeks, but people compare days with days. Money uses the tenant's currency.
UNITS = {
    "count": ("short", "short"),
    "score": ("short", "short"),
    "ratio": ("percentunit", "percentunit"),
    "days": ("suffix: 日", "suffix: d"),
    "hours": ("suffix: 時間", "suffix: h"),
    "time": ("dateTimeAsLocal", "dateTimeAsLocal"),
}


def translate(pair: tuple[str, str], language: str) -> str:
    """Return the text in the language, `ja` or `en`."""
    return pair[0] if language == "ja" else pair[1]


def label(key: str, language: str) -> str:
    """Return the label of a key."""
    return translate(LABELS[key], language)


def grafana_unit(kind: str, language: str) -> str:
    """Return the Grafana unit of a board unit that is a number or an instant, except money."""
    return translate(UNITS[kind], language)


def unit_suffix(kind: str, language: str) -> str:
    """Return the suffix of numbers in that unit."""
    return grafana_unit(kind, language).removeprefix("suffix:")

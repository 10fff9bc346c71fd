"""Kinds of poor data, and what to do about each: those counted by a KPI, and events set aside at the door."""

from dataclasses import dataclass

from schemas.kpis.catalogue import placed
from schemas.kpis.definition import Kpi
from schemas.kpis.definitions.quality import PANEL
from schemas.text.languages import Words


@dataclass(frozen=True, kw_only=True)
class QualityKind:
    """One kind: `id` is its measure, or the reason in the quarantine; `advice` says what to do about it."""

    id: str
    name: Words
    advice: Words


def _counted(kpi: Kpi) -> QualityKind:
    (measure,) = kpi.numerator
    advice = (kpi.play.suggest_ja, kpi.play.suggest_en) if kpi.play else ("", "")
    return QualityKind(id=measure, name=(kpi.ja, kpi.en), advice=advice)


SET_ASIDE = QualityKind(
    id="future_time",
    name=("未来の日時（保留中）", "Times in the future (set aside)"),
    advice=(
        "採用管理システムで日付を直してください。日時が正しければ `hirelay dlq replay` で取り込みます。",
        "Correct the date in the hiring system. If it is right, `hirelay dlq replay` accepts the event once it is due.",
    ),
)
KINDS = (*(_counted(kpi) for kpi in placed(PANEL)), SET_ASIDE)

"""期間: KPIs on waiting times and time to hire."""

from dataclasses import replace
from typing import Literal

from schemas.cells import ENTRY
from schemas.kpis import playbook
from schemas.kpis.definition import BOTH, DECIDED, Kpi, Overdue, Place


def _duration(
    id_: str, names: tuple[str, str], measure: str, kind: Literal["quantile", "mean"], share: float
) -> Kpi:
    phrase_ja, phrase_en = EXPLANATIONS[measure]
    which_ja, which_en = WHICH[kind, share]
    in_hours = measure == "response_hours"
    return Kpi(
        id=id_,
        ja=names[0],
        en=names[1],
        kind=kind,
        unit="hours" if in_hours else "days",
        numerator=(f"{measure}.*",),
        share=share,
        bases=DECIDED if in_hours else BOTH,
        higher_is_better=False,
        minimum_n=5,
        standards=STANDARDS.get(measure, ()),
        explain_ja=f"{phrase_ja}の{which_ja}。",
        explain_en=f"{which_en} of {phrase_en}.",
        play=playbook.SLOW_RESPONSE if in_hours else playbook.SLOW_HIRING,
    )


def _median(id_: str, names: tuple[str, str], measure: str) -> Kpi:
    return _duration(id_, names, measure, "quantile", 0.5)


def _p90(id_: str, names: tuple[str, str], measure: str) -> Kpi:
    return _duration(id_, (f"{names[0]} p90", f"{names[1]}, p90"), measure, "quantile", 0.9)


def _mean(id_: str, names: tuple[str, str], measure: str) -> Kpi:
    return _duration(id_, (f"{names[0]}(平均)", f"{names[1]}, mean"), measure, "mean", 0.5)


WHICH = {
    ("quantile", 0.5): ("中央値", "Median"),
    ("quantile", 0.9): ("90パーセンタイル", "90th percentile"),
    ("mean", 0.5): ("平均", "Mean"),
}
TO_HIRE = ("採用リードタイム", "Time to hire")
TO_ACCEPT = ("応募から承諾まで", "Time to accept")
TO_FILL = ("充足期間", "Time to fill")
TO_START = ("入社までの期間", "Time to start")
RESPONSE = ("一次対応時間", "First response")
# Days between dates are whole days of the local calendar (the same day is 0); what can be on hold, and hours, are elapsed time.
EXPLANATIONS = {
    "hire_days": (
        "応募日から採用決定日までの暦日数(現地の日付の差。同じ日は 0)",
        "whole days, by the local calendar, from application to hire decision",
    ),
    "accept_days": (
        "応募日から内定承諾日までの暦日数(現地の日付の差。同じ日は 0)",
        "whole days, by the local calendar, from application to acceptance of the offer",
    ),
    "fill_days": (
        "募集枠(なければ求人)の開始から採用決定までの経過日数(24 時間を一日とし端数切り捨て。求人の保留期間を除く)",
        "elapsed days of 24 hours, rounded down, from the opening of the seat (without one, of the job) to the hire decision, time that"
        " the job was on hold taken out",
    ),
    "start_days": (
        "内定承諾日(なければ採用決定日)から入社日までの暦日数(今日までの入社)",
        "whole days, by the local calendar, from acceptance (without one, the hire) to the first day at work, of joins up to today",
    ),
    "response_hours": (
        "応募から会社の最初の対応(段階の移動・面接設定・評価・内定・不採用)までの経過時間(端数切り捨て、上限 2,400 時間。自動処理は対応に数えない)",
        "elapsed hours, rounded down and at most 2,400, from application to the first thing a person at the company did"
        " (automation is no response)",
    ),
}
STANDARDS = {
    "hire_days": ("ISO 30414:2025 time to hire",),
    "fill_days": ("ISO 30414:2025 time to fill vacant positions",),
}


def _time_in_stage(stage: str, ja: str, en: str) -> Kpi:
    return Kpi(
        id=f"time_in_{stage}_days",
        ja=f"{ja} 滞留日数",
        en=f"Days in {en}",
        kind="waiting",
        unit="days",
        of=stage,
        entered=f"entered.{stage}",
        bases=(ENTRY,),
        higher_is_better=False,
        minimum_n=5,
        explain_ja="段階に入った日から結果が出るまでの日数の中央値。滞留中の応募も含めて推定します(Kaplan–Meier)。",
        explain_en="Median of days until a decision, by the day the stage was entered; those still waiting count (Kaplan–Meier).",
        play=playbook.STUCK,
        overdue=Overdue(
            f"{ja}に {{days}} 日を超えて留まる応募", "application", "applications", f"in {en}"
        ),
    )


def _time_to_response(
    of: str, entered: str, names: tuple[str, str], phrases: tuple[str, str], overdue: Overdue
) -> Kpi:
    return Kpi(
        id=f"time_to_{of}_days",
        ja=names[0],
        en=names[1],
        kind="waiting",
        unit="days",
        of=of,
        entered=entered,
        bases=(ENTRY,),
        higher_is_better=False,
        minimum_n=5,
        by_interviewer=of != "answer",
        explain_ja=f"{phrases[0]}日数の中央値。まだのものも含めて推定します(Kaplan–Meier)。応募が終了すれば待ちません。",
        explain_en=f"Median of days {phrases[1]}; those still missing count (Kaplan–Meier), until the application ends.",
        play=playbook.OFFERS_UNANSWERED if of == "answer" else playbook.NO_WORD_AFTER_INTERVIEW,
        overdue=overdue,
    )


KPIS = (
    replace(
        _median("time_to_hire_days", TO_HIRE, "hire_days"),
        panels=(Place("summary/headline", 4),),
        headline=True,
    ),
    _mean("time_to_hire_mean_days", TO_HIRE, "hire_days"),
    _p90("time_to_hire_p90_days", TO_HIRE, "hire_days"),
    _median("time_to_accept_days", TO_ACCEPT, "accept_days"),
    _mean("time_to_accept_mean_days", TO_ACCEPT, "accept_days"),
    _p90("time_to_accept_p90_days", TO_ACCEPT, "accept_days"),
    _median("time_to_fill_days", TO_FILL, "fill_days"),
    _mean("time_to_fill_mean_days", TO_FILL, "fill_days"),
    _median("time_to_start_days", TO_START, "start_days"),
    _mean("time_to_start_mean_days", TO_START, "start_days"),
    replace(
        _median("response_hours", RESPONSE, "response_hours"),
        panels=(
            Place("people/recruiters", 2),
            Place("pipeline/response"),
        ),
        headline=True,
        gauge=True,
    ),
    _mean("response_mean_hours", RESPONSE, "response_hours"),
    _p90("response_p90_hours", RESPONSE, "response_hours"),
    Kpi(
        id="response_48h_rate",
        ja="48時間以内対応率",
        en="First response within 48 h",
        kind="within",
        unit="ratio",
        numerator=("response_hours.*",),
        limit=48,
        bases=DECIDED,
        higher_is_better=True,
        minimum_n=10,
        explain_ja="応募から48時間以内に会社の人が最初の対応をした割合(対応のあった応募のうち)。",
        explain_en="Share of first responses within 48 whole hours, of the applications that got one.",
        panels=(
            Place("people/recruiters", 3),
            Place("pipeline/response", 2),
        ),
        play=playbook.SLOW_RESPONSE,
    ),
    replace(
        _time_in_stage("screening", "書類選考", "screening"),
        panels=(
            Place("shared/bottleneck"),
            Place("funnel/waits"),
            Place("pipeline/waiting"),
            Place("pipeline/ages"),
            Place("pipeline/jobs"),
        ),
    ),
    _time_in_stage("casual", "カジュアル面談", "casual talks"),
    _time_in_stage("assessment", "適性検査・課題", "assessment"),
    _time_in_stage("reference", "経歴調査", "the reference check"),
    replace(
        _time_in_stage("interview_1", "一次面接", "the first interview"),
        panels=(Place("funnel/waits", 2),),
    ),
    replace(
        _time_in_stage("interview_2", "二次面接", "the second interview"),
        panels=(Place("funnel/waits", 3),),
    ),
    _time_in_stage("interview_n", "その他の面接", "other interviews"),
    replace(
        _time_in_stage("final_interview", "最終面接", "the final interview"),
        panels=(Place("funnel/waits", 4),),
    ),
    replace(_time_in_stage("offer", "内定", "the offer"), panels=(Place("funnel/waits", 5),)),
    _time_to_response(
        "scorecard",
        "scorecards_due",
        ("評価提出までの日数", "Days to a scorecard"),
        (
            "面接の実施から各面接官の評価提出までの",
            "from an interview to the scorecard of each interviewer",
        ),
        Overdue(
            "面接から {days} 日を超えて未提出の評価",
            "scorecard",
            "scorecards",
            "missing since the interview",
        ),
    ),
    _time_to_response(
        "feedback",
        "feedback_due",
        ("面接後の初回評価までの日数", "Days to feedback"),
        (
            "面接の実施から最初の評価提出までの",
            "from an interview to the first scorecard of any interviewer",
        ),
        Overdue(
            "実施から {days} 日を超えて評価が一つもない面接",
            "interview",
            "interviews",
            "without any feedback",
        ),
    ),
    _time_to_response(
        "answer",
        "offers_made",
        ("内定への回答日数", "Days to an answer"),
        ("内定の提示から候補者の回答までの", "from an offer to the candidate's answer"),
        Overdue("提示から {days} 日を超えて回答のない内定", "offer", "offers", "unanswered"),
    ),
)

"""期間: KPIs on waiting times and time to hire."""

from dataclasses import replace

from schemas.cells import ENTRY
from schemas.kpis import playbook
from schemas.kpis.definition import BOTH, DECIDED, Kpi, Overdue, Place, Unit


def _quantile(id_: str, names: tuple[str, str], measure: str, share: float, unit: Unit) -> Kpi:
    ja, en = names
    phrase_ja, phrase_en = EXPLANATIONS[measure]
    which_ja, which_en = (
        ("中央値", "Median") if share == 0.5 else ("90パーセンタイル", "90th percentile")
    )
    return Kpi(
        id=id_,
        ja=ja,
        en=en,
        kind="quantile",
        unit=unit,
        numerator=(f"{measure}.*",),
        share=share,
        bases=DECIDED if measure == "response_hours" else BOTH,
        higher_is_better=False,
        minimum_n=5,
        standards=STANDARDS.get(measure, ()),
        explain_ja=f"{phrase_ja}の{which_ja}。",
        explain_en=f"{which_en} of {phrase_en}.",
        play=playbook.WITHDRAWALS if measure == "response_hours" else playbook.SLOW_HIRING,
    )


EXPLANATIONS = {
    "hire_days": ("応募日から採用決定日までの日数", "local days from application to hire decision"),
    "accept_days": (
        "応募日から内定承諾日までの日数",
        "local days from application to acceptance of the offer",
    ),
    "fill_days": (
        "求人開始から採用決定までの日数(保留期間を除く)",
        "days from the opening of the job to the hire decision, time on hold taken out",
    ),
    "start_days": (
        "内定承諾日から入社日までの日数",
        "local days from acceptance to the first day at work",
    ),
    "response_hours": (
        "応募から会社の最初の対応(段階の移動・面接設定・評価・内定・不採用)までの時間",
        "whole hours from application to the first thing the company did",
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
        _quantile(
            "time_to_hire_days", ("採用リードタイム", "Time to hire"), "hire_days", 0.5, "days"
        ),
        panels=(Place("summary/headline", 4),),
        headline=True,
    ),
    _quantile(
        "time_to_hire_p90_days",
        ("採用リードタイム p90", "Time to hire, p90"),
        "hire_days",
        0.9,
        "days",
    ),
    _quantile(
        "time_to_accept_days",
        ("応募から承諾まで", "Time to accept"),
        "accept_days",
        0.5,
        "days",
    ),
    _quantile(
        "time_to_accept_p90_days",
        ("応募から承諾まで p90", "Time to accept, p90"),
        "accept_days",
        0.9,
        "days",
    ),
    _quantile("time_to_fill_days", ("充足期間", "Time to fill"), "fill_days", 0.5, "days"),
    _quantile("time_to_start_days", ("入社までの期間", "Time to start"), "start_days", 0.5, "days"),
    replace(
        _quantile(
            "response_hours", ("一次対応時間", "First response"), "response_hours", 0.5, "hours"
        ),
        panels=(
            Place("people/recruiters", 2),
            Place("pipeline/response"),
        ),
        headline=True,
        gauge=True,
    ),
    _quantile(
        "response_p90_hours",
        ("一次対応時間 p90", "First response, p90"),
        "response_hours",
        0.9,
        "hours",
    ),
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
        explain_ja="応募から48時間以内に会社が最初の対応をした割合(対応のあった応募のうち)。",
        explain_en="Share of first responses within 48 whole hours, of the applications that got one.",
        panels=(
            Place("people/recruiters", 3),
            Place("pipeline/response", 2),
        ),
        play=playbook.WITHDRAWALS,
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

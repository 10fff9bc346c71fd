"""応募から内定まで: KPIs on application volume and stage pass rates."""

from dataclasses import replace

from schemas.cells import COHORT
from schemas.kpis import playbook
from schemas.kpis.definition import Kpi, Place
from schemas.tenants.milestones import INTERVIEWS, MAIN_LINE

PASSED = tuple(f"passed.{stage}" for stage in INTERVIEWS)
FAILED = tuple(f"failed.{stage}" for stage in INTERVIEWS)
WITHDREW = tuple(f"withdrew.{stage}" for stage in INTERVIEWS)
PASSED_MAIN_LINE = tuple(f"passed.{stage}" for stage in MAIN_LINE)
FAILED_MAIN_LINE = tuple(f"failed.{stage}" for stage in MAIN_LINE)


def _pass_rate(id_: str, stage: str, ja: str, en: str) -> Kpi:
    """Define the pass rate of one stage."""
    return Kpi(
        id=id_,
        ja=ja,
        en=en,
        kind="ratio",
        unit="ratio",
        numerator=(f"passed.{stage}",),
        denominator=(f"passed.{stage}", f"failed.{stage}"),
        higher_is_better=True,
        minimum_n=10,
        by_interviewer=True,
        standards=("ISO 30414:2025 applicant conversion rate",),
        explain_ja="通過 ÷(通過+不採用)。辞退と、どちらの判断でもない終了(充足・重複など)は、分母・分子のどちらにも入りません。",
        explain_en="Passed ÷ (passed + rejected); withdrawals and closings by neither side (position filled, duplicate) are in neither.",
        play=playbook.FEW_PASS_SCREENING if stage == "screening" else playbook.FEW_PASS_INTERVIEWS,
    )


KPIS = (
    Kpi(
        id="applications",
        ja="応募数",
        en="Applications",
        kind="count",
        unit="count",
        numerator=("applications",),
        higher_is_better=True,
        explain_ja="応募日(候補者が応募した日)で数えた応募。受信日や取込日では数えません。",
        explain_en="Applications by the day the candidate applied, never the day we heard of it.",
        panels=(
            Place("summary/headline"),
            Place("summary/applications_by_week"),
            Place("funnel/funnel", 0, name="applied"),
            Place("funnel/cohorts"),
            Place("channels/channels"),
            Place("channels/mix"),
            Place("channels/jobs"),
            Place("people/recruiters"),
            Place("money/channels", 2),
        ),
        headline=True,
        gauge=True,
        member_size=True,
        play=playbook.FEW_APPLICATIONS,
    ),
    Kpi(
        id="reapplication_share",
        ja="再応募の割合",
        en="Share of re-applications",
        kind="ratio",
        unit="ratio",
        numerator=("reapplications",),
        denominator=("applications_rated",),
        minimum_n=10,
        explain_ja="採用管理システムが再応募と伝えた応募 ÷ 応募。重複として閉じられた応募はどちらにも入りません。",
        explain_en="Applications that the system called a re-application ÷ applications; those closed as duplicates are in neither.",
        play=playbook.FEW_HIRES,
    ),
    replace(
        _pass_rate("screen_pass_rate", "screening", "書類通過率", "Screening pass rate"),
        panels=(
            Place("funnel/rates"),
            Place("channels/channels", 2),
            Place("channels/jobs", 2),
        ),
        headline=True,
        gauge=True,
    ),
    _pass_rate("casual_pass_rate", "casual", "カジュアル面談通過率", "Casual talks passed"),
    _pass_rate("assessment_pass_rate", "assessment", "適性検査・課題通過率", "Assessments passed"),
    _pass_rate("reference_pass_rate", "reference", "経歴調査通過率", "Reference checks passed"),
    _pass_rate("first_interview_pass_rate", "interview_1", "一次面接通過率", "First interview"),
    _pass_rate("second_interview_pass_rate", "interview_2", "二次面接通過率", "Second interview"),
    replace(
        _pass_rate(
            "final_interview_pass_rate", "final_interview", "最終面接通過率", "Final interview"
        ),
        gauge=True,
    ),
    Kpi(
        id="interview_pass_rate",
        ja="面接通過率",
        en="Interview pass rate",
        kind="ratio",
        unit="ratio",
        numerator=PASSED,
        denominator=(*PASSED, *FAILED),
        higher_is_better=True,
        minimum_n=10,
        by_interviewer=True,
        standards=("ISO 30414:2025 applicant conversion rate",),
        explain_ja="すべての面接段階の 通過 ÷(通過+不採用)。",
        explain_en="Passed ÷ (passed + rejected) over all interview stages.",
        panels=(
            Place("funnel/rates", 2),
            Place("channels/channels", 3),
            Place("channels/jobs", 3),
            Place("people/interviews", 3),
            Place("people/pass_by_month"),
            Place("people/recruiters", 4),
        ),
        headline=True,
        gauge=True,
        play=playbook.FEW_PASS_INTERVIEWS,
    ),
    Kpi(
        id="stage_pass_rate",
        ja="選考通過率",
        en="Pass rate, main line",
        kind="ratio",
        unit="ratio",
        numerator=PASSED_MAIN_LINE,
        denominator=(*PASSED_MAIN_LINE, *FAILED_MAIN_LINE),
        minimum_n=10,
        by_interviewer=True,
        explain_ja="本線の全段階の 通過 ÷(通過+不採用)。カジュアル面談・適性検査・経歴調査は本線に入らず、それぞれの通過率で見ます。"
        "面接官については本人が担当した段階。",
        explain_en="Passed ÷ (passed + rejected) over the stages of the main line; casual talks, assessments and reference checks"
        " are beside it and have rates of their own. For an interviewer, the stages they interviewed in.",
        panels=(
            Place("funnel/stages"),
            Place("funnel/what_if"),
            Place("people/fair"),
            Place("people/rates"),
        ),
        play=playbook.FEW_PASS_SCREENING,
    ),
    Kpi(
        id="withdraw_rate",
        ja="選考辞退率",
        en="Withdrawal rate",
        kind="ratio",
        unit="ratio",
        numerator=("withdrew.*",),
        denominator=("passed.*", "failed.*", "withdrew.*"),
        higher_is_better=False,
        minimum_n=10,
        by_interviewer=True,
        explain_ja="辞退 ÷ 結果の出た選考段階(通過+不採用+辞退)。カジュアル面談・適性検査・経歴調査も含みます。",
        explain_en="Withdrawn by the candidate ÷ resolved stage visits (passed + rejected + withdrawn), side steps included.",
        panels=(
            Place("funnel/rates", 4),
            Place("channels/jobs", 6),
            Place("pipeline/response", 4),
        ),
        headline=True,
        gauge=True,
        play=playbook.WITHDRAWALS,
    ),
    Kpi(
        id="withdraw_before_interview_rate",
        ja="面接実施前辞退率",
        en="Withdrawal before the interview",
        kind="ratio",
        unit="ratio",
        numerator=("withdrew_before.*",),
        denominator=(*PASSED, *FAILED, *WITHDREW),
        higher_is_better=False,
        minimum_n=10,
        explain_ja="面接段階で面接を実施する前に辞退 ÷ 結果の出た面接段階。残りの辞退は実施後です。",
        explain_en="Withdrawn at an interview stage before any interview ÷ resolved interview stages; the rest came after.",
        play=playbook.WITHDRAWALS,
    ),
    Kpi(
        id="application_offer_rate",
        ja="応募内定率",
        en="Offers per application",
        kind="ratio",
        unit="ratio",
        numerator=("offered",),
        denominator=("applications_rated",),
        bases=(COHORT,),
        minimum_n=20,
        higher_is_better=True,
        explain_ja="内定の出た応募 ÷ 応募。内定が何度出ても応募は一件です。重複として閉じられた応募はどちらにも入りません。"
        "選考中の応募は今後増える可能性があります。",
        explain_en="Applications with an offer, each once however many it got, ÷ applications of the cohort so far; those closed as"
        " duplicates are in neither, and in-flight applications may still add to it.",
    ),
    Kpi(
        id="final_interview_offer_rate",
        ja="最終面接内定率",
        en="Offers per final interview",
        kind="ratio",
        unit="ratio",
        numerator=("final_offered",),
        denominator=("passed.final_interview", "failed.final_interview"),
        minimum_n=10,
        higher_is_better=True,
        explain_ja="最終面接を通過し内定の出た応募 ÷ 判定の出た最終面接。通過日で数えます。最終面接を飛ばした内定は入りません。",
        explain_en="Final interviews that were passed and led to an offer so far ÷ decided final interviews, by the day of the pass;"
        " offers that skipped one are not in it.",
        play=playbook.FEW_PASS_INTERVIEWS,
    ),
    Kpi(
        id="application_hire_rate",
        ja="応募採用率",
        en="Hires per application",
        kind="ratio",
        unit="ratio",
        numerator=("hired",),
        denominator=("applications_rated",),
        bases=(COHORT,),
        minimum_n=20,
        higher_is_better=True,
        explain_ja="採用決定 ÷ 応募。応募日コホートのこれまでの値。重複として閉じられた応募は入らず、充足などで終了した応募は分母に残ります。"
        "選考中の応募は今後増える可能性があります。",
        explain_en="Hires ÷ applications of the cohort so far. Those closed as duplicates are in neither, those closed for other"
        " reasons (position filled) stay in it; in-flight applications may still add to it.",
        panels=(
            Place("funnel/rates", 5),
            Place("channels/channels", 6),
            Place("channels/hire_rate"),
        ),
    ),
    Kpi(
        id="hired_within_90_rate",
        ja="90日以内採用率",
        en="Hired within 90 days",
        kind="incidence",
        unit="ratio",
        of="application",
        outcome="hired",
        entered="applications",
        limit=90,
        bases=(COHORT,),
        minimum_n=20,
        higher_is_better=True,
        explain_ja="応募から90日以内に採用が決まる確率。選考中の応募を打切りとして扱う Aalen–Johansen 推定。",
        explain_en="Probability of a hire within 90 days of applying; in-flight applications are censored (Aalen–Johansen).",
    ),
)

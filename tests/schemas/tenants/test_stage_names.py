"""Stage names that state a milestone, names that state none, and names that are endings."""

import pytest

from schemas.tenants.milestones import (
    MAIN_LINE,
    MILESTONES,
    SIDE_STEPS,
    UNMAPPED,
    lookup_milestone,
    normalize_name,
)
from schemas.tenants.stage_endings import guess_party, is_ending_name

# The default stages of public ATS, and names from Japanese, English and Russian boards, separated by |.
STATED = {
    "lead": "Sourced|New lead|Reached out|スカウト",
    "applied": "応募|応募受付|エントリー|新規応募|New|Inbox|Applied|1. Applied|New applicant|Applied Candidates|Новые|Отклик",
    "screening": (
        "書類選考|書類選考中|書類審査|書類|書類選考（現場）|01_書類選考|【中途】書類選考|レジュメ確認|書類選考(1次)"
        "|Application Review|Resume Review|CV Review|CV Screening|Initial Screening|Screening|Рассмотрение резюме|Скрининг"
    ),
    "casual": (
        "カジュアル面談|ｶｼﾞｭｱﾙ面談|面談|オンライン面談|オファー面談|条件面談|内定者面談|会社説明会|WEB説明会|カジュアル"
        "|Casual Chat|Coffee chat|Phone Screen|Preliminary Phone Screen|Phone Interview|Recruiter Screen|Телефонное интервью"
    ),
    "assessment": (
        "適性検査|Webテスト|課題|技術課題|コーディングテスト|筆記試験|SPI|Take Home Test|Take-home assignment"
        "|Coding Challenge|Assessment|Online Assessment|Technical assessment|Тестовое задание"
    ),
    "interview_1": (
        "一次面接|1次面接|１次面接|第一次面接|①一次面接|一次面接(オンライン)|一次面接（人事）|一次面接調整中|面接（一次）|面接1回目"
        "|初回面接|1st面接|1st Interview|First Interview|First round|Round 1|Interview 1|Interview (1st)|1st round interview"
        "|First technical interview|Первое интервью|1-е интервью"
    ),
    "interview_2": (
        "二次面接|2次面接|２次面接|面接2回目|二次面接（部長面接）|2nd Interview|Second Interview|Second round|2nd round"
        "|Round 2|Второе собеседование"
    ),
    "interview_n": (
        "三次面接|3次面接|第三次面接|面接|技術面接|3rd Interview|Round 3|Interview|Interviews|Face to Face|Onsite"
        "|On-site interview|Technical Interview|Panel interview|Собеседование|Интервью с заказчиком"
    ),
    "final_interview": (
        "最終面接|最終面接（役員）|最終役員面接|役員最終面接|最終面接結果待ち|Final Interview|Final round|Final Round Interview"
        "|Interview - Final|Final onsite|Финальное интервью"
    ),
    "reference": (
        "リファレンスチェック|リファレンスチェック中|バックグラウンドチェック|Reference Check|References|Background Check"
        "|Проверка рекомендаций"
    ),
    "offer": (
        "内定|オファー|オファー提示|内定承諾待ち|内定（承諾待ち）|Offer|Offer Extended|Verbal Offer|Job offer|Оффер|Оффер выставлен"
    ),
    "accepted": "内定承諾|承諾|オファー承諾|Offer Accepted|Accepted|Оффер принят",
    "hired": "入社|入社済み|採用決定|Hired|Вышел на работу|Принят на работу",
}
# What is beside or between the stages, says which of two only to those who know the company, or merely contains a word.
NOT_STATED = (
    "書類送付|書類提出|内定書類|内定書類送付|内定準備|内定者フォロー|承諾期限前|入社待ち|入社予定|入社手続き|書類選考通過|一次面接通過"
    "|一次面接(通過)|一次面接/二次面接|一次/二次面接|一次面接(適性検査)|役員面接|社長面接|部長面接|代表面接|最終|最終選考|一次|一次選考"
    "|一次面談|最終面談|保留|新卒|テスト"
    "|Final paperwork|Final|2nd|Offer prep|Offer approval|Offer letter draft|Offerings|Reference code|Preference form"
    "|Backgrounder|CV|Resume|iPhone engineer test|Phone number check|Screen saver|Executive Interview|CEO interview"
    "|Technical Phone Interview|Interview feedback|Pre-interview questionnaire|Post-interview|No interview|Finalist pool"
    "|Newsletter|Renewed|Referral|Hiring manager review|Onboarding|Assess|Test|Hold|In review|Подготовка оффера|Резерв"
)
# Who ends an application there, as far as the name says.
ENDINGS = {
    "candidate": (
        "辞退|内定辞退|一次面接辞退|選考辞退（本人都合）|入社辞退|応募取消|Withdrawn|Candidate withdrew|Offer Declined|Offer rejected"
        "|Declined by candidate|Applied then withdrew|Отказ кандидата|Самоотказ|Кандидат отказался"
    ),
    "company": (
        "不合格|書類不合格|不採用|お見送り|最終面接お見送り|見送り|落選|書類選考不通過|書類NG|NG|内定取消|Rejected"
        "|Rejected after interview|Interview - Rejected|Disqualified|Screening failed|Не прошел интервью|Отказ компании"
    ),
    "neither": "重複応募|選考終了|Duplicate",
    None: "Archived|Declined|Отказ|面接キャンセル|Pending NG check|不合格連絡待ち|辞退確認中|Cancelled",
}


def rows(table: dict[str, str] | dict[str | None, str]) -> list[tuple[str | None, str]]:
    """Return each name of a table with its meaning."""
    return [(meaning, name) for meaning, names in table.items() for name in names.split("|")]


@pytest.mark.parametrize(("milestone", "name"), rows(STATED))
def test_a_name_that_states_a_milestone(milestone: str, name: str) -> None:
    """A stage of that name is the milestone without a rule."""
    assert lookup_milestone(name, None) == milestone


@pytest.mark.parametrize("name", NOT_STATED.split("|"))
def test_a_name_that_states_none(name: str) -> None:
    """A stage of that name is unmapped until a rule says what it is."""
    assert lookup_milestone(name, None) == UNMAPPED


@pytest.mark.parametrize(("party", "name"), rows(ENDINGS))
def test_a_name_that_is_an_ending(party: str | None, name: str) -> None:
    """A stage with a word for an ending is no milestone, of whatever kind; its party is proposed where the name gives it."""
    assert is_ending_name(normalize_name(name))
    assert guess_party(normalize_name(name)) == party
    for kind in (None, "offer", "interview", "hired"):
        assert lookup_milestone(name, kind) == UNMAPPED


@pytest.mark.parametrize(
    "name",
    [
        "Pending",
        "Screening",
        "Interviewing",
        "Hiring manager",
        "Onboarding",
        "面接合否連絡",
        "Closing call",
    ],
)
def test_an_ending_word_inside_another_word_is_none(name: str) -> None:
    """NG and the like count as words only."""
    assert not is_ending_name(normalize_name(name))
    assert guess_party(normalize_name(name)) is None


def test_the_vendor_s_kind_goes_before_the_name() -> None:
    """A kind from the vendor's own list decides, except for talks, and a broad kind only where the name states nothing."""
    assert lookup_milestone("Chemistry", "offer") == "offer"
    assert lookup_milestone("オファー面談", "offer") == "casual"
    assert lookup_milestone("一次面接", "interview") == "interview_1"
    assert lookup_milestone("役員面接", "interview") == "interview_n"


def test_the_main_line_is_without_side_steps() -> None:
    """Every milestone is on the main line or beside it, in the order of the process."""
    assert sorted({*MAIN_LINE, *SIDE_STEPS}) == sorted(MILESTONES)
    assert not set(MAIN_LINE) & set(SIDE_STEPS)
    assert list(MAIN_LINE) == [name for name in MILESTONES if name in MAIN_LINE]

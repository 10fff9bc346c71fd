"""The playbook: one play per symptom; every KPI that is watched names its play in its own definition.

It is based on published surveys of declines and the use cases of hiring systems; a company's own experience takes precedence.
"""

from dataclasses import dataclass

from schemas.text.languages import translate


@dataclass(frozen=True, kw_only=True)
class Play:
    """One symptom: the checks that separate its causes, a suggestion, and the role that owns it."""

    id: str
    check_ja: str
    check_en: str
    suggest_ja: str
    suggest_en: str
    owner_ja: str
    owner_en: str

    def check(self, language: str) -> str:
        """The check in the given language."""
        return translate((self.check_ja, self.check_en), language)

    def suggestion(self, language: str) -> str:
        """The suggestion in the given language."""
        return translate((self.suggest_ja, self.suggest_en), language)

    def owner(self, language: str) -> str:
        """The role in the given language."""
        return translate((self.owner_ja, self.owner_en), language)


TALENT = {"owner_ja": "採用担当", "owner_en": "talent acquisition"}
FIELD = {"owner_ja": "現場責任者", "owner_en": "hiring manager"}
BOARD = {"owner_ja": "経営", "owner_en": "management"}
DATA = {"owner_ja": "採用システム管理者", "owner_en": "administrator of the hiring system"}

FEW_APPLICATIONS = Play(
    id="few_applications",
    check_ja="ほかの媒体は横ばいか。曜日・祝日・季節の影響ではないか。表示回数とクリック数はどうか。",
    check_en="Are other channels flat? Weekday, holiday or season? What do impressions and clicks say?",
    suggest_ja="求人票を更新し、書類通過一件あたりの費用が最も低い媒体に予算を移してください。",
    suggest_en="Refresh the posting; move budget to the channel with the lowest cost per qualified application.",
    **TALENT,
)
FEW_PASS_SCREENING = Play(
    id="few_pass_screening",
    check_ja="一つの媒体だけか、求人全体か。要件や書類選考の担当者が変わっていないか。",
    check_en="One channel only, or the whole job? Have the requirements or the screener changed?",
    suggest_ja="媒体・エージェントに不採用理由の上位 3 つを伝えて訴求を直し、求人全体なら現場と要件をすり合わせてください。",
    suggest_en="Brief the channel or agent with the top three rejection reasons; if it is the whole job, align the requirements.",
    **TALENT,
)
FEW_PASS_INTERVIEWS = Play(
    id="few_pass_interviews",
    check_ja="面接官や候補者層の構成が変わっていないか。複数面接官の評価は一致しているか。",
    check_en="Has the mix of interviewers or candidates changed? Do panels agree?",
    suggest_ja="評価基準のすり合わせ(キャリブレーション)とペア面接を行ってください。人を自動で評価することはありません。",
    suggest_en="Hold a calibration session and interview in pairs; people are never scored automatically.",
    **FIELD,
)
WITHDRAWALS = Play(
    id="withdrawals",
    check_ja="返信までの時間は延びていないか。辞退はどの段階で、面接の前か後か。",
    check_en="Has the response time grown? At which stage do they withdraw, before or after an interview?",
    suggest_ja="24 時間以内の連絡と候補者自身による日程調整を徹底してください。面接後の辞退が多ければ面接での伝え方を見直してください。",
    suggest_en="Reply within 24 hours and let candidates schedule themselves; if they withdraw after interviews, coach interviewers.",
    **TALENT,
)
SLOW_RESPONSE = Play(
    id="slow_response",
    check_ja="土日・祝日や担当者の不在をまたいでいないか。どの媒体・求人・担当で遅いか。応募の通知は担当者に届いているか。",
    check_en="Do weekends, holidays or an absence explain it? Which channels, jobs or recruiters are slow? Do they hear of applications?",
    suggest_ja="応募から 24 時間以内に返信する担当と代理を決め、書類選考の結果を待たずに受付と日程の案内を送ってください。",
    suggest_en="Name who replies within 24 hours, and a deputy; acknowledge and offer dates before the screening is decided.",
    **TALENT,
)
INTERVIEWS_NOT_HELD = Play(
    id="interviews_not_held",
    check_ja="無断欠席か、日程変更か。前日の連絡は届いているか。",
    check_en="No-shows, or rescheduling? Do reminders arrive the day before?",
    suggest_ja="前日のリマインドと、候補者がその場で日程を変更できるリンクを送ってください。",
    suggest_en="Send a reminder the day before, with a link that lets candidates reschedule.",
    **TALENT,
)
LATE_SCORECARDS = Play(
    id="late_scorecards",
    check_ja="未提出はどの求人に多いか。面接が少数の人に集中していないか。",
    check_en="Which jobs are they missing for? Do a few people hold most interviews?",
    suggest_ja="未提出者へのリマインドと、面接担当の割り振りの見直しを行ってください。",
    suggest_en="Remind those whose scorecards are missing, and spread the interviews over more people.",
    **FIELD,
)
STUCK = Play(
    id="stuck",
    check_ja="待っているのは会社か候補者か。担当者の不在や日程調整の停滞はないか。",
    check_en="Who is causing the wait, the company or the candidate? Is somebody away, or is scheduling stuck?",
    suggest_ja="最も長く待っている応募から順に、今日中に次の一手(日程・合否・連絡)を決めてください。",
    suggest_en="Start with those who have waited longest, and settle each one's next step today.",
    **TALENT,
)
NO_WORD_AFTER_INTERVIEW = Play(
    id="no_word_after_interview",
    check_ja="未提出は特定の面接官か、全体か。評価表は面接の直後に開けるか。",
    check_en="Is it one interviewer or all of them? Can the scorecard be opened right after the interview?",
    suggest_ja="未提出の面接官に当日中の提出を依頼し、面接の直後 15 分を評価の時間として確保してください。",
    suggest_en="Ask for the missing scorecards today, and keep the 15 minutes after an interview free for writing them.",
    **FIELD,
)
OFFERS_UNANSWERED = Play(
    id="offers_unanswered",
    check_ja="候補者は他社の結果を待っているのか、条件で迷っているのか。回答期限は伝わっているか。",
    check_en="Are they waiting for other companies, or unsure about the terms? Do they know the deadline?",
    suggest_ja="候補者に連絡して懸念を聞き、必要なら現場責任者との面談を設け、回答期限を合意してください。",
    suggest_en="Call the candidate, ask about concerns, offer a talk with the hiring manager and agree on a deadline.",
    **TALENT,
)
SLOW_HIRING = Play(
    id="slow_hiring",
    check_ja="どの段階で日数がかかっているか(v_bottleneck)。最終面接から内定までか。",
    check_en="Which stage takes the time (v_bottleneck)? Is it from the last interview to the offer?",
    suggest_ja="最終面接から 72 時間以内に合否を決める運用にしてください。",
    suggest_en="Decide within 72 hours of the last interview.",
    **BOARD,
)
FEW_ACCEPTANCES = Play(
    id="few_acceptances",
    check_ja="辞退理由は条件か、社風か、速さか。特定の職種に偏っていないか。",
    check_en="Do they decline over terms, culture or speed? Is it concentrated in one kind of job?",
    suggest_ja="オファー面談を設け、条件を見直し、内定までの日数を短くしてください。",
    suggest_en="Hold an offer meeting, review the terms, and shorten the time to offer.",
    **BOARD,
)
FEW_HIRES = Play(
    id="few_hires",
    check_ja="応募数か、通過率か、承諾率か。どこで計画から外れたか(`hirelay plan show`)。",
    check_en="Applications, pass rates or acceptances: where did it depart from the plan (`hirelay plan show`)?",
    suggest_ja="最も効果の大きい段階を v_what_if で確かめ、そこから着手してください。",
    suggest_en="Check in v_what_if which stage would have the most effect, and start there.",
    **TALENT,
)
REJECTION_REASONS = Play(
    id="rejection_reasons",
    check_ja="要件や選考担当者が変わっていないか。媒体の候補者層が変わっていないか。理由の入力の仕方が変わっただけではないか。",
    check_en="Have the requirements, the screener or the channel's candidates changed, or only how reasons are entered?",
    suggest_ja="`hirelay relay reasons` で要件の版ごとに確かめ、媒体への伝え方か要件を見直してください。",
    suggest_en="Compare versions of the requirement with `hirelay relay reasons`; brief the channel, or revise the requirement.",
    **FIELD,
)
UNMAPPED = Play(
    id="unmapped",
    check_ja="採用管理システムで段階や理由が追加・変更されていないか。",
    check_en="Have stages or reasons been added or renamed in the hiring system?",
    suggest_ja="`hirelay mapping suggest` で対応づけを加え、`hirelay replay` で再集計してください。",
    suggest_en="Add the mapping that `hirelay mapping suggest` proposes, then run `hirelay replay`.",
    **DATA,
)
IMPOSSIBLE = Play(
    id="impossible",
    check_ja="どの連携から届いたか。時差の扱い(UTC を日本時間として送るなど)や、取り込んだ表の日付の列に誤りはないか。",
    check_en="Which connection sent them? Is a time zone wrong (UTC sent as local time), or a date column of an imported table?",
    suggest_ja="採用管理システムの日時を直してください。直した出来事が届けば、その値も数えます。",
    suggest_en="Correct the dates in the hiring system; once the corrected events arrive, the values count.",
    **DATA,
)
COSTS = Play(
    id="costs",
    check_ja="費用か、採用数か、媒体の構成か。どれが変わったか。",
    check_en="What has changed: the spending, the hires or the mix of channels?",
    suggest_ja="一件あたりの費用が高く改善の見込みが低い媒体を減らしてください。",
    suggest_en="Cut the channels with a high cost per hire that are unlikely to be the best.",
    **TALENT,
)

"""The words of the import's report in both languages."""

from schemas.text.languages import Words

EVENT_TYPES: dict[str, Words] = {
    "application.created": ("応募", "applications"),
    "application.stage_changed": ("選考段階の移動", "moves to a stage"),
    "application.rejected": ("不採用", "rejections"),
    "application.withdrawn": ("辞退", "withdrawals"),
    "application.closed": ("その他の終了", "closings"),
    "application.hired": ("採用決定", "hires"),
    "application.updated": ("取り消し・更新", "updates"),
    "interview.scheduled": ("面接の設定", "interviews scheduled"),
    "interview.completed": ("面接の実施", "interviews held"),
    "interview.cancelled": ("面接の中止", "interviews cancelled"),
    "interview.no_show": ("面接の無断欠席", "no-shows"),
    "feedback.submitted": ("評価の提出", "scorecards"),
    "offer.sent": ("内定通知", "offers"),
    "offer.accepted": ("内定承諾", "offers accepted"),
    "offer.declined": ("内定辞退", "offers declined"),
    "offer.expired": ("内定の期限切れ", "offers expired"),
    "offer.revoked": ("内定取消", "offers revoked"),
    "employment.started": ("入社", "joins"),
    "employment.confirmed": ("試用期間の終了", "probations passed"),
    "employment.performance_rated": ("人事評価", "ratings"),
    "employment.ended": ("退職", "leaves"),
    "cost.recorded": ("費用", "costs"),
}
# What comes of an import, by the name under which it is counted.
COUNTS: dict[str, Words] = {
    "applications": ("応募", "applications"),
    "hired": ("採用決定", "hired"),
    "rejected": ("不採用", "rejected"),
    "withdrawn": ("辞退", "withdrawn"),
    "closed": ("その他終了", "closed"),
    "offers": ("内定", "offers"),
    "offers accepted": ("内定承諾", "offers accepted"),
    "offers declined": ("内定辞退", "offers declined"),
    "interviews scheduled": ("面接設定", "interviews scheduled"),
    "interviews held": ("面接実施", "interviews held"),
    "scorecards": ("評価", "scorecards"),
    "joins": ("入社", "joins"),
    "leaves": ("退職", "leaves"),
    "costs": ("費用", "costs"),
}
FILE_ROWS: Words = (
    "{name}（{kind}）: {rows} 行を読み、有効 {valid} 行、取り込めない行 {refused} 行",
    "{name} ({kind}): {rows} rows read, {valid} valid, {refused} refused",
)
SPAN: Words = (
    "{n} 件のイベント、{first} から {last} まで（{zone}）",
    "{n} events, from {first} to {last} ({zone})",
)
EVENT, COUNT = ("イベント", "event"), ("件数", "count")
COMES: Words = ("取り込むと: {totals}", "What comes of it: {totals}")
MEDIANS: Words = ("応募からの中央値: {medians}", "Medians from the application: {medians}")
MEDIAN: Words = ("{name} {days} 日", "{name} after {days} days")
MONTH: Words = ("月", "month")
MORE_MONTHS: Words = ("それ以前に {n} か月", "… and {n} months before them")
KPIS: Words = (
    "会社の KPI の変化（全期間、判定日）",
    "How KPIs of the company change (all days, by decision)",
)
KPI_COLUMNS: tuple[Words, ...] = (
    ("KPI", "KPI"),
    ("現在", "now"),
    ("取込後", "after"),
    ("差", "change"),
)
ALONE: Words = (
    "現在の値は読めません。取り込む分だけの値です。",
    "What is there now is not read: these are the values of the import alone.",
)
NO_CHANGE: Words = ("会社の KPI は変わりません。", "No KPI of the company changes.")
TOO_MANY: Words = (
    "応募が {n} 件を超えるため、KPI の変化は計算しません。",
    "How KPIs change is not computed for more than {n} applications.",
)
IGNORED: Words = ("{n} 行を無視: {reason}", "ignored, {n} rows: {reason}")
ASSUMED: Words = (
    "{n} 件のイベントは時刻がないか、別の日付を使っています",
    "{n} events have a date without a time, or the date of another event",
)
UNDATED: Words = (
    "{n} 件のイベントはいつ起きたか不明です。件数には入り、期間には入りません",
    "{n} events happened at a time that nobody knows: they count, and no duration does",
)
DUPLICATES: Words = (
    "{n} 件のイベントはファイルに 2 回以上あり、1 回だけ送ります",
    "{n} events are in the files more than once and are sent once",
)
ORPHANS: Words = (
    "{n} 件の応募は、採用・面接・内定などの表にだけあり、応募になりません: {names}。応募の表も取り込んでください",
    "{n} applications are told of only by hires, interviews, offers or the like, which make no application: {names}. "
    "Import their table of applications too",
)
READ: Words = ("{name}: 読む列 {columns}", "{name}: read {columns}")
READ_AS: Words = ("{header} → {field}", "{header} as {field}")
UNREAD: Words = ("{name}: 読まない列 {columns}", "{name}: not read: {columns}")
HEADER_LINE: Words = ("{name}: 見出しは {line} 行目です", "{name}: the headers are on line {line}")
ENCODING: Words = (
    "{name}: 文字コードは {encoding} として読みます",
    "{name}: its text is read as {encoding}",
)
DAYS: Words = (
    "{name}: {columns} の時刻はすべて 0:00 のため、時刻のない日付として読みます",
    "{name}: every time of {columns} is 0:00, so these are read as days without a time",
)
PERSONAL: Words = (
    "{header} は個人情報のようですが、マップは {field} として送ります",
    "{header} looks like personal data, but the map sends it as {field}",
)
UNCHANGED: Words = (
    "{n} 件のイベントは取り込み済みで、送りません",
    "{n} events are there already and are not sent again",
)
DETAILS: Words = (
    "{n} 件は日付はそのままで、経路や求人などの詳細が変わります",
    "{n} facts keep their day and change in details such as the channel or the job",
)
CORRECTED: Words = (
    "以前取り込んだ {n} 件を訂正します:",
    "{n} facts that were imported before are corrected:",
)
MORE: Words = ("… ほか {n} 件", "… and {n} more")
MORE_PROBLEMS: Words = (
    "… ほか {n} 件。`--report FILE` で全件を書き出せます",
    "… and {n} more; write all of them with --report FILE",
)
REFUSED: Words = ("取り込めない行", "Refused")
NOTED: Words = ("確認してください（件数には入ります）", "Counted all the same")
PROBLEM_COLUMNS: tuple[Words, ...] = (
    ("行", "line"),
    ("列", "column"),
    ("内容", "what is wrong"),
    ("対処", "what to do"),
)
NOT_COMPARED: Words = (
    "ClickHouse に接続できないため、以前の取り込みと比べていません",
    "not compared with what was imported before, because ClickHouse is not reachable",
)
DRY_RUN: Words = (
    "何も送っていません（確認のみ）。有効な行を送るには --apply を付けてください。",
    "Nothing was sent: this was a dry run. Add --apply to send the valid rows.",
)
BLOCKED: Words = (
    "何も送っていません。警告を 1 つずつ --accept に名前で指定するか、ファイルかマップを直してください。",
    "Nothing was sent: accept each warning by its name with --accept, or correct the file or the map.",
)
WARNING: Words = ("警告: {warning} [{name}]", "warning: {warning} [{name}]")
ACCEPTED_WARNING: Words = ("承認済み: {warning} [{name}]", "accepted: {warning} [{name}]")
NONE_OF: Words = (
    "{n} 件の応募から{name}が 0 件です。{name}を示す列をマップに書いてください",
    "0 {noun} would come of {n} applications; map the column that tells of them",
)
MANY_REFUSED: Words = ("{of} 行のうち {n} 行を取り込めません", "{n} of {of} rows are refused")
MANY_CORRECTIONS: Words = (
    "以前取り込んだ {of} 件のうち {n} 件が変わります",
    "{n} of {of} facts that were imported before would change",
)
MANY_HIRES: Words = (
    "{of} 件の応募から採用が {n} 件になります",
    "{n} hires would come of {of} applications",
)
UNMAPPED_STAGES: Words = (
    "意味の決まっていない選考段階が {n} 件あります: {names}。接続 {connection} の `stages` でマイルストーンを決めてください。"
    "あとからでもかまいません（`hirelay mapping suggest`、続けて `hirelay replay`）",
    "{n} stages count as unmapped: {names}; give them a milestone under `stages` of connection {connection}, now or later "
    "(`hirelay mapping suggest`, then `hirelay replay`)",
)
ACCEPTED: Words = (
    "{n} 件のイベントを {batches} 回に分けて受け付けました",
    "{n} events accepted in {batches} batches",
)
CONFIRMED: Words = (
    "{n} 件のイベントは前回の実行で受け付け済みです",
    "{n} events were already confirmed by an earlier run",
)
RETRIED: Words = ("{n} 回失敗し、再試行しました", "{n} attempts failed and were retried")
QUARANTINED: Words = (
    "{n} 件のイベントをゲートウェイが隔離しました（{message}）。`hirelay dlq list` で確認してください",
    "{n} events were quarantined by the gateway ({message}): see `hirelay dlq list`",
)
FAILED: Words = (
    "{failure}。同じコマンドをもう一度実行すると続きから送ります",
    "{failure}; run the same command again to continue",
)
RUN: Words = (
    "この取り込みは {run} です。`hirelay import --undo {run}` で取り消せます",
    "this was run {run}; take it back with `hirelay import --undo {run}`",
)
NOT_ARRIVED: Words = (
    "{of} 件のうち {n} 件が ClickHouse に届いています。訂正を取り込む前に残りを待ってください",
    "{n} of {of} events have reached ClickHouse; wait for the rest before you import a correction",
)
DRY_UNDO: Words = (
    "何も送っていません（確認のみ）。取り消すには --apply を付けてください。",
    "Nothing was sent: this was a dry run. Add --apply to undo the run.",
)
UNDOING: Words = (
    "{run}: {taken} 件を取り消し、{restored} 件を以前の内容に戻し、{left} 件は後の取り込みで変わったためそのまま残します",
    "run {run}: {taken} facts are taken back, {restored} are set back to what was known before, {left} stay because a later "
    "import changed them",
)
UNDO_LEAVES: Words = (
    "{type} の {n} 件は、訂正用の ID がない古い取り込みのため残ります",
    "{n} events {type} stay, because they were imported before such events had ids by which they can be corrected",
)

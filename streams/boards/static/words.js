/**
 * Labels of the page itself, in both languages; all other texts come from the board specifications.
 * @type {Record<Language, Labels>}
 */
export const LABELS = {
  ja: {
    tenant: "会社", dimension: "絞り込み", member: "対象", period: "期間", from: "開始日", to: "終了日",
    total: "全社", channel: "媒体", job: "求人", recruiter: "採用担当", interviewer: "面接官",
    d30: "直近30日", d90: "直近90日", d180: "直近180日", d365: "直近1年", custom: "日付を指定",
    other: "English", dark: "暗い配色", light: "明るい配色", boards: "ボード",
    table: "表で見る", definition: "定義", close: "閉じる", basis: "基準", minimum: "最小件数", standards: "規格",
    none: "この期間の数字はありません", failed: "読み込めませんでした。つながり次第、やり直します。",
    before: "前の期間", fresh: "最後に届いたイベント", never: "まだ届いていません", offline: "接続が切れています。つなぎ直しています…",
    better: "改善", worse: "悪化", same: "変わらず", unknown: "（不明）", others: "その他",
    lost: "リンク先の通知を開けませんでした",
    now: "たった今", seconds: "秒前", minutes: "分前", hours: "時間前", days: "日前",
  },
  en: {
    tenant: "Company", dimension: "Only", member: "Which", period: "Period", from: "From", to: "To",
    total: "Whole company", channel: "Channel", job: "Job", recruiter: "Recruiter", interviewer: "Interviewer",
    d30: "Last 30 days", d90: "Last 90 days", d180: "Last 180 days", d365: "Last year", custom: "Days",
    other: "日本語", dark: "Dark", light: "Light", boards: "Boards",
    table: "As a table", definition: "Definition", close: "Close", basis: "Basis", minimum: "Smallest sample", standards: "Standards",
    none: "There are no numbers in this period", failed: "It could not be read. It is tried again once there is a connection.",
    before: "before", fresh: "Last event heard", never: "nothing heard yet", offline: "Disconnected; connecting again…",
    better: "better", worse: "worse", same: "no change", unknown: "(unknown)", others: "Others",
    lost: "What the link leads to could not be opened",
    now: "just now", seconds: "s ago", minutes: "min ago", hours: "h ago", days: "d ago",
  },
};

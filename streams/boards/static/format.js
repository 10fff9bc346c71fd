/** Numbers as people read them, with their n; too few cases are said, not shown. */

const digits = (value, most, least = 0) =>
  value.toLocaleString("en-US", { maximumFractionDigits: most, minimumFractionDigits: least });

export function money(value, tenant, language) {
  if (tenant.currency === "JPY") {
    if (Math.abs(value) >= 1e8 && language === "ja") return `¥${digits(value / 1e8, 2)}億`;
    if (Math.abs(value) >= 1e6 && language === "ja") return `¥${digits(value / 1e4, 1)}万`;
    return `¥${digits(value, 0)}`;
  }
  const most = Math.abs(value) >= 1000 ? 0 : tenant.decimals;
  return `${digits(value, most, most)} ${tenant.currency}`;
}

export function number(value, unit, tenant, language) {
  const ja = language === "ja";
  if (unit === "ratio") return `${digits(value * 100, 1, 1)}%`;
  if (unit === "money") return money(value, tenant, language);
  if (unit === "days") return `${digits(value, 1)}${ja ? "日" : " d"}`;
  if (unit === "hours") return `${digits(value, 1)}${ja ? "時間" : " h"}`;
  return digits(value, 1);
}

/** What stands where a number would: the word for too few cases, or a dash where there is nothing. */
export const absent = (n, minimum, spec, language) =>
  n > 0 && n < minimum ? spec.words.thin[language === "ja" ? 0 : 1] : "–";

/** The name of all who are too few to be drawn apart. */
const OTHERS = "…";

export function name(value, unit, page) {
  const { spec, language, words, tenant } = page;
  const at = language === "ja" ? 0 : 1;
  if (unit === "kpi") return spec.kpis[value]?.[language] ?? value;
  if (unit === "period") return value;
  if (unit === "time") return new Date(`${value}Z`).toLocaleString(language, { dateStyle: "short", timeStyle: "medium", timeZone: tenant.timezone });
  if (value === "unknown") return words.unknown;
  if (value === OTHERS) return words.others;
  if (value === "") return words.total;  // a name that is empty is everybody's
  return spec.words[unit]?.[value]?.[at] ?? String(value ?? "");
}

export function ago(milliseconds, words) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 2) return words.now;
  if (seconds < 60) return `${seconds} ${words.seconds}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${words.minutes}`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} ${words.hours}`;
  return `${Math.floor(seconds / 86400)} ${words.days}`;
}

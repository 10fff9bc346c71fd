/** Formatting of numbers, names and ages; too few cases are shown as text. */

/**
 * @param {number} value
 * @param {number} maxDigits
 */
const digits = (value, maxDigits, minDigits = 0) =>
  value.toLocaleString("en-US", { maximumFractionDigits: maxDigits, minimumFractionDigits: minDigits });

/**
 * @param {number} value
 * @param {Tenant} tenant
 * @param {Language} language
 */
export function formatMoney(value, tenant, language) {
  if (tenant.currency === "JPY") {
    if (Math.abs(value) >= 1e8 && language === "ja") return `¥${digits(value / 1e8, 2)}億`;
    if (Math.abs(value) >= 1e6 && language === "ja") return `¥${digits(value / 1e4, 1)}万`;
    return `¥${digits(value, 0)}`;
  }
  const maxDigits = Math.abs(value) >= 1000 ? 0 : tenant.decimals;
  return `${digits(value, maxDigits, maxDigits)} ${tenant.currency}`;
}

/**
 * @param {number} value
 * @param {string} unit
 * @param {Tenant} tenant
 * @param {Language} language
 */
export function formatNumber(value, unit, tenant, language) {
  const ja = language === "ja";
  if (unit === "ratio") return `${digits(value * 100, 1, 1)}%`;
  if (unit === "money") return formatMoney(value, tenant, language);
  if (unit === "days") return `${digits(value, 1)}${ja ? "日" : " d"}`;
  if (unit === "hours") return `${digits(value, 1)}${ja ? "時間" : " h"}`;
  return digits(value, 1);
}

/**
 * The text in place of a missing number: too few cases, or a dash without cases.
 * @param {number | null} n
 * @param {number} minimum
 * @param {PageSpec} spec
 * @param {Language} language
 */
export const formatMissing = (n, minimum, spec, language) =>
  n && n < minimum ? spec.words.thin[language === "ja" ? 0 : 1] : "–";

/** The value that groups all members too small to be drawn separately. */
const OTHERS = "…";

/**
 * @param {any} value
 * @param {string} unit
 * @param {Page} page
 * @returns {string}
 */
export function formatName(value, unit, page) {
  const { spec, language, labels, tenant } = page;
  const index = language === "ja" ? 0 : 1;
  if (unit === "kpi") return spec.kpis[value]?.[language] ?? value;
  if (unit === "period") return value;
  if (unit === "time") return new Date(`${value}Z`).toLocaleString(language, { dateStyle: "short", timeStyle: "medium", timeZone: tenant.timezone });
  if (value === "unknown") return labels.unknown;
  if (value === OTHERS) return labels.others;
  if (value === "") return labels.total;  // an empty name means the whole company
  return spec.words[unit]?.[value]?.[index] ?? String(value ?? "");
}

/**
 * @param {number} milliseconds
 * @param {Labels} labels
 */
export function formatAge(milliseconds, labels) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 2) return labels.now;
  if (seconds < 60) return `${seconds} ${labels.seconds}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${labels.minutes}`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} ${labels.hours}`;
  return `${Math.floor(seconds / 86400)} ${labels.days}`;
}

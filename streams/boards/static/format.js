/** Numbers, names and ages as text. The server says how: formats by unit and words, both by language. */

/** @type {Map<string, Intl.NumberFormat>} */
const formatters = new Map();

/**
 * Write the digits: halves round away from zero, and nothing is written as -0.
 * @param {number} value
 * @param {Intl.NumberFormatOptions} options
 * @param {Language} language
 */
function digits(value, options, language) {
  const key = `${language} ${JSON.stringify(options)}`;
  const formatter = formatters.get(key) ?? new Intl.NumberFormat(language, { ...options, signDisplay: "negative" });
  formatters.set(key, formatter);
  return formatter.format(value);
}

/**
 * Write a number in its unit, in the first format that applies to it, or to another that it is written `like`; a sign
 * precedes the prefix.
 * @param {number} value
 * @param {string} unit
 * @param {Tenant} tenant
 * @param {Language} language
 */
export function formatNumber(value, unit, tenant, language, like = value) {
  const formats = tenant.formats[language][unit];
  const { options, prefix, suffix, divisor } = formats.find((format) => Math.abs(like) >= format.at_least) ?? formats[0];
  const text = digits(value / divisor, options, language);
  const sign = text.startsWith("-") ? "-" : "";
  return `${sign}${prefix}${text.slice(sign.length)}${suffix}`;
}

/**
 * Write an instant to the minute, in the time zone of the company.
 * @param {string} text
 * @param {Tenant} tenant
 * @param {PageSpec["instant"]} format
 */
export function formatInstant(text, tenant, { locale, options }) {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: tenant.timezone }).format(new Date(`${text}Z`));
}

/**
 * The text in place of a missing number: too few cases, or a dash without cases.
 * @param {number | null} n
 * @param {number} minimum
 * @param {PageSpec} spec
 * @param {Language} language
 */
export const formatMissing = (n, minimum, spec, language) => (n && n < minimum ? spec.words[language].thin : "–");

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
  if (unit === "kpi") return spec.kpis[value]?.[language] ?? value;
  if (unit === "period") return value;
  if (unit === "time") return formatInstant(value, tenant, spec.instant);
  if (value === "unknown") return labels.unknown;
  if (value === OTHERS) return labels.others;
  if (value === "") return labels.total;  // an empty name means the whole company
  return spec.words[language][unit]?.[value] ?? String(value ?? "");
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

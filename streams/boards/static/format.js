/** Numbers, names and ages as text. The server says how: formats by unit and words, both by language. */

const formatters = new Map();

/** Write the digits: halves round away from zero, and nothing is written as -0. */
function digits(value, options, language) {
  const key = `${language} ${JSON.stringify(options)}`;
  if (!formatters.has(key)) formatters.set(key, new Intl.NumberFormat(language, { ...options, signDisplay: "negative" }));
  return formatters.get(key).format(value);
}

/** Write a number in its unit, in the first format that applies; a sign precedes the prefix. */
export function formatNumber(value, unit, tenant, language) {
  const formats = tenant.formats[language][unit];
  const { options, prefix, suffix, divisor } = formats.find((format) => Math.abs(value) >= format.at_least);
  const text = digits(value / divisor, options, language);
  const sign = text.startsWith("-") ? "-" : "";
  return `${sign}${prefix}${text.slice(sign.length)}${suffix}`;
}

export function formatInstant(text, tenant, { locale, options }) {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: tenant.timezone }).format(new Date(`${text}Z`));
}

/** The text in place of a missing number: too few cases, or a dash without cases. */
export const formatMissing = (n, minimum, spec, language) =>
  n > 0 && n < minimum ? spec.words[language].thin : "–";

/** The value that groups all members too small to be drawn separately. */
const OTHERS = "…";

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

export function formatAge(milliseconds, labels) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 2) return labels.now;
  if (seconds < 60) return `${seconds} ${labels.seconds}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${labels.minutes}`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} ${labels.hours}`;
  return `${Math.floor(seconds / 86400)} ${labels.days}`;
}

/** The selection of the page, stored in its URL so that it can be bookmarked and shared. */

/**
 * How many days a rolling period has, today included.
 * @type {Record<string, number>}
 */
const ROLLING = { d30: 30, d90: 90, d180: 180, d365: 365 };
/** The names of all periods that move with the day, in the order in which they are offered. */
export const PERIODS = ["month", "last_month", "quarter", "fiscal_year", ...Object.keys(ROLLING)];
const DEFAULT_PERIOD = "d90";

/**
 * Return the first and the last day of a period, as of a day; a fiscal year begins in the month `fiscalStart`.
 * @param {string} name
 * @param {string} day
 * @param {number} fiscalStart
 * @returns {[string, string]}
 */
export function periodDays(name, day, fiscalStart) {
  if (ROLLING[name]) return [addDays(day, 1 - ROLLING[name]), day];
  const [year, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))];
  if (name === "month") return [firstOf(year, month), day];
  if (name === "last_month") return [firstOf(year, month - 1), addDays(firstOf(year, month), -1)];
  return [firstOf(year, month - (name === "quarter" ? (month - 1) % 3 : (month - fiscalStart + 12) % 12)), day];
}

/**
 * The first day of a month; months before January are of the year before.
 * @param {number} year
 * @param {number} month
 */
const firstOf = (year, month) => new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10);

/**
 * Return the day of now in a time zone, as YYYY-MM-DD.
 * @param {string} zone
 */
export const today = (zone) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date());

/**
 * @param {string} day
 * @param {number} days
 */
export const addDays = (day, days) => new Date(Date.parse(`${day}T00:00Z`) + days * 864e5).toISOString().slice(0, 10);

/** Return the day if it is valid and leaves room for the longest period before it, otherwise "". */
export function validDay(day = "") {
  const time = Date.parse(`${day}T00:00Z`);
  return day > "1971" && day < "2149" && new Date(time || 0).toISOString().slice(0, 10) === day ? day : "";
}

/**
 * Return the name of the period that moves with the day; undefined for custom days.
 * @param {PageSpec} spec
 * @param {BoardSelection} selection
 */
export function preset(spec, { tenant, from, to }) {
  const company = spec.tenants.find((candidate) => candidate.id === tenant) ?? spec.tenants[0];
  const day = today(company.timezone);
  return PERIODS.toReversed().find((name) => periodDays(name, day, company.fiscal_start).join() === `${from},${to}`);
}

/**
 * Return the first and last day of the period that a selection is compared with, as long as its own.
 * @param {BoardSelection} selection
 * @returns {[string, string]}
 */
export function comparedDays({ from, to, compare }) {
  const days = (Date.parse(to) - Date.parse(from)) / 864e5;
  if (validDay(compare)) return [compare, addDays(compare, days)];
  const last = compare === "year" ? yearBefore(to) : addDays(from, -1);
  return [addDays(last, -days), last];
}

/** @param {string} day */
const yearBefore = (day) => addDays(`${Number(day.slice(0, 4)) - 1}${day.slice(4).replace("02-29", "02-28")}`, 0);

/**
 * Return the URL of a selection: a preset period is stored by name instead of days, so it moves with today.
 * @param {PageSpec} spec
 * @param {BoardSelection} selection
 */
export function toUrl(spec, selection) {
  const { from, to, compare, ...rest } = selection;
  const others = compare === "previous" ? rest : { ...rest, compare };
  const period = preset(spec, selection);
  return `?${new URLSearchParams(period ? { ...others, period } : { ...others, from, to })}`;
}

/**
 * Return the selection of URL parameters; invalid ones fall back to defaults.
 * @param {PageSpec} spec
 * @param {Record<string, string>} params
 * @returns {BoardSelection}
 */
export function parseSelection(spec, params) {
  const tenant = spec.tenants.find((candidate) => candidate.id === params.tenant) ?? spec.tenants[0];
  const board = spec.boards.find((candidate) => candidate.id === params.board) ?? spec.boards[0];
  const filtered = params.member && params.dimension !== "total" && board.dimensions.includes(params.dimension);
  const period = PERIODS.includes(params.period) ? params.period : DEFAULT_PERIOD;
  const [since, until] = periodDays(period, today(tenant.timezone), tenant.fiscal_start);
  const last = validDay(params.to) || until;
  const first = validDay(params.from);
  const stored = localStorage.getItem("hirelay-language");
  return {
    board: board.id,
    tenant: tenant.id,
    dimension: filtered ? params.dimension : "total",
    member: filtered ? params.member : "all",
    from: first && first <= last ? first : last === until ? since : addDays(last, 1 - ROLLING[DEFAULT_PERIOD]),
    to: last,
    compare: params.compare === "year" || validDay(params.compare) ? params.compare : "previous",
    lang: params.lang || stored || tenant.language,
    ...(params.breach && params.board ? { breach: params.breach } : {}),
  };
}

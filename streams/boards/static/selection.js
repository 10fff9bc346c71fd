/** The selection of the page, stored in its URL so that it can be bookmarked and shared. */

/**
 * Days before today at which a preset period begins.
 * @type {Record<string, number>}
 */
export const PERIODS = { d30: 30, d90: 90, d180: 180, d365: 365 };

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
 * Return the name of the preset period that ends today; undefined for custom days.
 * @param {PageSpec} spec
 * @param {BoardSelection} selection
 */
export function preset(spec, { tenant, from, to }) {
  const day = today((spec.tenants.find((candidate) => candidate.id === tenant) ?? spec.tenants[0]).timezone);
  return Object.keys(PERIODS).find((name) => to === day && addDays(to, -PERIODS[name]) === from);
}

/**
 * Return the URL of a selection: a preset period is stored by name instead of days, so it moves with today.
 * @param {PageSpec} spec
 * @param {BoardSelection} selection
 */
export function toUrl(spec, selection) {
  const { from, to, ...others } = selection;
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
  const last = validDay(params.to) || today(tenant.timezone);
  const first = validDay(params.from);
  const stored = localStorage.getItem("hirelay-language");
  return {
    board: board.id,
    tenant: tenant.id,
    dimension: filtered ? params.dimension : "total",
    member: filtered ? params.member : "all",
    from: first && first <= last ? first : addDays(last, -(PERIODS[params.period] ?? PERIODS.d90)),
    to: last,
    lang: params.lang || stored || tenant.language,
    ...(params.breach && params.board ? { breach: params.breach } : {}),
  };
}

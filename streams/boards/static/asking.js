/** What is asked stands in the address of the page, so that it can be kept and sent. */
export const PERIODS = { d30: 30, d90: 90, d180: 180, d365: 365 };

export const today = (zone) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date());
export const shifted = (day, days) => new Date(Date.parse(`${day}T00:00Z`) + days * 864e5).toISOString().slice(0, 10);

/** A day that can be asked for, with the longest of periods before it; of anything else nothing. */
export function known(day = "") {
  const at = Date.parse(`${day}T00:00Z`);
  return day > "1971" && day < "2149" && new Date(at || 0).toISOString().slice(0, 10) === day ? day : "";
}

/** The period that ends today, by its name; none for days that somebody chose. */
export function preset(spec, { tenant, from, to }) {
  const { timezone } = spec.tenants.find((each) => each.id === tenant);
  return Object.keys(PERIODS).find((each) => to === today(timezone) && shifted(to, -PERIODS[each]) === from);
}

/** The address of what is asked: a period that ends today goes on with the days, so its days are not in it. */
export function addressed(spec, { from, to, ...others }) {
  const period = preset(spec, { ...others, from, to });
  return `?${new URLSearchParams(period ? { ...others, period } : { ...others, from, to })}`;
}

/** What can be made of an address, whatever stands in it. */
export function understood(spec, given) {
  const tenant = spec.tenants.find((each) => each.id === given.tenant) ?? spec.tenants[0];
  const board = spec.boards.find((each) => each.id === given.board) ?? spec.boards[0];
  const alone = given.member && given.dimension !== "total" && board.dimensions.includes(given.dimension);
  const last = known(given.to) || today(tenant.timezone);
  const first = known(given.from);
  const stored = localStorage.getItem("hirelay-language");
  return {
    board: board.id,
    tenant: tenant.id,
    dimension: alone ? given.dimension : "total",
    member: alone ? given.member : "all",
    from: first && first <= last ? first : shifted(last, -(PERIODS[given.period] ?? PERIODS.d90)),
    to: last,
    lang: given.lang || stored || tenant.language,
    ...(given.breach && given.board ? { breach: given.breach } : {}),
  };
}

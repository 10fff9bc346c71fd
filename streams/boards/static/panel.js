/** One panel: its question, what its numbers mean, tiles or a chart, and the table behind. */
import { absent, name, number } from "./format.js";
import { redraw } from "./chart.js";

export function element(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** The frame, before there are numbers: it has its final size, so nothing moves when they come. */
export function frame(panel, page) {
  const { language, words, spec } = page;
  const title = element("h2", { id: `title-${panel.id}` }, panel[language]);
  const basis = spec.words.basis[panel.basis][language === "ja" ? 0 : 1];
  const facts = [`${words.basis}: ${basis}`];
  if (panel.minimum_n > 1) facts.push(`n ≥ ${panel.minimum_n}`);
  const kpis = panel.kpis.length ? panel.kpis : [panel.kpi];
  const ask = element("button", { type: "button", class: "define", onclick: () => page.define(kpis) },
    words.definition, element("span", { class: "unseen" }, ` ${kpis.map((id) => spec.kpis[id][language]).join(", ")}`));
  const body = element("div", { class: `body ${panel.kind}` });
  const note = panel[`note_${language}`];
  const section = element("section",
    { class: `panel w${panel.width} is-${panel.kind}`, id: `panel-${panel.id}`, "aria-labelledby": `title-${panel.id}` },
    element("div", { class: "head" }, title, element("p", { class: "facts" }, facts.join(" · "), " ", ask)),
    body, note ? element("p", { class: "note" }, ...typed(note)) : null);
  if (panel.kind === "tiles") {
    const ids = panel.kpis;
    body.append(...ids.map((id) => tile(id, null, panel, page)));
  }
  return { section, body, panel };
}

/** Show the rows; resolves when they can be seen. */
export async function fill(held, rows, page) {
  const { panel, body } = held;
  if (panel.kind === "tiles") {
    const by = new Map(rows.map((row) => [row[0], row]));
    panel.kpis.forEach((id, at) => {
      const made = tile(id, by.get(id), panel, page);
      body.children[at].replaceChildren(...made.childNodes);  // the button itself stays, and the keyboard on it
    });
    return;
  }
  if (panel.kind === "table") {
    renew(body, rows.length ? table(panel, rows, page) : nothing(panel, page));
    return;
  }
  const drawn = redraw(held, rows, page);
  const details = body.querySelector("details") ?? body.appendChild(
    element("details", {}, element("summary", {}, page.words.table)));
  renew(details, details.querySelector("summary"), rows.length ? table(panel, rows, page) : nothing(panel, page));
  return drawn;
}

const stop = (each) => each.getAttribute("href") ?? (each.className === "known" ? each.textContent : each.className);
const stops = (body, like) => [...body.querySelectorAll("a, button, summary, .scroll")].filter((each) => stop(each) === stop(like));

/** Put new numbers in the place of the old; the keyboard and the scrolled rows stay where they were. */
function renew(body, ...made) {
  const was = body.contains(document.activeElement) ? document.activeElement : null;
  const at = was ? stops(body, was).indexOf(was) : 0;
  const { scrollLeft = 0, scrollTop = 0 } = body.querySelector(".scroll") ?? {};
  body.replaceChildren(...made);
  body.querySelector(".scroll")?.scrollTo(scrollLeft, scrollTop);
  if (was) (stops(body, was)[at] ?? body.querySelector(".scroll"))?.focus({ preventScroll: true });
}

/** A sentence in which what stands in backticks is typed. */
const typed = (text) => text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));

/** What stands where there is nothing to draw: no numbers, or only of too `few` cases. */
export function nothing(panel, page, few = false) {
  const thin = `${page.spec.words.thin[page.language === "ja" ? 0 : 1]} (n < ${panel.minimum_n})`;
  return element("p", { class: "nothing" }, few ? thin : panel[`none_${page.language}`] || page.words.none);
}

function tile(id, row, panel, page) {
  const { spec, language, words, tenant } = page;
  const kpi = spec.kpis[id];
  const value = row?.[1] ?? null;
  const n = row?.[2] ?? 0;
  const before = row?.[3] ?? null;
  const shown = row === null ? "…" : value === null ? absent(kpi.cases ? n : 0, kpi.minimum_n, spec, language) : number(value, kpi.unit, tenant, language);
  const cases = row && kpi.kind !== "count" && kpi.cases && n > 0 ? `n = ${n.toLocaleString("en-US")}` : "";
  const figure = element("p", { class: value === null ? "figure thin" : "figure", "data-kpi": id }, shown);
  if (value !== null) figure.dataset.value = value;
  return element("button", { type: "button", class: "tile", title: kpi[`explain_${language}`], onclick: () => page.define([id]) },
    element("p", { class: "label" }, kpi[language]), figure,
    element("p", { class: "cases" }, cases), change(value, before, kpi, page));
}

function change(value, before, kpi, page) {
  const { words, language, tenant } = page;
  if (value === null || before === null) return element("p", { class: "change" }, "");
  const up = value - before;
  const how = up === 0 ? "same" : kpi.better === 0 ? "" : up * kpi.better > 0 ? "better" : "worse";
  const sign = up === 0 ? "→" : up > 0 ? "▲" : "▼";
  const said = `${sign} ${words.before} ${number(before, kpi.unit, tenant, language)}`;
  return element("p", { class: `change ${how}` }, said, how ? element("span", { class: "unseen" }, ` ${words[how]}`) : null);
}

export function table(panel, rows, page) {
  const shown = panel.columns.map((column, at) => ({ column, at })).filter(({ column }) => !column.hidden);
  const { language, words } = page;
  const head = element("tr", {}, ...shown.map(({ column }) =>
    element("th", { scope: "col", class: isName(column) ? column.unit : "number" }, column[language])));
  const key = panel.columns.findIndex((column) => column.name === "breach");
  const linked = (row) => key >= 0 && page.asked.breach === row[key];
  const marked = (row) => (linked(row) ? { class: "linked", "aria-current": "true" } : isChosen(panel, row, page) ? { class: "chosen", "aria-current": "true" } : {});
  const lines = rows.map((row) => element("tr", marked(row), ...shown.map(({ column, at }, place) => {
    const text = cell(panel, row, column, at, page);
    return element(place === 0 ? "th" : "td", place === 0 ? { scope: "row" } : { class: isName(column) ? column.unit : "number" },
      column.leads && whose(panel, row) ? link(panel, row, column, text, page) : text);
  })));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": panel[language] },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...lines)));
}

const isName = (column) => ["text", "milestone", "spending", "word", "kpi", "period", "time"].includes(column.unit);

export function cases(panel, row, column) {
  if (!column.n) return null;
  return row[panel.columns.findIndex((each) => each.name === column.n)];
}

export function unitOf(panel, row, column, page) {
  const at = panel.columns.findIndex((each) => each.unit === "kpi");
  return at >= 0 && column.unit === "count" && row ? page.spec.kpis[row[at]]?.unit ?? column.unit : column.unit;
}

export function plain(panel, row, column, at, page) {
  const { spec, language, tenant } = page;
  if (isName(column)) return name(row[at], column.unit, page);
  const n = cases(panel, row, column);
  if (row[at] === null) return absent(n, column.minimum || panel.minimum_n, spec, language);
  return number(row[at], unitOf(panel, row, column, page), tenant, language);
}

function cell(panel, row, column, at, page) {
  const text = plain(panel, row, column, at, page);
  if (column.unit === "kpi" && page.spec.kpis[row[at]])
    return element("button", { type: "button", class: "known", onclick: () => page.define([row[at]]) }, text);
  const n = cases(panel, row, column);
  const visible = n !== null && !panel.columns.some((each) => each.name === column.n && !each.hidden);
  if (!visible) return row[at] === null ? element("span", { class: "thin" }, text) : text;
  const unit = unitOf(panel, row, column, page);
  const said = unit === "count" || !(n > 0) ? "" : `n=${n.toLocaleString("en-US")}`;
  return element("span", row[at] === null ? { class: "thin" } : {}, text, " ", element("small", { class: "cases" }, said));
}

/** The id of whom a row is about; empty where it is about several. */
const whose = (panel, row) => row[panel.columns.findIndex((each) => each.name === "member")];

/** Whether the whole board is about whom the row is about. */
export const isChosen = (panel, row, page) =>
  panel.columns.some((column) => column.leads && column.dimension === page.asked.dimension) && whose(panel, row) === page.asked.member;

function link(panel, row, column, text, page) {
  const change = { board: column.leads, dimension: column.dimension, member: whose(panel, row) };
  return element("a", { href: page.address(change), onclick: (event) => page.follow(event, change) }, text);
}

/** Panels: title, facts, tiles or chart, and the table behind a chart. */
import { formatMissing, formatName, formatNumber } from "./format.js";
import { redraw } from "./chart.js";

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Create the panel without numbers, in its final size, so that the layout does not shift when they arrive. */
export function createFrame(panel, page) {
  const { language, labels, spec } = page;
  const title = element("h2", { id: `title-${panel.id}` }, panel[language]);
  const basis = spec.words[language].basis[panel.basis];
  const facts = [`${labels.basis}: ${basis}`];
  if (panel.minimum_n > 1) facts.push(`n ≥ ${panel.minimum_n}`);
  const definitionButton = panel.kpis.length === 0 ? null : element("button", { type: "button", class: "define", onclick: () => page.showDefinitions(panel.kpis) },
    labels.definition, element("span", { class: "unseen" }, ` ${panel.kpis.map((id) => spec.kpis[id][language]).join(", ")}`));
  const body = element("div", { class: `body ${panel.kind}` });
  const note = panel[`note_${language}`];
  const section = element("section",
    { class: `panel w${panel.width} is-${panel.kind}`, id: `panel-${panel.id}`, "aria-labelledby": `title-${panel.id}` },
    element("div", { class: "head" }, title, element("p", { class: "facts" }, facts.join(" · "), " ", definitionButton)),
    body, note ? element("p", { class: "note" }, ...withCode(note)) : null);
  if (panel.kind === "tiles") {
    const ids = panel.kpis;
    body.append(...ids.map((id) => tile(id, null, panel, page)));
  }
  return { section, body, panel };
}

/** Show the rows; resolves when they are visible. */
export async function fill(frame, rows, page) {
  const { panel, body } = frame;
  if (panel.kind === "tiles") {
    const rowsByKpi = new Map(rows.map((row) => [row[0], row]));
    panel.kpis.forEach((id, index) => {
      const updated = tile(id, rowsByKpi.get(id), panel, page);
      body.children[index].replaceChildren(...updated.childNodes);  // keeps the button itself, and so its focus
    });
    return;
  }
  if (panel.kind === "table") {
    replaceContent(body, rows.length ? table(panel, rows, page) : emptyMessage(panel, page));
    return;
  }
  const drawing = redraw(frame, rows, page);
  const details = body.querySelector("details") ?? body.appendChild(
    element("details", {}, element("summary", {}, page.labels.table)));
  replaceContent(details, details.querySelector("summary"), rows.length ? table(panel, rows, page) : emptyMessage(panel, page));
  return drawing;
}

const focusKey = (node) => node.getAttribute("href") ?? (node.className === "known" ? node.textContent : node.className);
const focusCandidates = (body, like) => [...body.querySelectorAll("a, button, summary, .scroll")].filter((node) => focusKey(node) === focusKey(like));

/** Replace the content; focus and scroll position stay. */
function replaceContent(body, ...content) {
  const focused = body.contains(document.activeElement) ? document.activeElement : null;
  const index = focused ? focusCandidates(body, focused).indexOf(focused) : 0;
  const { scrollLeft = 0, scrollTop = 0 } = body.querySelector(".scroll") ?? {};
  body.replaceChildren(...content);
  body.querySelector(".scroll")?.scrollTo(scrollLeft, scrollTop);
  if (focused) (focusCandidates(body, focused)[index] ?? body.querySelector(".scroll"))?.focus({ preventScroll: true });
}

/** Turn text in backticks into code elements. */
const withCode = (text) => text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));

/** The message when nothing can be drawn: no numbers, or only too `few` cases. */
export function emptyMessage(panel, page, few = false) {
  const tooFew = `${page.spec.words[page.language].thin} (n < ${panel.minimum_n})`;
  return element("p", { class: "nothing" }, few ? tooFew : panel[`none_${page.language}`] || page.labels.none);
}

function tile(id, row, panel, page) {
  const { spec, language, labels, tenant } = page;
  const kpi = spec.kpis[id];
  const value = row?.[1] ?? null;
  const n = row?.[2] ?? 0;
  const before = row?.[3] ?? null;
  const text = row === null ? "…" : value === null ? formatMissing(kpi.cases ? n : 0, kpi.minimum_n, spec, language) : formatNumber(value, kpi.unit, tenant, language);
  const cases = row && kpi.kind !== "count" && kpi.cases && n > 0 ? `n = ${formatNumber(n, "count", tenant, language)}` : "";
  const figure = element("p", { class: value === null ? "figure thin" : "figure", "data-kpi": id }, text);
  if (value !== null) figure.dataset.value = value;
  return element("button", { type: "button", class: "tile", title: kpi[`explain_${language}`], onclick: () => page.showDefinitions([id]) },
    element("p", { class: "label" }, kpi[language]), figure,
    element("p", { class: "cases" }, cases), changeNote(value, before, kpi, page));
}

function changeNote(value, before, kpi, page) {
  const { labels, language, tenant } = page;
  if (value === null || before === null) return element("p", { class: "change" }, "");
  const difference = value - before;
  const direction = difference === 0 ? "same" : kpi.better === 0 ? "" : difference * kpi.better > 0 ? "better" : "worse";
  const sign = difference === 0 ? "→" : difference > 0 ? "▲" : "▼";
  const text = `${sign} ${labels.before} ${formatNumber(before, kpi.unit, tenant, language)}`;
  return element("p", { class: `change ${direction}` }, text, direction ? element("span", { class: "unseen" }, ` ${labels[direction]}`) : null);
}

export function table(panel, rows, page) {
  const visible = panel.columns.map((column, index) => ({ column, index })).filter(({ column }) => !column.hidden);
  const { language } = page;
  const head = element("tr", {}, ...visible.map(({ column }) =>
    element("th", { scope: "col", class: isName(column) ? column.unit : "number" }, column[language])));
  const breachIndex = panel.columns.findIndex((column) => column.name === "breach");
  const isLinked = (row) => breachIndex >= 0 && page.selection.breach === row[breachIndex];
  const rowAttributes = (row) => (isLinked(row) ? { class: "linked", "aria-current": "true" } : isChosen(panel, row, page) ? { class: "chosen", "aria-current": "true" } : {});
  const lines = rows.map((row) => element("tr", rowAttributes(row), ...visible.map(({ column, index }, position) => {
    const text = renderCell(panel, row, column, index, page);
    return element(position === 0 ? "th" : "td", position === 0 ? { scope: "row" } : { class: isName(column) ? column.unit : "number" },
      column.leads && memberId(panel, row) ? memberLink(panel, row, column, text, page) : text);
  })));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": panel[language] },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...lines)));
}

const isName = (column) => ["text", "milestone", "spending", "word", "kpi", "period", "time"].includes(column.unit);

export function sampleSize(panel, row, column) {
  if (!column.n) return null;
  return row[panel.columns.findIndex((other) => other.name === column.n)];
}

export function unitOf(panel, row, column, page) {
  const kpiIndex = panel.columns.findIndex((other) => other.unit === "kpi");
  return kpiIndex >= 0 && column.unit === "count" && row ? page.spec.kpis[row[kpiIndex]]?.unit ?? column.unit : column.unit;
}

export function formatCell(panel, row, column, index, page) {
  const { spec, language, tenant } = page;
  if (isName(column)) return formatName(row[index], column.unit, page);
  const n = sampleSize(panel, row, column);
  if (row[index] === null) return formatMissing(n, column.minimum || panel.minimum_n, spec, language);
  return formatNumber(row[index], unitOf(panel, row, column, page), tenant, language);
}

function renderCell(panel, row, column, index, page) {
  const text = formatCell(panel, row, column, index, page);
  if (column.unit === "kpi" && page.spec.kpis[row[index]])
    return element("button", { type: "button", class: "known", onclick: () => page.showDefinitions([row[index]]) }, text);
  const n = sampleSize(panel, row, column);
  const showsN = n !== null && !panel.columns.some((other) => other.name === column.n && !other.hidden);
  if (!showsN) return row[index] === null ? element("span", { class: "thin" }, text) : text;
  const unit = unitOf(panel, row, column, page);
  const nText = unit === "count" || !(n > 0) ? "" : `n=${formatNumber(n, "count", page.tenant, page.language)}`;
  return element("span", row[index] === null ? { class: "thin" } : {}, text, " ", element("small", { class: "cases" }, nText));
}

/** The member id of a row; empty if the row is about several. */
const memberId = (panel, row) => row[panel.columns.findIndex((column) => column.name === "member")];

/** Whether the board is filtered to the member of the row. */
export const isChosen = (panel, row, page) =>
  panel.columns.some((column) => column.leads && column.dimension === page.selection.dimension) && memberId(panel, row) === page.selection.member;

function memberLink(panel, row, column, text, page) {
  const change = { board: column.leads, dimension: column.dimension, member: memberId(panel, row) };
  return element("a", { href: page.urlOf(change), onclick: (event) => page.followLink(event, change) }, text);
}

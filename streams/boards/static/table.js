/** The table of a panel's rows: sorted by any column, and with many rows cut and searched. */
import { formatCell, isLinked, isName, isSelected, memberId, sampleSize, smallestAmount, unitOf } from "./cells.js";
import { element, replaceContent, withCode } from "./dom.js";
import { formatNumber } from "./format.js";

/** More rows than this are cut, and can be searched. */
const MOST_ROWS = 20;

/** How a reader looks at a table; it outlives the rows. */
export const createView = () => ({ query: "", all: false, sorted: -1, ascending: false });

/**
 * Create the table of the visible columns.
 * @param {Panel} panel
 * @param {Row[]} rows
 * @param {Page} page
 * @param {TableView} view
 */
export function createTable(panel, rows, page, view) {
  const body = element("div", { class: "rows" });
  const draw = () => replaceContent(body, ...tableAndRest(panel, rows, page, view, draw));
  draw();
  if (rows.length <= MOST_ROWS) return body;
  const label = `${page.labels.search}: ${panel[page.language]}`;
  const search = element("input", { type: "search", class: "search", placeholder: page.labels.search, "aria-label": label });
  search.value = view.query;
  search.addEventListener("input", () => { view.query = search.value; draw(); });
  return element("div", {}, search, body);
}

/**
 * @param {Panel} panel
 * @param {Row[]} rows
 * @param {Page} page
 * @param {TableView} view
 * @param {() => void} draw
 */
function tableAndRest(panel, rows, page, view, draw) {
  const visible = panel.columns.map((column, index) => ({ column, index })).filter(({ column }) => !column.hidden);
  const { language, labels } = page;
  const amount = smallestAmount(panel, rows, page);
  const matching = sort(panel, find(panel, rows, visible, page, view.query), page, view);
  const cut = view.all || matching.some((row) => isLinked(panel, row, page)) ? matching : matching.slice(0, MOST_ROWS);
  const head = element("tr", {}, ...visible.map(({ column, index }) => headCell(column, index, page, view, draw)));
  const lines = cut.map((row) => element("tr", rowAttributes(panel, row, page), ...visible.map(({ column, index }, position) => {
    const content = renderCell(panel, row, column, index, page, amount);
    return element(position === 0 ? "th" : "td", position === 0 ? { scope: "row" } : { class: isName(column) ? column.unit : "number" },
      column.leads && memberId(panel, row) ? memberLink(panel, row, column, content, page) : content);
  })));
  const table = element("div", { class: cut.length > MOST_ROWS ? "scroll long" : "scroll", tabindex: "0", role: "region", "aria-label": panel[language] },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...lines)));
  const rest = matching.length - cut.length;
  const more = element("button", { type: "button", class: "more", onclick: () => { view.all = true; draw(); } }, labels.more.replace("{n}", String(rest)));
  return rest ? [table, more] : [table];
}

/**
 * @param {Column} column
 * @param {number} index
 * @param {Page} page
 * @param {TableView} view
 * @param {() => void} draw
 */
function headCell(column, index, page, view, draw) {
  const current = view.sorted === index;
  const onclick = () => {
    Object.assign(view, { sorted: index, ascending: current ? !view.ascending : isName(column) });
    draw();
  };
  return element("th", { scope: "col", class: isName(column) ? column.unit : "number", ...(current ? { "aria-sort": view.ascending ? "ascending" : "descending" } : {}) },
    element("button", { type: "button", class: "sort", "data-column": column.name, title: page.labels.sort, onclick }, column[page.language]));
}

/**
 * The rows of which any name contains what is searched for.
 * @param {Panel} panel
 * @param {Row[]} rows
 * @param {{ column: Column, index: number }[]} visible
 * @param {Page} page
 * @param {string} query
 */
function find(panel, rows, visible, page, query) {
  const wanted = query.trim().normalize("NFKC").toLowerCase();
  if (!wanted) return rows;
  const names = visible.filter(({ column }) => isName(column));
  return rows.filter((row) => names.some(({ column, index }) =>
    formatCell(panel, row, column, index, page).normalize("NFKC").toLowerCase().includes(wanted)));
}

/**
 * The rows by the chosen column, missing values last; in their own order before one is chosen.
 * @param {Panel} panel
 * @param {Row[]} rows
 * @param {Page} page
 * @param {TableView} view
 */
function sort(panel, rows, page, { sorted, ascending }) {
  const column = panel.columns[sorted];
  if (!column) return rows;
  const text = (/** @type {Row} */ row) => formatCell(panel, row, column, sorted, page);
  const number = (/** @type {any} */ value) => (Array.isArray(value) ? value[0] : value);
  return rows.toSorted((a, b) => {
    if (a[sorted] === null || b[sorted] === null) return Number(a[sorted] === null) - Number(b[sorted] === null);
    const order = isName(column) ? text(a).localeCompare(text(b), page.language) : number(a[sorted]) - number(b[sorted]);
    return ascending ? order : -order;
  });
}

/**
 * @param {Panel} panel
 * @param {Row} row
 * @param {Page} page
 * @returns {Record<string, string>}
 */
function rowAttributes(panel, row, page) {
  if (isLinked(panel, row, page)) return { class: "linked", "aria-current": "true" };
  return isSelected(panel, row, page) ? { class: "selected", "aria-current": "true" } : {};
}

/**
 * @param {Panel} panel
 * @param {Row} row
 * @param {Column} column
 * @param {number} index
 * @param {Page} page
 * @param {number} [amount]
 */
function renderCell(panel, row, column, index, page, amount) {
  const text = formatCell(panel, row, column, index, page, amount);
  if (column.unit === "kpi" && page.spec.kpis[row[index]])
    return element("button", { type: "button", class: "definition-link", onclick: () => page.showDefinitions([row[index]], panel.basis) }, text);
  if (column.unit === "word") return element("span", { "data-value": String(row[index] ?? "") }, ...withCode(text));
  const n = sampleSize(panel, row, column);
  const showsN = n !== null && !panel.columns.some((other) => other.name === column.n && !other.hidden);
  if (!showsN) return row[index] === null ? element("span", { class: "thin" }, text) : text;
  const unit = unitOf(panel, row, column, page);
  const nText = unit === "count" || !(n > 0) ? "" : `n=${formatNumber(n, "count", page.tenant, page.language)}`;
  return element("span", row[index] === null ? { class: "thin" } : {}, text, " ", element("small", { class: "cases" }, nText));
}

/**
 * @param {Panel} panel
 * @param {Row} row
 * @param {Column} column
 * @param {Node | string} content
 * @param {Page} page
 */
function memberLink(panel, row, column, content, page) {
  const change = { board: column.leads, dimension: column.dimension, member: memberId(panel, row) };
  return element("a", { href: page.urlOf(change), onclick: (event) => page.followLink(event, change) }, content);
}

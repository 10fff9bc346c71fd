/** The table of a panel's rows. */
import { formatCell, isLinked, isName, isSelected, memberId, sampleSize, unitOf } from "./cells.js";
import { element, withCode } from "./dom.js";
import { formatNumber } from "./format.js";

/**
 * Create the table of the visible columns.
 * @param {Panel} panel
 * @param {Row[]} rows
 * @param {Page} page
 */
export function createTable(panel, rows, page) {
  const visible = panel.columns.map((column, index) => ({ column, index })).filter(({ column }) => !column.hidden);
  const { language } = page;
  const head = element("tr", {}, ...visible.map(({ column }) =>
    element("th", { scope: "col", class: isName(column) ? column.unit : "number" }, column[language])));
  const lines = rows.map((row) => element("tr", rowAttributes(panel, row, page), ...visible.map(({ column, index }, position) => {
    const content = renderCell(panel, row, column, index, page);
    return element(position === 0 ? "th" : "td", position === 0 ? { scope: "row" } : { class: isName(column) ? column.unit : "number" },
      column.leads && memberId(panel, row) ? memberLink(panel, row, column, content, page) : content);
  })));
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": panel[language] },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...lines)));
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
 */
function renderCell(panel, row, column, index, page) {
  const text = formatCell(panel, row, column, index, page);
  if (column.unit === "kpi" && page.spec.kpis[row[index]])
    return element("button", { type: "button", class: "definition-link", onclick: () => page.showDefinitions([row[index]]) }, text);
  if (column.unit === "word") return element("span", {}, ...withCode(text));
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

/** Reads and formats the cells of a panel's rows: names, units, sample sizes and members. */
import { formatMissing, formatName, formatNumber } from "./format.js";

const NAME_UNITS = ["text", "milestone", "spending", "word", "kpi", "period", "time"];

/**
 * Whether a column holds names or dates; the others hold numbers.
 * @param {Column} column
 */
export const isName = (column) => NAME_UNITS.includes(column.unit);

/**
 * @param {Panel} panel
 * @param {string} name
 */
const indexOf = (panel, name) => panel.columns.findIndex((column) => column.name === name);

/**
 * The number of cases behind a cell; null if its column has none.
 * @param {Panel} panel
 * @param {Row} row
 * @param {Column} column
 * @returns {number | null}
 */
export const sampleSize = (panel, row, column) => (column.n ? row[indexOf(panel, column.n)] : null);

/**
 * The unit of a cell: a count column of a row about one KPI has the unit of that KPI.
 * @param {Panel} panel
 * @param {Row} row
 * @param {Column} column
 * @param {Page} page
 */
export function unitOf(panel, row, column, page) {
  const kpiIndex = panel.columns.findIndex((other) => other.unit === "kpi");
  return kpiIndex >= 0 && column.unit === "count" ? page.spec.kpis[row[kpiIndex]]?.unit ?? column.unit : column.unit;
}

/**
 * The text of a cell.
 * @param {Panel} panel
 * @param {Row} row
 * @param {Column} column
 * @param {number} index
 * @param {Page} page
 * @returns {string}
 */
export function formatCell(panel, row, column, index, page) {
  const { spec, language, tenant } = page;
  if (isName(column)) return formatName(row[index], column.unit, page);
  const n = sampleSize(panel, row, column);
  if (row[index] === null) return formatMissing(n, column.minimum || panel.minimum_n, spec, language);
  return formatNumber(row[index], unitOf(panel, row, column, page), tenant, language);
}

/**
 * The message when nothing can be drawn: no numbers, or only too `few` cases.
 * @param {Panel} panel
 * @param {Page} page
 */
export function emptyMessage(panel, page, few = false) {
  const tooFew = `${page.spec.words[page.language].thin} (n < ${panel.minimum_n})`;
  return few ? tooFew : panel[`none_${page.language}`] || page.labels.none;
}

/**
 * The member id of a row; empty or undefined if the row is about several.
 * @param {Panel} panel
 * @param {Row} row
 * @returns {string | undefined}
 */
export const memberId = (panel, row) => row[indexOf(panel, "member")];

/**
 * Whether the board is filtered to the member of the row.
 * @param {Panel} panel
 * @param {Row} row
 * @param {Page} page
 */
export const isSelected = (panel, row, page) =>
  panel.columns.some((column) => column.leads && column.dimension === page.selection.dimension) && memberId(panel, row) === page.selection.member;

/**
 * Whether an alert link leads to the row.
 * @param {Panel} panel
 * @param {Row} row
 * @param {Page} page
 */
export const isLinked = (panel, row, page) => page.selection.breach !== undefined && row[indexOf(panel, "breach")] === page.selection.breach;

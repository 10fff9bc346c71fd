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
 * The unit of a cell: a count column of a row about one KPI has the unit of that KPI, unless it is a tally of something else.
 * @param {Panel} panel
 * @param {Row} row
 * @param {Column} column
 * @param {Page} page
 */
export function unitOf(panel, row, column, page) {
  const kpiIndex = panel.columns.findIndex((other) => other.unit === "kpi");
  return kpiIndex >= 0 && column.unit === "count" && !column.tally ? page.spec.kpis[row[kpiIndex]]?.unit ?? column.unit : column.unit;
}

/**
 * The smallest amount of money in the rows, which decides how all of them are written: never ¥600万 beside ¥299,178.
 * @param {Panel} panel
 * @param {Row[]} rows
 * @param {Page} page
 * @returns {number | undefined}
 */
export function smallestAmount(panel, rows, page) {
  const amounts = rows.flatMap((row) => panel.columns.map((column, index) =>
    (!column.hidden && row[index] && !isName(column) && unitOf(panel, row, column, page) === "money" ? Math.abs(row[index]) : Infinity)));
  const smallest = Math.min(...amounts);
  return smallest === Infinity ? undefined : smallest;
}

/**
 * The text of a cell; an amount of money is written as another is, the smallest of its panel.
 * @param {Panel} panel
 * @param {Row} row
 * @param {Column} column
 * @param {number} index
 * @param {Page} page
 * @param {number} [amount]
 * @returns {string}
 */
export function formatCell(panel, row, column, index, page, amount) {
  const { spec, language, tenant } = page;
  if (isName(column)) return formatName(row[index], column.unit, page);
  if (column.unit === "forecast") return formatForecast(row[index], page);
  const n = sampleSize(panel, row, column);
  if (row[index] === null) return formatMissing(n, column.minimum || panel.minimum_n, spec, language);
  const unit = unitOf(panel, row, column, page);
  return formatNumber(row[index], unit, tenant, language, unit === "money" ? amount : undefined);
}

/**
 * A forecast as `18.4 (16–21) · reached 2 %`; a dash without one.
 * @param {[number, number, number, number] | null} forecast
 * @param {Page} page
 */
function formatForecast(forecast, { tenant, language, labels }) {
  if (!forecast) return "–";
  const [mean, low, high, reach] = forecast;
  const written = (/** @type {number} */ value, /** @type {string} */ unit) => formatNumber(value, unit, tenant, language);
  return `${written(mean, "count")} (${low}–${high}) · ${labels.reach} ${written(reach, "share")}`;
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

/** Charts: drawn once, then updated with new rows. */
import { emptyMessage, formatCell, isName, isSelected, memberId, sampleSize, smallestAmount } from "./cells.js";
import { element } from "./dom.js";
import { formatNumber } from "./format.js";
import { addDays, today } from "./selection.js";

const LEGEND_PX = 120;  // width per legend entry
const TRANSLATED_UNITS = ["text", "milestone", "spending", "word"];
const SERIES_UNITS = ["text", "milestone", "spending"];

/**
 * Return the reader of the colours that an element has: those of the theme, or of paper.
 * @param {Element} element
 * @returns {Colours}
 */
function coloursOf(element) {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(name).trim();
}

/** @param {Colours} css */
function config(css) {
  const ink = css("--ink"), faint = css("--faint"), line = css("--line");
  const font = css("--font");
  return {
    background: "transparent", font, padding: 4,
    view: { stroke: null },
    axis: { labelColor: faint, titleColor: faint, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400, labelPadding: 6 },
    legend: { labelColor: ink, labelFontSize: 12, symbolType: "circle" },
    text: { color: ink, fontSize: 12 },
    rect: { stroke: css("--card"), strokeWidth: 2 },
    style: { part: { fill: css("--card") } },
    bar: { color: css("--blue") }, line: { color: css("--blue") }, point: { color: css("--blue"), size: 36 },
    range: { category: css("--series").split(" ") },
  };
}

/**
 * Convert rows to objects for the chart.
 * @param {Panel} panel
 * @param {Row[]} rows
 * @param {Page} page
 * @param {Colours} css
 */
function toChartRows(panel, rows, page, css) {
  const first = rows[0];
  const index = plottedIndex(panel);
  const amount = smallestAmount(panel, rows, page);
  return rows.map((row) => {
    /** @type {Datum} */
    const datum = {};
    panel.columns.forEach((column, position) => {
      datum[column.name] = TRANSLATED_UNITS.includes(column.unit) ? formatCell(panel, row, column, position, page) : row[position];
    });
    datum._part = isPart(panel, row, page);
    datum._say = `${tooltip(panel, row, page)}${datum._part ? `\n${page.labels.in_part}` : ""}`;
    datum._at = row[index] ?? 0;
    datum._chosen = isSelected(panel, row, page);
    datum._member = memberId(panel, row) ?? "";
    if (panel.kind === "plot") {
      datum._outside = datum.rate > datum.limit_998_high || datum.rate < datum.limit_998_low;
      datum._colour = css(datum._outside ? "--bad" : "--blue");
      datum._name = datum._outside || datum._chosen ? String(datum.person) : "";
    }
    datum._text = row[index] === null ? missingLabel(panel, row, index, page) : valueLabel(panel, row, index, first, page, amount);
    return datum;
  });
}

/**
 * Whether the row is of a week or month of which the window holds only some days, or that is not over yet.
 * @param {Panel} panel
 * @param {Row} row
 * @param {Page} page
 */
function isPart(panel, row, { selection, tenant }) {
  const [period] = panel.columns;
  if (period.unit !== "period" || panel.kind === "triangle") return false;
  const day = today(tenant.timezone);
  const first = row[0], until = selection.to < day ? selection.to : addDays(day, -1);  // today is not over
  const last = period.en === "Month" ? addDays(`${addDays(first, 31).slice(0, 8)}01`, -1) : addDays(first, 6);
  return first < selection.from || last > until;
}

/**
 * Rank the series of a stack for colour and order, largest first and `others` last.
 * @param {Panel} panel
 * @param {Datum[]} data
 * @param {string} others
 */
function rankSeries(panel, data, others) {
  if (panel.kind !== "stack") return data;
  const series = panel.columns.findLast((column) => SERIES_UNITS.includes(column.unit))?.name ?? "";
  const total = new Map();
  for (const row of data) total.set(row[series], (total.get(row[series]) ?? 0) + row._at);
  const order = [...total.keys()].sort((a, b) => Number(a === others) - Number(b === others) || total.get(b) - total.get(a));
  for (const row of data) row._rank = order.indexOf(row[series]);
  return data;
}

/**
 * A triangle cell has no room for text; the tooltip and the table do.
 * @param {Panel} panel
 * @param {Row} row
 * @param {number} index
 * @param {Page} page
 */
const missingLabel = (panel, row, index, page) => (panel.kind === "triangle" ? "–" : formatCell(panel, row, panel.columns[index], index, page));

/**
 * The column that the chart draws: the last number of a triangle, otherwise the first.
 * @param {Panel} panel
 */
function plottedIndex(panel) {
  const isNumber = (/** @type {Column} */ column) => !column.hidden && !isName(column);
  return panel.kind === "triangle" ? panel.columns.findLastIndex(isNumber) : panel.columns.findIndex(isNumber);
}

/**
 * @param {Panel} panel
 * @param {Row} row
 * @param {number} index
 * @param {Row} first
 * @param {Page} page
 * @param {number} [amount]
 */
function valueLabel(panel, row, index, first, page, amount) {
  const column = panel.columns[index];
  const text = formatCell(panel, row, column, index, page, amount);
  const share = (/** @type {number} */ rate) => formatNumber(rate, "share", page.tenant, page.language);
  if (panel.kind === "triangle") return share(row[index]).replace("%", "");
  if (panel.kind === "funnel" && first[index] > 0) return `${text}  (${share(row[index] / first[index])})`;
  const n = sampleSize(panel, row, column);
  return n !== null && column.unit !== "count" ? `${text}  n=${formatNumber(n, "count", page.tenant, page.language)}` : text;
}

/**
 * @param {Panel} panel
 * @param {Row} row
 * @param {Page} page
 */
function tooltip(panel, row, page) {
  return panel.columns.map((column, index) => ({ column, index })).filter(({ column }) => !column.hidden)
    .map(({ column, index }) => `${column[page.language]}: ${formatCell(panel, row, column, index, page)}`).join("\n");
}

const CLEAN_THRESHOLD = 100;  // marks of removed rows to keep; Vega's default is ten thousand
const VEGA_SCRIPTS = ["vega", "vega-lite", "vega-embed"];
/** @type {Promise<unknown> | null} */
let vega = null;

/** Load Vega: most of the page's weight, so it loads after the request for the first numbers. */
export function loadVega() {
  vega ??= Promise.all(VEGA_SCRIPTS.map((name) => new Promise((resolve, reject) => {
    const script = element("script", { src: new URL(`./${name}.min.js`, import.meta.url).href, onload: resolve, onerror: reject });
    script.async = false;  // each script needs the previous one
    document.head.append(script);
  })));
  vega.catch(() => { vega = null; });
  return vega;
}

/**
 * Draw the rows, or newer ones that arrive meanwhile; resolves when they are visible.
 * @param {Frame} frame
 * @param {Row[]} rows
 * @param {Page} page
 */
export function redraw(frame, rows, page) {
  frame.rows = rows;
  frame.drawing ??= drawLatest(frame, page).finally(() => { frame.drawing = null; });
  return frame.drawing;
}

/**
 * @param {Frame} frame
 * @param {Page} page
 */
async function drawLatest(frame, page) {
  await loadVega();
  /** @type {Row[] | undefined} */
  let drawnRows;
  while (frame.rows && drawnRows !== frame.rows && !frame.removed) {
    drawnRows = frame.rows;
    await draw(frame, drawnRows, page);
  }
}

/**
 * @param {Frame} frame
 * @param {Row[]} rows
 * @param {Page} page
 */
async function draw(frame, rows, page) {
  const { panel, body } = frame;
  const container = body.querySelector(".chart") ?? body.insertBefore(
    element("div", { class: "chart", role: "img", "aria-label": panel[page.language] }), body.firstChild);
  const index = plottedIndex(panel);
  if (!rows.some((row) => row[index] !== null || panel.kind === "bar")) {
    const few = rows.some((row) => (sampleSize(panel, row, panel.columns[index]) ?? 0) > 0);
    disposeChart(frame);
    container.replaceChildren(element("p", { class: "nothing" }, emptyMessage(panel, page, few)));
    return;
  }
  if (frame.view) {
    const data = rankSeries(panel, toChartRows(panel, rows, page, coloursOf(document.documentElement)), page.labels.others);
    await frame.view.change("rows", window.vega.changeset().remove(() => true).insert(data)).runAsync();
    return;
  }
  container.replaceChildren();
  const result = await embed(container, panel, rows, page);
  if (frame.removed) { result.finalize(); return; }
  frame.view = result.view;
  frame.view.cleanThreshold = CLEAN_THRESHOLD;
  const lead = panel.columns.find((column) => column.leads);
  if (lead) frame.view.addEventListener("click", (/** @type {MouseEvent} */ event, /** @type {any} */ item) => {
    const member = item?.datum?._member;
    if (member) page.followLink(event, { board: lead.leads, dimension: lead.dimension, member });
  });
  frame.finalize = () => result.finalize();
}

/**
 * Draw the rows into an empty element, in its colours.
 * @param {Element} container
 * @param {Panel} panel
 * @param {Row[]} rows
 * @param {Page} page
 */
export function embed(container, panel, rows, page) {
  const css = coloursOf(container);
  const spec = structuredClone(panel.chart[page.language]);
  spec.data = { name: "rows", values: rankSeries(panel, toChartRows(panel, rows, page, css), page.labels.others) };
  if (panel.kind === "stack") spec.encoding.color.legend.columns = Math.max(2, Math.floor(container.clientWidth / LEGEND_PX));
  return window.vegaEmbed(container, spec, { actions: false, renderer: "svg", ast: true, config: config(css), tooltip: { theme: page.dark() ? "dark" : "light" } });
}

/**
 * Dispose of a chart and its listeners.
 * @param {Frame} frame
 */
export function disposeChart(frame) {
  frame.finalize?.();
  frame.view = frame.finalize = null;
}

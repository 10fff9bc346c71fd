/** Charts: rows with their names said, drawn once and then only given new rows. */
import { element, nothing, plain } from "./panel.js";

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function config() {
  const ink = css("--ink"), faint = css("--faint"), line = css("--line");
  const font = css("--font");
  return {
    background: "transparent", font, padding: 4,
    view: { stroke: null },
    axis: { labelColor: faint, titleColor: faint, gridColor: line, domainColor: line, tickColor: line, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 400, labelPadding: 6 },
    legend: { labelColor: ink, labelFontSize: 12, symbolType: "circle" },
    text: { color: ink, fontSize: 12 },
    bar: { color: css("--blue") }, line: { color: css("--blue") }, point: { color: css("--blue"), size: 36 },
    range: { category: ["#2563eb", "#ea8a00", "#0d9488", "#c026a8", "#65a30d", "#7c5cd6", "#8a94a6"] },
  };
}

/** Each row as an object the chart reads. */
function named(panel, rows, page) {
  const first = rows[0];
  return rows.map((row) => {
    const made = {};
    panel.columns.forEach((column, at) => {
      const word = ["text", "milestone", "spending", "word"].includes(column.unit);
      made[column.name] = word ? plain(panel, row, column, at, page) : row[at];
    });
    made._say = say(panel, row, page);
    const at = panel.columns.findIndex((column) => column === drawn(panel));
    made._at = row[at] ?? 0;
    made._text = row[at] === null ? plain(panel, row, panel.columns[at], at, page) : beside(panel, row, at, first, page);
    return made;
  });
}

const numbers = (panel) => panel.columns.filter((column) => !column.hidden && !["text", "milestone", "spending", "word", "kpi", "period", "time"].includes(column.unit));
const firstNumber = (panel) => numbers(panel)[0];
const drawn = (panel) => (panel.kind === "triangle" ? numbers(panel).at(-1) : firstNumber(panel));

function beside(panel, row, at, first, page) {
  const text = plain(panel, row, panel.columns[at], at, page);
  if (panel.kind === "triangle") return `${Math.round(row[at] * 100)}`;
  if (panel.kind === "funnel" && first[at] > 0) return `${text}  (${Math.round((row[at] / first[at]) * 100)}%)`;
  const n = panel.columns[at].n ? row[panel.columns.findIndex((c) => c.name === panel.columns[at].n)] : null;
  const rate = !["count"].includes(panel.columns[at].unit);
  return n !== null && rate ? `${text}  n=${n}` : text;
}

function say(panel, row, page) {
  return panel.columns.map((column, at) => ({ column, at })).filter(({ column }) => !column.hidden)
    .map(({ column, at }) => `${column[page.language]}: ${plain(panel, row, column, at, page)}`).join("\n");
}

export async function redraw(held, rows, page) {
  const { panel, body } = held;
  const place = body.querySelector(".chart") ?? body.insertBefore(
    element("div", { class: "chart", role: "img", "aria-label": panel[page.language] }), body.firstChild);
  if (!rows.length) {
    forget(held);
    place.replaceChildren(nothing(page));
    return;
  }
  const data = named(panel, rows, page);
  const changed = () => held.view.change("rows", window.vega.changeset().remove(() => true).insert(data)).runAsync();
  if (held.view) return changed();
  if (held.drawing) { held.waiting = rows; return; }
  held.drawing = true;
  const spec = structuredClone(panel.chart[page.language]);
  spec.data = { name: "rows", values: data };
  place.replaceChildren();
  const result = await window.vegaEmbed(place, spec, { actions: false, renderer: "svg", ast: true, config: config(),  tooltip: { theme: page.dark() ? "dark" : "light" } });
  held.drawing = false;
  if (held.gone) return result.finalize();
  held.view = result.view;
  held.finalize = () => result.finalize();
  if (held.waiting) { const late = held.waiting; held.waiting = null; redraw(held, late, page); }
}

export function forget(held) {
  held.finalize?.();
  held.view = held.finalize = null;
}

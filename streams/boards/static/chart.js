/** Charts: rows with their names said, drawn once and then only given new rows. */
import { cases, element, isChosen, nothing, plain } from "./panel.js";

const LEGEND_PX = 120;  // of one name in a legend

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
    rect: { stroke: css("--card"), strokeWidth: 2 },
    bar: { color: css("--blue") }, line: { color: css("--blue") }, point: { color: css("--blue"), size: 36 },
    range: { category: [css("--blue"), "#ea8a00", "#0d9488", "#c026a8", "#65a30d", "#7c5cd6", "#8a94a6"] },
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
    made._chosen = isChosen(panel, row, page);
    made._text = row[at] === null ? absence(panel, row, at, page) : beside(panel, row, at, first, page);
    return made;
  });
}

/** Of stacks, the place of each series, biggest first and the others last: its colour and where it lies. */
function ranked(panel, data, others) {
  if (panel.kind !== "stack") return data;
  const series = panel.columns.findLast((column) => ["text", "milestone", "spending"].includes(column.unit)).name;
  const total = new Map();
  data.forEach((row) => total.set(row[series], (total.get(row[series]) ?? 0) + row._at));
  const last = others;
  const order = [...total.keys()].sort((one, other) => (one === last) - (other === last) || total.get(other) - total.get(one));
  data.forEach((row) => { row._rank = order.indexOf(row[series]); });
  return data;
}

/** A cell of a triangle has no room for words; the tooltip and the table have. */
const absence = (panel, row, at, page) => (panel.kind === "triangle" ? "–" : plain(panel, row, panel.columns[at], at, page));

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

const KEPT = 100;  // marks of rows that are gone; Vega itself keeps ten thousand
const ENGINE = ["vega", "vega-lite", "vega-embed"];
let engine = null;

/** Fetch what draws: most of the page's weight, so it comes after the page has asked for its first numbers. */
export function prepare() {
  engine ??= Promise.all(ENGINE.map((name) => new Promise((done, failed) => {
    const script = element("script", { src: new URL(`./${name}.min.js`, import.meta.url), onload: done, onerror: failed });
    script.async = false;  // each needs the one before
    document.head.append(script);
  })));
  engine.catch(() => { engine = null; });
  return engine;
}

/** Draw the rows, or those that have come since; resolves when they can be seen. */
export function redraw(held, rows, page) {
  held.rows = rows;
  held.drawing ??= settle(held, page).finally(() => { held.drawing = null; });
  return held.drawing;
}

async function settle(held, page) {
  await prepare();
  for (let drawn = null; drawn !== held.rows && !held.gone;) {
    drawn = held.rows;
    await draw(held, drawn, page);
  }
}

async function draw(held, rows, page) {
  const { panel, body } = held;
  const place = body.querySelector(".chart") ?? body.insertBefore(
    element("div", { class: "chart", role: "img", "aria-label": panel[page.language] }), body.firstChild);
  const at = panel.columns.indexOf(drawn(panel));
  if (!rows.some((row) => row[at] !== null || panel.kind === "bar")) {
    const few = rows.some((row) => cases(panel, row, panel.columns[at]) > 0);
    forget(held);
    place.replaceChildren(nothing(panel, page, few));
    return;
  }
  const data = ranked(panel, named(panel, rows, page), page.words.others);
  if (held.view) {
    await held.view.change("rows", window.vega.changeset().remove(() => true).insert(data)).runAsync();
    return;
  }
  const spec = structuredClone(panel.chart[page.language]);
  spec.data = { name: "rows", values: data };
  if (panel.kind === "stack") spec.encoding.color.legend.columns = Math.max(2, Math.floor(place.clientWidth / LEGEND_PX));
  place.replaceChildren();
  const result = await window.vegaEmbed(place, spec, { actions: false, renderer: "svg", ast: true, config: config(), tooltip: { theme: page.dark() ? "dark" : "light" } });
  if (held.gone) { result.finalize(); return; }
  held.view = result.view;
  held.view.cleanThreshold = KEPT;
  held.finalize = () => result.finalize();
}

/** Let go of a chart and of everything that it listens to. */
export function forget(held) {
  held.finalize?.();
  held.view = held.finalize = null;
}

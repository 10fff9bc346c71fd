/** Tiles: one number per KPI, with its sample size and the change since the period before. */
import { element } from "./dom.js";
import { formatMissing, formatNumber } from "./format.js";

/**
 * Create the tile of a KPI; a null row means that its number has not arrived yet, undefined that there is none.
 * @param {string} id
 * @param {Row | null | undefined} row
 * @param {Page} page
 */
export function createTile(id, row, page) {
  const { spec, language, tenant } = page;
  const kpi = spec.kpis[id];
  const [, value = null, n = 0, before = null] = row ?? [];
  const text = row === null ? "…" : value === null ? formatMissing(kpi.cases ? n : 0, kpi.minimum_n, spec, language) : formatNumber(value, kpi.unit, tenant, language);
  const cases = row && kpi.kind !== "count" && kpi.cases && n > 0 ? `n = ${formatNumber(n, "count", tenant, language)}` : "";
  const figure = element("p", { class: value === null ? "figure thin" : "figure", "data-kpi": id }, text);
  if (value !== null) figure.dataset.value = value;
  return element("button", { type: "button", class: "tile", title: kpi[`explain_${language}`], onclick: () => page.showDefinitions([id]) },
    element("p", { class: "label" }, kpi[language]), figure,
    element("p", { class: "cases" }, cases), changeNote(value, before, kpi, page));
}

/**
 * @param {number | null} value
 * @param {number | null} before
 * @param {Kpi} kpi
 * @param {Page} page
 */
function changeNote(value, before, kpi, page) {
  const { labels, language, tenant } = page;
  if (value === null || before === null) return element("p", { class: "change" }, "");
  const difference = value - before;
  const direction = difference === 0 ? "same" : kpi.better === 0 ? "" : difference * kpi.better > 0 ? "better" : "worse";
  const sign = difference === 0 ? "→" : difference > 0 ? "▲" : "▼";
  const text = `${sign} ${labels.before} ${formatNumber(before, kpi.unit, tenant, language)}`;
  return element("p", { class: `change ${direction}` }, text, direction ? element("span", { class: "unseen" }, ` ${labels[direction]}`) : null);
}

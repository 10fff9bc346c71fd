/** Tiles: one number per KPI, with its sample size and the change since the period before. */
import { element } from "./dom.js";
import { formatMissing, formatNumber } from "./format.js";
import { comparedDays } from "./selection.js";

/**
 * Create the tile of a KPI; a null row means that its number has not arrived yet, undefined that there is none.
 * @param {string} id
 * @param {Row | null | undefined} row
 * @param {Panel} panel
 * @param {Page} page
 */
export function createTile(id, row, panel, page) {
  const { spec, language, tenant } = page;
  const kpi = spec.kpis[id];
  const [, value = null, n = 0, before = null] = row ?? [];
  const text = row === null ? "…" : value === null ? formatMissing(kpi.cases ? n : 0, kpi.minimum_n, spec, language) : formatNumber(value, kpi.unit, tenant, language, likeOf(value, before));
  const cases = row && kpi.kind !== "count" && kpi.cases && n > 0 ? `n = ${formatNumber(n, "count", tenant, language)}` : "";
  const figure = element("p", { class: value === null ? "figure thin" : "figure", "data-kpi": id }, text);
  if (value !== null) figure.dataset.value = value;
  return element("button", { type: "button", class: "tile", title: kpi[`explain_${language}`], onclick: () => page.showDefinitions([id], panel.basis) },
    element("p", { class: "label" }, kpi[language]), figure,
    element("p", { class: "cases" }, cases), changeNote(value, before, kpi, page));
}

/**
 * How much the number has changed: rates in points, times in their unit, everything else in per cent.
 * @param {number} value
 * @param {number} before
 * @param {Kpi} kpi
 * @param {Page} page
 */
function changeSize(value, before, kpi, { tenant, language }) {
  const size = Math.abs(value - before);
  if (size === 0) return "";
  if (kpi.unit === "ratio") return `${formatNumber(size * 100, "points", tenant, language)} · `;
  if (kpi.unit === "days" || kpi.unit === "hours") return `${formatNumber(size, kpi.unit, tenant, language)} · `;
  return before > 0 ? `${formatNumber(size / before, "ratio", tenant, language)} · ` : "";
}

/**
 * The name of the period that numbers are compared with.
 * @param {Page} page
 */
function comparedName({ selection, labels }) {
  if (selection.compare === "previous") return labels.before;
  return selection.compare === "year" ? labels.year_before : comparedDays(selection).join(" – ");
}

/**
 * The amount that decides how both are written: the smaller one, unless it is nothing.
 * @param {number} value
 * @param {number | null} before
 */
const likeOf = (value, before) => Math.min(Math.abs(value || before || 0), Math.abs(before || value || 0));

/**
 * @param {number | null} value
 * @param {number | null} before
 * @param {Kpi} kpi
 * @param {Page} page
 */
function changeNote(value, before, kpi, page) {
  const { labels, language, tenant } = page;
  if (value === null) return element("p", { class: "change" }, "");
  if (before === null) return element("p", { class: "change" }, labels.no_before);
  const difference = value - before;
  const direction = difference === 0 ? "same" : kpi.better === 0 ? "" : difference * kpi.better > 0 ? "better" : "worse";
  const sign = difference === 0 ? "→" : difference > 0 ? "▲" : "▼";
  const written = formatNumber(before, kpi.unit, tenant, language, likeOf(value, before));
  const text = `${sign} ${changeSize(value, before, kpi, page)}${comparedName(page)} ${written}`;
  return element("p", { class: `change ${direction}` }, text, direction ? element("span", { class: "unseen" }, ` ${labels[direction]}`) : null);
}

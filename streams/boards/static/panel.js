/** Panels: title, facts, tiles or chart, and the table behind a chart. */
import { emptyMessage, sampleSize } from "./cells.js";
import { redraw } from "./chart.js";
import { element, replaceContent, withCode } from "./dom.js";
import { exportButtons } from "./export.js";
import { createTable, createView } from "./table.js";
import { createTile } from "./tiles.js";

/**
 * Create the panel without numbers, in its final size, so that the layout does not shift when they arrive.
 * @param {Panel} panel
 * @param {Page} page
 * @returns {Frame}
 */
export function createFrame(panel, page) {
  const { language, labels, spec } = page;
  const title = element("h2", { id: `title-${panel.id}` }, panel[language]);
  const basis = spec.words[language].basis[panel.basis];
  const facts = [`${labels.basis}: ${basis}`];
  if (panel.minimum_n > 1) facts.push(`n ≥ ${panel.minimum_n}`);
  if (panel.kind === "line") facts.push(labels.part);
  if (panel.kind === "stack") facts.push(labels.part_bar);
  const { dimension } = page.selection;
  const unfiltered = dimension !== "total" && !panel.filtered_by.includes(dimension);
  const kpis = panel.kpis.length ? panel.kpis : panel.kpi ? [panel.kpi] : [];
  const definitionButton = kpis.length === 0 ? null : element("button", { type: "button", class: "define", onclick: () => page.showDefinitions(kpis, panel.basis) },
    labels.definition, element("span", { class: "unseen" }, ` ${kpis.map((id) => spec.kpis[id][language]).join(", ")}`));
  const body = element("div", { class: `body ${panel.kind}`, "aria-busy": "true" });
  const note = panel[`note_${language}`];
  const section = element("section", { class: `panel w${panel.width} is-${panel.kind}`, id: `panel-${panel.id}`, "aria-labelledby": `title-${panel.id}` });
  /** @type {Frame} */
  const frame = { section, body, panel, facts: facts.join(" · "), table: createView() };
  section.append(element("div", { class: "head" }, title, element("p", { class: "facts" },
    unfiltered ? element("span", { class: "unfiltered" }, labels.unfiltered) : null, frame.facts, " ", definitionButton, " ", ...exportButtons(frame, page))),
    body, ...(note ? [element("p", { class: "note" }, ...withCode(note))] : []));
  if (panel.kind === "tiles") body.append(...panel.kpis.map((id) => createTile(id, null, panel, page)));
  return frame;
}

/**
 * Show the rows; resolves when they are visible.
 * @param {Frame} frame
 * @param {Row[]} rows
 * @param {Page} page
 */
export async function fill(frame, rows, page) {
  const { panel, body } = frame;
  if (panel.kind === "bar") rows = rows.filter((row) => panel.columns.every((column) => sampleSize(panel, row, column) !== 0));
  body.removeAttribute("aria-busy");
  if (panel.kind === "tiles") return fillTiles(frame, rows, page);
  const content = rows.length ? createTable(panel, rows, page, frame.table) : element("p", { class: "nothing" }, emptyMessage(panel, page));
  if (panel.kind === "table") return replaceContent(body, content);
  const drawing = redraw(frame, rows, page).then(() => {
    if (frame.pictureButton) frame.pictureButton.disabled = !frame.view;
  });
  const details = body.querySelector("details") ?? body.appendChild(element("details", {}, element("summary", {}, page.labels.table)));
  replaceContent(details, /** @type {Element} */ (details.querySelector("summary")), content);
  return drawing;
}

/**
 * @param {Frame} frame
 * @param {Row[]} rows
 * @param {Page} page
 */
function fillTiles({ panel, body }, rows, page) {
  const rowsByKpi = new Map(rows.map((row) => [row[0], row]));
  panel.kpis.forEach((id, index) => {
    const updated = createTile(id, rowsByKpi.get(id), panel, page);
    body.children[index].replaceChildren(...updated.childNodes);  // keeps the button itself, and so its focus
  });
}

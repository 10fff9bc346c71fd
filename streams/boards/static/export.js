/** What readers take with them: a panel as CSV, a chart as PNG, the board as PDF. */
import { disposeChart, redraw } from "./chart.js";
import { element } from "./dom.js";
import { chartPicture } from "./picture.js";
import { comparedDays } from "./selection.js";

const CHARTS = ["bar", "stack", "line", "funnel", "plot", "triangle"];

/**
 * The links and buttons of a panel: CSV of its rows, and PNG of its chart.
 * @param {Frame} frame
 * @param {Page} page
 */
export function exportButtons(frame, page) {
  const { panel } = frame;
  const { language, labels, selection } = page;
  const of = () => element("span", { class: "unseen" }, ` ${labels.save}: ${panel[language]}`);
  const [, before] = comparedDays(selection);
  const query = new URLSearchParams({ ...selection, before, lang: language });
  const csv = element("a", { class: "export", href: `api/csv/${page.board.id}/${panel.id}?${query}`, download: "", title: labels.csv }, "CSV", of());
  if (!CHARTS.includes(panel.kind)) return [csv];
  frame.pictureButton = element("button", { type: "button", class: "export", title: labels.png, disabled: "", onclick: () => savePicture(frame, page) }, "PNG", of());
  return [csv, " ", frame.pictureButton];
}

/**
 * The button that prints the board, or saves it as PDF.
 * @param {() => Frame[]} frames
 * @param {Page} page
 */
export const printButton = (frames, page) =>
  element("button", { type: "button", class: "print", title: page.labels.pdf, onclick: () => printBoard(frames(), page) }, "PDF",
    element("span", { class: "unseen" }, ` ${page.labels.pdf}`));

/**
 * @param {Frame} frame
 * @param {Page} page
 */
async function savePicture({ panel, facts, rows, asOf }, page) {
  const { language, tenant, selection } = page;
  const picture = await chartPicture(panel, rows ?? [], page, {
    title: panel[language],
    above: [`${tenant.name} · ${memberText(panel, page)} · ${selection.from} – ${selection.to}`],
    below: [`${facts} · ${asOfText(asOf, page)}`, panel[`note_${language}`].replaceAll("`", "")].filter(Boolean),
  });
  const url = URL.createObjectURL(picture);
  element("a", { href: url, download: `${fileName(page, panel.id)}.png` }).click();
  URL.revokeObjectURL(url);
}

/**
 * Whom the numbers of a panel are of: the member that the board is filtered by, or the whole company.
 * @param {Panel} panel
 * @param {Page} page
 */
function memberText(panel, { selection, labels }) {
  if (!panel.filtered_by.includes(selection.dimension) || selection.dimension === "total") return labels.total;
  return `${labels[selection.dimension]}: ${document.getElementById("focus")?.textContent ?? selection.member}`;
}

/**
 * The instant of the numbers in the zone of the company; empty without numbers.
 * @param {string | null | undefined} asOf
 * @param {Page} page
 */
export function asOfText(asOf, { labels, tenant }) {
  if (!asOf) return "";
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: tenant.timezone });
  return labels.as_of.replace("{at}", format.format(new Date(asOf)));
}

/**
 * The name of a file without its ending, as that of the CSV is.
 * @param {Page} page
 * @param {string} [panel]
 */
const fileName = ({ selection }, panel) =>
  [selection.tenant, selection.board, panel, selection.from, selection.to].filter(Boolean).join("-");

/**
 * Print in the colours of paper, under a title that becomes the name of the file.
 * @param {Frame[]} frames
 * @param {Page} page
 */
async function printBoard(frames, page) {
  const root = document.documentElement, { theme } = root.dataset, { title } = document;
  const drawn = page.dark() ? frames.filter(({ view }) => view) : [];
  const draw = () => Promise.all(drawn.map((frame) => { disposeChart(frame); return redraw(frame, [...(frame.rows ?? [])], page); }));
  root.dataset.theme = "light";
  document.title = fileName(page);
  await draw();
  print();
  document.title = title;
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  await draw();
}

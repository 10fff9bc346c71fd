/** The dialog with the definitions of KPIs. */
import { byId, element } from "./dom.js";

/**
 * Open the dialog with these KPIs.
 * @param {string[]} ids
 * @param {Page} page
 */
export function showDefinitions(ids, page) {
  const dialog = byId("definition", HTMLDialogElement);
  const close = element("form", { method: "dialog" }, element("button", { autofocus: "" }, page.labels.close));
  dialog.replaceChildren(...ids.map((id, index) => definition(id, index, page)), close);
  dialog.showModal();
  dialog.scrollTo({ top: 0 });
}

/**
 * @param {string} id
 * @param {number} index
 * @param {Page} page
 */
function definition(id, index, { spec, labels, language }) {
  const kpi = spec.kpis[id];
  return element("section", {},
    element("h2", index ? {} : { id: "definition-title" }, kpi[language]),
    element("p", {}, kpi[`explain_${language}`]),
    element("p", { class: "facts" }, `${labels.minimum}: ${kpi.minimum_n} · `, element("code", {}, id)),
    kpi.standards.length ? element("p", { class: "facts" }, `${labels.standards}: ${kpi.standards.join("; ")}`) : null);
}

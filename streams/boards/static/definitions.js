/** The dialog with the definitions of KPIs. */
import { byId, element } from "./dom.js";

/**
 * Open the dialog with these KPIs, as they are counted on a basis.
 * @param {string[]} ids
 * @param {string} basis
 * @param {Page} page
 */
export function showDefinitions(ids, basis, page) {
  const dialog = byId("definition", HTMLDialogElement);
  const close = element("form", { method: "dialog" }, element("button", { autofocus: "" }, page.labels.close));
  const counted = element("p", { class: "facts basis" }, page.labels[`basis.${basis}`]);
  dialog.replaceChildren(...ids.map((id, index) => definition(id, index, page)), counted, close);
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

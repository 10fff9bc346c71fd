/** The controls of the page: boards, filters, language and theme. */
import { fetchJson } from "./api.js";
import { byId, element } from "./dom.js";
import { comparedDays, PERIODS, periodDays, preset, today, validDay } from "./selection.js";

const form = byId("filters", HTMLFormElement);

/**
 * The language that the reader can switch to.
 * @param {Page} page
 */
const otherLanguage = (page) => Object.keys(page.spec.labels).find((language) => language !== page.language) ?? page.language;

/**
 * Write the controls in the language of the page, set to its selection.
 * @param {Page} page
 */
export function renderControls(page) {
  const { labels, language, selection, spec, board } = page;
  document.querySelectorAll("[data-word]").forEach((node) => { node.textContent = labels[node.getAttribute("data-word") ?? ""]; });
  const nav = byId("boards", HTMLElement);
  nav.setAttribute("aria-label", labels.boards);
  nav.replaceChildren(...spec.boards.map(({ id, [language]: name }) => {
    const attributes = { href: page.urlOf({ board: id }), onclick: (/** @type {MouseEvent} */ event) => page.followLink(event, { board: id }) };
    return element("a", id === selection.board ? { ...attributes, "aria-current": "page" } : attributes, name);
  }));
  setOptions(form.tenant, spec.tenants.map((tenant) => [tenant.id, tenant.name]), selection.tenant);
  setOptions(form.dimension, board.dimensions.map((dimension) => [dimension, labels[dimension]]), selection.dimension);
  setOptions(form.period, [...PERIODS, "custom"].map((period) => [period, labels[period]]), preset(spec, selection) ?? "custom");
  const custom = validDay(selection.compare) ? "since" : selection.compare;
  setOptions(form.compare, ["previous", "year", "since"].map((name) => [name, labels[`compare.${name}`]]), custom);
  form.since.value = comparedDays(selection)[0];
  form.since.closest("label").hidden = custom !== "since";
  form.from.value = selection.from;
  form.to.value = selection.to;
  const languageButton = byId("language", HTMLButtonElement);
  languageButton.textContent = labels.other;
  languageButton.lang = otherLanguage(page);
  byId("theme", HTMLButtonElement).textContent = page.dark() ? labels.light : labels.dark;
  loadMembers(page);
}

/**
 * @param {HTMLSelectElement} select
 * @param {string[][]} pairs value and label
 * @param {string} selected
 */
function setOptions(select, pairs, selected) {
  select.replaceChildren(...pairs.map(([value, label]) => element("option", { value }, label)));
  select.value = selected;
}

/**
 * The members of the selected dimension as pairs of id and label; none if they cannot be loaded.
 * @param {BoardSelection} selection
 * @returns {Promise<string[][]>}
 */
const fetchMembers = (selection) => fetchJson("members", selection).catch(() => []);

/** @param {Page} page */
async function loadMembers(page) {
  const { selection, labels } = page;
  form.member.disabled = selection.dimension === "total";
  if (selection.dimension === "total") return setOptions(form.member, [["all", labels.total]], "all");
  setOptions(form.member, [[selection.member, selection.member]], selection.member);
  const members = await fetchMembers(selection);
  if (selection !== page.selection) return;
  const pairs = members.map(([id, label]) => [id, id === "unknown" ? labels.unknown : label]);
  if (!pairs.some(([id]) => id === selection.member)) pairs.unshift([selection.member, selection.member]);
  setOptions(form.member, pairs, selection.member);
  byId("focus", HTMLElement).textContent = form.member.selectedOptions[0].textContent;
}

/**
 * Return the selection after a filter has changed.
 * @param {Page} page
 * @param {string} name
 * @param {string} value
 * @returns {Promise<BoardSelection>}
 */
async function changeFilter(page, name, value) {
  const selection = { ...page.selection };
  if (name === "period") {
    if (!PERIODS.includes(value)) return selection;
    [selection.from, selection.to] = periodDays(value, today(page.tenant.timezone), page.tenant.fiscal_start);
    return selection;
  }
  if (name === "since" || (name === "compare" && value === "since")) {
    return { ...selection, compare: validDay(form.since.value) || "previous" };
  }
  Object.assign(selection, { [name]: value });
  if (name === "tenant") {
    Object.assign(selection, { dimension: "total", member: "all" });
    delete selection.breach;
  }
  if (name === "dimension") {
    selection.member = "all";
    if (value !== "total") selection.member = (await fetchMembers(selection))[0]?.[0] ?? "unknown";
  }
  return selection;
}

/**
 * Navigate whenever the reader changes a control.
 * @param {Page} page
 */
export function listenToControls(page) {
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", async ({ target }) => {
    const before = page.selection;
    const { name, value } = /** @type {HTMLSelectElement | HTMLInputElement} */ (target);
    const selection = await changeFilter(page, name, value);
    if (page.selection !== before) return;  // the reader has navigated meanwhile
    if (validDay(selection.from) && validDay(selection.to) && selection.from <= selection.to) page.navigate(selection);
  });
  byId("language", HTMLButtonElement).addEventListener("click", () => {
    const lang = otherLanguage(page);
    localStorage.setItem("hirelay-language", lang);
    page.navigate({ ...page.selection, lang });
  });
  const fold = byId("fold", HTMLButtonElement);
  fold.addEventListener("click", () => fold.setAttribute("aria-expanded", String(!form.classList.toggle("folded"))));
  byId("theme", HTMLButtonElement).addEventListener("click", () => {
    const theme = page.dark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("hirelay-theme", theme);
    page.render();
  });
}

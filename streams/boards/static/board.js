/** The page: its selection is stored in the URL, and numbers are reloaded whenever they change. */
import { addDays, parseSelection, PERIODS, preset, today, toUrl, validDay } from "./asking.js";
import { formatAge } from "./format.js";
import { createFrame, element, fill } from "./panel.js";
import { disposeChart, loadVega } from "./chart.js";

const RETRY_MS = 5000;
const form = document.querySelector("#asking");
const main = document.querySelector("#board");
const fresh = document.querySelector("#fresh");
let frames = [];
let source = null;
let lastEventAt = null;
let stamp = null;
let breachMissing = false;
let scrolledToBreach = "";

const page = {
  spec: null, selection: {}, language: "", labels: {}, tenant: null,
  dark: () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark",
  urlOf: (change) => toUrl(page.spec, { ...page.selection, ...change }),
  followLink(event, change) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    navigate({ ...page.selection, ...change });
    main.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  },
  showDefinitions,
};

const otherLanguage = () => Object.keys(page.spec.labels).find((language) => language !== page.language);
const selectionInUrl = () => parseSelection(page.spec, Object.fromEntries(new URLSearchParams(location.search)));

async function fetchJson(path, params) {
  const query = new URLSearchParams(params).toString();
  const response = await fetch(`api/${path}${query && "?"}${query}`);
  if (!response.ok) throw new Error((await response.json()).error);
  return response.json();
}

/** Resolve an alert link to the board, tenant and days of its breach. */
async function resolveBreachLink() {
  const params = Object.fromEntries(new URLSearchParams(location.search));
  breachMissing = false;
  if (!params.breach || params.board) return;
  const target = await fetchJson(`breaches/${encodeURIComponent(params.breach)}`, {}).catch(() => null);
  breachMissing = target === null;
  if (target) history.replaceState(null, "", `?${new URLSearchParams({ ...params, ...target })}`);
}

/** Scroll the linked row into view, once. */
function scrollToBreach() {
  const row = main.querySelector("tr.linked");
  if (!row || scrolledToBreach === page.selection.breach) return;
  scrolledToBreach = page.selection.breach;
  row.scrollIntoView({ block: "center" });
}

function navigate(selection) {
  breachMissing = false;
  history.pushState(null, "", toUrl(page.spec, selection));
  render();
}

function render() {
  const before = page.selection;
  page.selection = selectionInUrl();
  page.tenant = page.spec.tenants.find((tenant) => tenant.id === page.selection.tenant);
  page.language = page.selection.lang in page.spec.labels ? page.selection.lang : page.tenant.language;
  page.labels = page.spec.labels[page.language];
  document.documentElement.lang = page.language;
  document.body.dataset.shown = "yes";
  renderControls();
  renderPanels();
  if (before.tenant !== page.selection.tenant) subscribe();
}

function renderControls() {
  const { labels, language, selection, spec } = page;
  document.querySelectorAll("[data-word]").forEach((node) => { node.textContent = labels[node.dataset.word]; });
  const nav = document.querySelector("#boards");
  nav.setAttribute("aria-label", labels.boards);
  nav.replaceChildren(...spec.boards.map((board) => {
    const change = { board: board.id };
    const attributes = { href: page.urlOf(change), onclick: (event) => page.followLink(event, change) };
    return element("a", board.id === selection.board ? { ...attributes, "aria-current": "page" } : attributes, board[language]);
  }));
  setOptions(form.tenant, spec.tenants.map((tenant) => [tenant.id, tenant.name]), selection.tenant);
  const { dimensions } = spec.boards.find((board) => board.id === selection.board);
  setOptions(form.dimension, dimensions.map((dimension) => [dimension, labels[dimension]]), selection.dimension);
  setOptions(form.period, [...Object.keys(PERIODS), "custom"].map((period) => [period, labels[period]]), preset(spec, selection) ?? "custom");
  form.from.value = selection.from;
  form.to.value = selection.to;
  document.querySelector("#language").textContent = labels.other;
  document.querySelector("#language").lang = otherLanguage();
  document.querySelector("#theme").textContent = page.dark() ? labels.light : labels.dark;
  loadMembers();
  updateFreshness();
}

function setOptions(select, pairs, selected) {
  select.replaceChildren(...pairs.map(([value, label]) => element("option", { value }, label)));
  select.value = selected;
}

async function loadMembers() {
  const { selection, labels } = page;
  form.member.disabled = selection.dimension === "total";
  if (selection.dimension === "total") return setOptions(form.member, [["all", labels.total]], "all");
  setOptions(form.member, [[selection.member, selection.member]], selection.member);
  const members = await fetchJson("members", selection).catch(() => []);
  if (selection !== page.selection) return;
  const pairs = members.map(([id, label]) => [id, id === "unknown" ? labels.unknown : label]);
  if (!pairs.some(([id]) => id === selection.member)) pairs.unshift([selection.member, selection.member]);
  setOptions(form.member, pairs, selection.member);
  main.querySelector("#focus").textContent = form.member.selectedOptions[0].textContent;
}

function renderPanels() {
  frames.forEach((frame) => { frame.removed = true; disposeChart(frame); });
  delete main.dataset.ready;
  const board = page.spec.boards.find((candidate) => candidate.id === page.selection.board);
  document.title = `${board[page.language]} – ${page.tenant.name} – Hirelay`;
  frames = board.panels.map((panel) => createFrame(panel, page));
  const filter = page.selection.dimension === "total" ? "" : ` – ${page.labels[page.selection.dimension]}: `;
  const member = filter ? element("b", { id: "focus" }, page.selection.member) : null;
  main.replaceChildren(
    element("div", { class: "top" }, element("h1", {}, board[page.language]),
      breachMissing ? element("p", { class: "lost", role: "alert" }, page.labels.lost) : null,
      element("p", {}, `${page.tenant.name} · ${page.selection.from} – ${page.selection.to}`, filter, member, ` · ${board[`for_${page.language}`]}`)),
    ...frames.map((frame) => frame.section));
  refresh();
}

let running = null;
/**
 * Load every panel, and once more if numbers change meanwhile. The first numbers are requested alone, so that they do not
 * wait for the others.
 */
async function refresh() {
  const current = frames;
  if (running === current) { current.stale = true; return; }
  running = current;
  const first = current.find((frame) => frame.panel.kind === "tiles") ?? current[0];
  await load(first);
  if (current !== frames) return;
  await Promise.all(current.map((frame) => (frame === first ? null : load(frame))));
  if (running === current) running = null;
  if (current === frames) main.dataset.ready = `${page.selection.board}-${page.language}`;
  if (current.stale && current === frames) { current.stale = false; refresh(); }
}

async function load(frame) {
  const { selection } = page;
  try {
    const { rows } = await fetchJson(`data/${selection.board}/${frame.panel.id}`, selection);
    if (frame.removed) return;
    frame.section.classList.remove("failed");
    const rowsJson = JSON.stringify(rows);
    if (rowsJson !== frame.rowsJson) await fill(frame, rows, page);
    if (frame.removed) return;
    scrollToBreach();
    frame.rowsJson = rowsJson;
    frame.section.dataset.stamp = stamp ?? "";
    frame.section.dataset.ready = "yes";
  } catch {
    if (frame.removed) return;
    frame.section.classList.add("failed");
    frame.section.dataset.failed = page.labels.failed;
    setTimeout(() => { if (!frame.removed) load(frame); }, RETRY_MS);
  }
}

function subscribe() {
  source?.close();
  lastEventAt = stamp = null;
  source = new EventSource(`api/events?${new URLSearchParams({ tenant: page.selection.tenant })}`);
  source.onmessage = (message) => {
    const update = JSON.parse(message.data);
    lastEventAt = update.heard;
    const changed = stamp !== update.stamp;
    stamp = update.stamp;
    updateFreshness();
    if (changed) refresh();  // also on the first stamp: the numbers may be older
  };
  source.onopen = () => { fresh.classList.remove("lost"); updateFreshness(); };
  source.onerror = () => { fresh.classList.add("lost"); updateFreshness(); };
}

function updateFreshness() {
  const { labels } = page;
  const offline = fresh.classList.contains("lost");
  const text = offline ? labels.offline : `${labels.fresh}: ${stamp === null ? "…" : lastEventAt ? formatAge(Date.now() - lastEventAt, labels) : labels.never}`;
  fresh.ariaLive = offline ? "polite" : "off";  // screen readers must not read the age every second
  if (fresh.textContent !== text) fresh.textContent = text;
}

function showDefinitions(ids) {
  const dialog = document.querySelector("#definition");
  dialog.replaceChildren(...ids.map(definitionSection), element("form", { method: "dialog" }, element("button", { autofocus: "" }, page.labels.close)));
  dialog.showModal();
  dialog.scrollTo({ top: 0 });
}

function definitionSection(id, index) {
  const { spec, labels, language } = page;
  const kpi = spec.kpis[id];
  return element("section", {},
    element("h2", index ? {} : { id: "definition-title" }, kpi[language]),
    element("p", {}, kpi[`explain_${language}`]),
    element("p", { class: "facts" }, `${labels.minimum}: ${kpi.minimum_n} · `, element("code", {}, id)),
    kpi.standards.length ? element("p", { class: "facts" }, `${labels.standards}: ${kpi.standards.join("; ")}`) : null);
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", async (event) => {
  const before = page.selection;
  const selection = { ...page.selection, [event.target.name]: event.target.value };
  delete selection.period;
  if (event.target.name === "tenant") {
    Object.assign(selection, { dimension: "total", member: "all" });
    delete selection.breach;
  }
  if (event.target.name === "dimension") {
    selection.member = "all";
    if (selection.dimension !== "total") selection.member = (await fetchJson("members", selection).catch(() => []))[0]?.[0] ?? "unknown";
    if (page.selection !== before) return;  // the reader has navigated meanwhile
  }
  if (event.target.name === "period" && PERIODS[event.target.value]) {
    selection.to = today(page.tenant.timezone);
    selection.from = addDays(selection.to, -PERIODS[event.target.value]);
  }
  if (validDay(selection.from) && validDay(selection.to) && selection.from <= selection.to) navigate(selection);
});
document.querySelector("#language").addEventListener("click", () => {
  const lang = otherLanguage();
  localStorage.setItem("hirelay-language", lang);
  navigate({ ...page.selection, lang });
});
document.querySelector("#theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = page.dark() ? "light" : "dark";
  localStorage.setItem("hirelay-theme", document.documentElement.dataset.theme);
  render();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (page.spec) render(); });
addEventListener("popstate", async () => { await resolveBreachLink(); render(); });
addEventListener("DOMContentLoaded", start);
if (document.readyState !== "loading") start();
setInterval(() => {
  if (!page.selection.to) return;
  updateFreshness();
  if (selectionInUrl().to !== page.selection.to) render();  // a new day has begun
}, 1000);

async function start() {
  if (page.spec || start.started) return;
  start.started = true;
  const theme = localStorage.getItem("hirelay-theme");
  if (theme) document.documentElement.dataset.theme = theme;
  page.spec = await fetchJson("boards", {});
  await resolveBreachLink();
  render();
  loadVega();
}

/** The page: its selection is stored in the URL, and numbers are reloaded whenever they change. */
import { fetchJson } from "./api.js";
import { disposeChart, loadVega } from "./chart.js";
import { listenToControls, renderControls } from "./controls.js";
import { showDefinitions } from "./definitions.js";
import { byId, element } from "./dom.js";
import { asOfText, printButton } from "./export.js";
import { subscribe, updateFreshness } from "./live.js";
import { createFrame, fill } from "./panel.js";
import { comparedDays, parseSelection, toUrl } from "./selection.js";

const RETRY_MS = 5000;
const main = byId("board", HTMLElement);
const darkScheme = matchMedia("(prefers-color-scheme: dark)");
/** @type {Page} */
let page;
/** @type {Frame[]} */
let frames = [];
let subscribedTenant = "";
let breachMissing = false;
let loadedAt = 0;
let scrolledToBreach = "";

const urlParams = () => Object.fromEntries(new URLSearchParams(location.search));

/**
 * Create the page of the selection in the URL.
 * @param {PageSpec} spec
 * @returns {Page}
 */
const createPage = (spec) => ({
  spec, ...readSelection(spec),
  dark: () => (document.documentElement.dataset.theme || (darkScheme.matches ? "dark" : "light")) === "dark",
  urlOf: (change) => toUrl(spec, { ...page.selection, ...change }),
  navigate,
  followLink(event, change) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    navigate({ ...page.selection, ...change });
    main.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  },
  render,
  showDefinitions: (ids, basis) => showDefinitions(ids, basis, page),
});

/**
 * Read the selection in the URL, and look up what it names.
 * @param {PageSpec} spec
 */
function readSelection(spec) {
  const selection = parseSelection(spec, urlParams());
  const tenant = spec.tenants.find((candidate) => candidate.id === selection.tenant) ?? spec.tenants[0];
  const board = spec.boards.find((candidate) => candidate.id === selection.board) ?? spec.boards[0];
  const language = /** @type {Language} */ (selection.lang in spec.labels ? selection.lang : tenant.language);
  return { selection, language, labels: spec.labels[language], tenant, board };
}

/** Resolve an alert link to the board, tenant and days of its breach. */
async function resolveBreachLink() {
  const params = urlParams();
  breachMissing = false;
  if (!params.breach || params.board) return;
  const target = await fetchJson(`breaches/${encodeURIComponent(params.breach)}`).catch(() => null);
  breachMissing = target === null;
  if (target) history.replaceState(null, "", `?${new URLSearchParams({ ...params, ...target })}`);
}

/** Scroll the linked row into view, once. */
function scrollToBreach() {
  const row = main.querySelector("tr.linked");
  if (!row || !page.selection.breach || scrolledToBreach === page.selection.breach) return;
  scrolledToBreach = page.selection.breach;
  row.scrollIntoView({ block: "center" });
}

/** @param {BoardSelection} selection */
function navigate(selection) {
  breachMissing = false;
  history.pushState(null, "", toUrl(page.spec, selection));
  render();
}

function render() {
  Object.assign(page, readSelection(page.spec));
  document.documentElement.lang = page.language;
  document.body.dataset.rendered = "yes";
  renderControls(page);
  updateFreshness(page);
  renderPanels();
  if (subscribedTenant === page.tenant.id) return;
  subscribedTenant = page.tenant.id;
  subscribe(page, refresh);
}

function renderPanels() {
  frames.forEach((frame) => { frame.removed = true; disposeChart(frame); });
  delete main.dataset.ready;
  const { board, language, labels, selection, tenant } = page;
  document.title = `${board[language]} – ${tenant.name} – Hirelay`;
  frames = board.panels.map((panel) => createFrame(panel, page));
  const filter = selection.dimension === "total" ? "" : ` – ${labels[selection.dimension]}: `;
  const member = filter ? element("b", { id: "focus" }, selection.member) : null;
  main.replaceChildren(
    element("div", { class: "top" }, printButton(() => frames, page), element("h1", {}, board[language]),
      breachMissing ? element("p", { class: "lost", role: "alert" }, labels.lost) : null,
      element("p", {}, `${tenant.name} · ${selection.from} – ${selection.to}`, filter, member, ` · ${board[`for_${language}`]}`),
      element("p", { id: "as-of" }),
      element("p", { id: "outage", class: "outage", role: "status", hidden: "" })),
    ...frames.map((frame) => frame.section));
  refresh();
}

/** @type {Frame[] | null} */
let loading = null;
let stale = false;
/**
 * Load every panel, and once more if numbers change meanwhile. The first numbers are requested alone, so that they do not
 * wait for the others.
 */
async function refresh() {
  const current = frames;
  if (loading === current) { stale = true; return; }
  loading = current;
  stale = false;
  const first = current.find((frame) => frame.panel.kind === "tiles") ?? current[0];
  await load(first);
  if (current !== frames) return;
  await Promise.all(current.map((frame) => (frame === first ? null : load(frame))));
  if (current !== frames) return;
  loading = null;
  if (stale) refresh();
}

/** @param {Frame} frame */
async function load(frame) {
  const { selection } = page;
  try {
    const [, before] = comparedDays(selection);
    const { rows, as_of } = await fetchJson(`data/${selection.board}/${frame.panel.id}`, { ...selection, before });
    if (frame.removed) return;
    frame.section.classList.remove("failed");
    loadedAt = Date.now();
    frame.asOf = as_of;
    showAsOf();
    showOutage();
    const rowsJson = JSON.stringify(rows);
    if (rowsJson !== frame.rowsJson) await fill(frame, rows, page);
    if (frame.removed) return;
    scrollToBreach();
    frame.rowsJson = rowsJson;
    frame.section.dataset.ready = "yes";
    if (frames.every(({ section }) => section.dataset.ready)) main.dataset.ready = `${selection.board}-${page.language}`;
  } catch {
    if (frame.removed) return;
    frame.section.classList.add("failed");
    frame.section.dataset.failed = page.labels.failed;
    showOutage();
    setTimeout(() => { if (!frame.removed) load(frame); }, RETRY_MS);
  }
}

/** Say of when the numbers on the screen are: the oldest panel decides, because it lacks what was counted since. */
function showAsOf() {
  const [oldest] = frames.flatMap(({ asOf }) => asOf ?? []).sort();
  byId("as-of", HTMLElement).textContent = asOfText(oldest, page);
}

/** Say in one line that numbers cannot be read, and of when those on the screen are, which turn grey. */
function showOutage() {
  const failed = frames.some(({ section }) => section.classList.contains("failed"));
  const banner = byId("outage", HTMLElement);
  main.classList.toggle("stale", failed);
  banner.hidden = !failed;
  if (!failed) return;
  const at = loadedAt ? new Intl.DateTimeFormat("sv-SE", { timeStyle: "short", timeZone: page.tenant.timezone }).format(loadedAt) : "";
  banner.textContent = at ? page.labels.outage.replace("{at}", at) : page.labels.failed;
}

/** Move on to a new day, and keep the age of the last event. */
function tick() {
  updateFreshness(page);
  if (parseSelection(page.spec, urlParams()).to !== page.selection.to) render();
}

async function start() {
  const theme = localStorage.getItem("hirelay-theme");
  if (theme) document.documentElement.dataset.theme = theme;
  const spec = await fetchJson("boards");
  await resolveBreachLink();
  page = createPage(spec);
  render();
  listenToControls(page);
  darkScheme.addEventListener("change", render);
  addEventListener("popstate", async () => { await resolveBreachLink(); render(); });
  setInterval(tick, 1000);
  loadVega();
}

start();

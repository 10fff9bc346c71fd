/** The page: what is asked stands in its address; numbers are read anew whenever they have changed. */
import { addressed, known, PERIODS, preset, shifted, today, understood } from "./asking.js";
import { ago } from "./format.js";
import { element, fill, frame } from "./panel.js";
import { forget, prepare } from "./chart.js";
import { WORDS } from "./words.js";

const AGAIN_MS = 5000;
const form = document.querySelector("#asking");
const main = document.querySelector("#board");
const fresh = document.querySelector("#fresh");
let held = [];
let source = null;
let heard = null;
let stamp = null;
let lost = false;
let looked = "";

const page = {
  spec: null, asked: {}, language: "ja", words: WORDS.ja, tenant: null,
  dark: () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark",
  address: (change) => addressed(page.spec, { ...page.asked, ...change }),
  follow(event, change) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go({ ...page.asked, ...change });
    main.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  },
  define,
};

const asked = () => understood(page.spec, Object.fromEntries(new URLSearchParams(location.search)));

async function read(path, given) {
  const question = new URLSearchParams(given).toString();
  const answer = await fetch(`api/${path}${question && "?"}${question}`);
  if (!answer.ok) throw new Error((await answer.json()).error);
  return answer.json();
}

/** Where the link of an alert leads: the board of its company with the days around it. */
async function located() {
  const given = Object.fromEntries(new URLSearchParams(location.search));
  lost = false;
  if (!given.breach || given.board) return;
  const found = await read(`breaches/${encodeURIComponent(given.breach)}`, {}).catch(() => null);
  lost = found === null;
  if (found) history.replaceState(null, "", `?${new URLSearchParams({ ...given, ...found })}`);
}

/** Bring the row of the link into view, once. */
function look() {
  const row = main.querySelector("tr.linked");
  if (!row || looked === page.asked.breach) return;
  looked = page.asked.breach;
  row.scrollIntoView({ block: "center" });
}

function go(change) {
  lost = false;
  history.pushState(null, "", addressed(page.spec, change));
  show();
}

function show() {
  const before = page.asked;
  page.asked = asked();
  page.language = page.asked.lang === "en" ? "en" : "ja";
  page.words = WORDS[page.language];
  page.tenant = page.spec.tenants.find((each) => each.id === page.asked.tenant);
  document.documentElement.lang = page.language;
  document.body.dataset.shown = "yes";
  chrome();
  draw();
  if (before.tenant !== page.asked.tenant) listen();
}

function chrome() {
  const { words, language, asked: now, spec } = page;
  document.querySelectorAll("[data-word]").forEach((each) => { each.textContent = words[each.dataset.word]; });
  const nav = document.querySelector("#boards");
  nav.setAttribute("aria-label", words.boards);
  nav.replaceChildren(...spec.boards.map((board) => {
    const change = { board: board.id };
    const given = { href: page.address(change), onclick: (event) => page.follow(event, change) };
    return element("a", board.id === now.board ? { ...given, "aria-current": "page" } : given, board[language]);
  }));
  options(form.tenant, spec.tenants.map((each) => [each.id, each.name]), now.tenant);
  const { dimensions } = spec.boards.find((each) => each.id === now.board);
  options(form.dimension, dimensions.map((each) => [each, words[each]]), now.dimension);
  options(form.period, [...Object.keys(PERIODS), "custom"].map((each) => [each, words[each]]), preset(spec, now) ?? "custom");
  form.from.value = now.from;
  form.to.value = now.to;
  document.querySelector("#language").textContent = words.other;
  document.querySelector("#language").lang = language === "ja" ? "en" : "ja";
  document.querySelector("#theme").textContent = page.dark() ? words.light : words.dark;
  whom();
  clock();
}

function options(select, pairs, chosen) {
  select.replaceChildren(...pairs.map(([value, label]) => element("option", { value }, label)));
  select.value = chosen;
}

async function whom() {
  const { asked: now, words } = page;
  form.member.disabled = now.dimension === "total";
  if (now.dimension === "total") return options(form.member, [["all", words.total]], "all");
  options(form.member, [[now.member, now.member]], now.member);
  const members = await read("members", now).catch(() => []);
  if (now !== page.asked) return;
  const pairs = members.map(([id, label]) => [id, id === "unknown" ? words.unknown : label]);
  if (!pairs.some(([id]) => id === now.member)) pairs.unshift([now.member, now.member]);
  options(form.member, pairs, now.member);
  main.querySelector("#focus").textContent = form.member.selectedOptions[0].textContent;
}

function draw() {
  held.forEach((each) => { each.gone = true; forget(each); });
  delete main.dataset.ready;
  const board = page.spec.boards.find((each) => each.id === page.asked.board);
  document.title = `${board[page.language]} – ${page.tenant.name} – Hirelay`;
  held = board.panels.map((panel) => frame(panel, page));
  const who = page.asked.dimension === "total" ? "" : ` – ${page.words[page.asked.dimension]}: `;
  const member = who ? element("b", { id: "focus" }, page.asked.member) : null;
  main.replaceChildren(
    element("div", { class: "top" }, element("h1", {}, board[page.language]),
      lost ? element("p", { class: "lost", role: "alert" }, page.words.lost) : null,
      element("p", {}, `${page.tenant.name} · ${page.asked.from} – ${page.asked.to}`, who, member, ` · ${board[`for_${page.language}`]}`)),
    ...held.map((each) => each.section));
  refresh();
}

let running = null;
/**
 * Read every panel; a change that comes meanwhile is read once more at the end. The first numbers are asked for alone: beside the
 * others they would wait for them.
 */
async function refresh() {
  const mine = held;
  if (running === mine) { mine.again = true; return; }
  running = mine;
  const first = mine.find((each) => each.panel.kind === "tiles") ?? mine[0];
  await load(first);
  if (mine !== held) return;
  await Promise.all(mine.map((each) => (each === first ? null : load(each))));
  if (running === mine) running = null;
  if (mine === held) main.dataset.ready = `${page.asked.board}-${page.language}`;
  if (mine.again && mine === held) { mine.again = false; refresh(); }
}

async function load(each) {
  const now = page.asked;
  try {
    const { rows } = await read(`data/${now.board}/${each.panel.id}`, now);
    if (each.gone) return;
    each.section.classList.remove("failed");
    const text = JSON.stringify(rows);
    if (text !== each.text) await fill(each, rows, page);
    if (each.gone) return;
    look();
    each.text = text;
    each.section.dataset.stamp = stamp ?? "";
    each.section.dataset.ready = "yes";
  } catch {
    if (each.gone) return;
    each.section.classList.add("failed");
    each.section.dataset.failed = page.words.failed;
    setTimeout(() => { if (!each.gone) load(each); }, AGAIN_MS);
  }
}

function listen() {
  source?.close();
  heard = stamp = null;
  source = new EventSource(`api/events?${new URLSearchParams({ tenant: page.asked.tenant })}`);
  source.onmessage = (message) => {
    const told = JSON.parse(message.data);
    heard = told.heard;
    const changed = stamp !== told.stamp;
    stamp = told.stamp;
    clock();
    if (changed) refresh();  // the first time too: numbers may be older than it
  };
  source.onopen = () => { fresh.classList.remove("lost"); clock(); };
  source.onerror = () => { fresh.classList.add("lost"); clock(); };
}

function clock() {
  const { words } = page;
  const lost = fresh.classList.contains("lost");
  const said = lost ? words.offline : `${words.fresh}: ${stamp === null ? "…" : heard ? ago(Date.now() - heard, words) : words.never}`;
  fresh.ariaLive = lost ? "polite" : "off";  // who listens is not told the age each second
  if (fresh.textContent !== said) fresh.textContent = said;
}

function define(ids) {
  const dialog = document.querySelector("#definition");
  dialog.replaceChildren(...ids.map(definition), element("form", { method: "dialog" }, element("button", { autofocus: "" }, page.words.close)));
  dialog.showModal();
  dialog.scrollTo({ top: 0 });
}

function definition(id, place) {
  const { spec, words, language } = page;
  const kpi = spec.kpis[id];
  return element("section", {},
    element("h2", place ? {} : { id: "definition-title" }, kpi[language]),
    element("p", {}, kpi[`explain_${language}`]),
    element("p", { class: "facts" }, `${words.minimum}: ${kpi.minimum_n} · `, element("code", {}, id)),
    kpi.standards.length ? element("p", { class: "facts" }, `${words.standards}: ${kpi.standards.join("; ")}`) : null);
}

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", async (event) => {
  const before = page.asked;
  const now = { ...page.asked, [event.target.name]: event.target.value };
  delete now.period;
  if (event.target.name === "tenant") {
    Object.assign(now, { dimension: "total", member: "all" });
    delete now.breach;
  }
  if (event.target.name === "dimension") {
    now.member = "all";
    if (now.dimension !== "total") now.member = (await read("members", now).catch(() => []))[0]?.[0] ?? "unknown";
    if (page.asked !== before) return;  // the reader has gone on meanwhile
  }
  if (event.target.name === "period" && PERIODS[event.target.value]) {
    now.to = today(page.tenant.timezone);
    now.from = shifted(now.to, -PERIODS[event.target.value]);
  }
  if (known(now.from) && known(now.to) && now.from <= now.to) go(now);
});
document.querySelector("#language").addEventListener("click", () => {
  const lang = page.language === "ja" ? "en" : "ja";
  localStorage.setItem("hirelay-language", lang);
  go({ ...page.asked, lang });
});
document.querySelector("#theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = page.dark() ? "light" : "dark";
  localStorage.setItem("hirelay-theme", document.documentElement.dataset.theme);
  show();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (page.spec) show(); });
addEventListener("popstate", async () => { await located(); show(); });
addEventListener("DOMContentLoaded", start);
if (document.readyState !== "loading") start();
setInterval(() => {
  if (!page.asked.to) return;
  clock();
  if (asked().to !== page.asked.to) show();  // another day has begun
}, 1000);

async function start() {
  if (page.spec || start.begun) return;
  start.begun = true;
  const theme = localStorage.getItem("hirelay-theme");
  if (theme) document.documentElement.dataset.theme = theme;
  page.spec = await read("boards", {});
  await located();
  show();
  prepare();
}

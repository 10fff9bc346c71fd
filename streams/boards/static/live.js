/** The line of change events, and the text that says when the last event arrived. */
import { byId } from "./dom.js";
import { formatAge } from "./format.js";

/** @type {EventSource | null} */
let source = null;
/** @type {string | null} */
let stamp = null;
let lastEventAt = 0;

/**
 * Call `onChange` for every change of the tenant's numbers, and for the first stamp: the numbers may be older. Ends an earlier subscription.
 * @param {Page} page
 * @param {() => void} onChange
 */
export function subscribe(page, onChange) {
  source?.close();
  stamp = null;
  lastEventAt = 0;
  source = new EventSource(`api/events?${new URLSearchParams({ tenant: page.selection.tenant })}`);
  source.onmessage = (message) => {
    const update = JSON.parse(message.data);
    lastEventAt = update.heard;
    const changed = stamp !== update.stamp;
    stamp = update.stamp;
    updateFreshness(page);
    if (changed) onChange();
  };
  const setOffline = (/** @type {boolean} */ offline) => {
    byId("fresh", HTMLElement).classList.toggle("lost", offline);
    updateFreshness(page);
  };
  source.onopen = () => setOffline(false);
  source.onerror = () => setOffline(true);
}

/**
 * Write the age of the last event, or that the connection is lost.
 * @param {Page} page
 */
export function updateFreshness({ labels }) {
  const fresh = byId("fresh", HTMLElement);
  const offline = fresh.classList.contains("lost");
  const age = stamp === null ? "…" : lastEventAt ? formatAge(Date.now() - lastEventAt, labels) : labels.never;
  const text = offline ? labels.offline : `${labels.fresh}: ${age}`;
  const hours = (Date.now() - lastEventAt) / 36e5;
  fresh.dataset.age = stamp === null || hours < 1 ? "fresh" : hours < 24 || !lastEventAt ? "old" : "silent";
  fresh.ariaLive = offline ? "polite" : "off";  // screen readers must not read the age every second
  if (fresh.textContent !== text) fresh.textContent = text;
}

/** The page of a breach: records an action through the gateway, with the reader's own token. */
import { byId } from "./dom.js";

const KEY = "hirelay-api-token";
const form = byId("act", HTMLFormElement);
const answer = byId("answer", HTMLElement);
form.token.value = sessionStorage.getItem(KEY) ?? "";

/**
 * Post the action and say what became of it.
 * @param {string} action
 */
async function act(action) {
  const { breach, recorded = "", refused = "" } = form.dataset;
  answer.textContent = "…";
  try {
    const response = await fetch(`${breach}/actions`, {
      method: "POST",
      headers: { Authorization: `Bearer ${form.token.value.trim()}`, "Content-Type": "application/json" },
      body: JSON.stringify({ action }),
    });
    const content = await response.json();
    if (response.ok) sessionStorage.setItem(KEY, form.token.value.trim());
    answer.textContent = response.ok ? recorded : `${refused}: ${content.message ?? content.error ?? response.status}`;
  } catch {
    answer.textContent = refused;
  }
}

form.addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  if (button) act(button.value);
});

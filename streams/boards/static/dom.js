/** Builds elements, and replaces content without losing the reader's focus. */

/**
 * Create an element. An attribute that starts with "on" is an event listener; null and undefined children are left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | ((event: any) => void)>} attributes
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/**
 * Return the element of index.html with this id; throw if it is missing or of another type.
 * @template {HTMLElement} Type
 * @param {string} id
 * @param {new () => Type} type
 * @returns {Type}
 */
export function byId(id, type) {
  const node = document.getElementById(id);
  if (!(node instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`);
  return node;
}

/** @param {Element} node */
const focusKey = (node) => node.getAttribute("href") ?? (node.className === "definition-link" ? node.textContent : node.className);

/**
 * @param {Element} body
 * @param {Element} like
 * @returns {HTMLElement[]}
 */
const focusCandidates = (body, like) =>
  [.../** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("a, button, summary, .scroll, .search"))].filter((node) => focusKey(node) === focusKey(like));

/**
 * Replace the content; focus and scroll position stay.
 * @param {Element} body
 * @param {...Node} content
 */
export function replaceContent(body, ...content) {
  const focused = body.contains(document.activeElement) ? document.activeElement : null;
  const index = focused ? focusCandidates(body, focused).indexOf(/** @type {HTMLElement} */ (focused)) : 0;
  const { scrollLeft = 0, scrollTop = 0 } = body.querySelector(".scroll") ?? {};
  body.replaceChildren(...content);
  const scroll = /** @type {HTMLElement | null} */ (body.querySelector(".scroll"));
  scroll?.scrollTo(scrollLeft, scrollTop);
  if (focused) (focusCandidates(body, focused)[index] ?? scroll)?.focus({ preventScroll: true });
}

/**
 * Turn text in backticks into code elements.
 * @param {string} text
 */
export const withCode = (text) => text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));

/** Requests to the page's own server. */

/**
 * Return the JSON answer of `api/<path>`; throw with the server's message if it refuses.
 * @param {string} path
 * @param {Record<string, string>} params
 * @returns {Promise<any>}
 */
export async function fetchJson(path, params = {}) {
  const query = new URLSearchParams(params).toString();
  const response = await fetch(`api/${path}${query && "?"}${query}`);
  if (!response.ok) throw new Error((await response.json()).error);
  return response.json();
}

/** The import page: sends chosen files to the page's own server, and follows work until it has ended. */

const POLL_MS = 500;

/** Send the chosen files one by one, then let the form go. */
function watchUpload() {
  const form = document.querySelector("form#upload");
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void upload(form);
  });
}

/** @param {HTMLFormElement} form */
async function upload(form) {
  const chosen = form.querySelector("input[type=file]");
  const numbers = form.querySelector("input[name=files]");
  const state = document.getElementById("upload-state");
  if (!(chosen instanceof HTMLInputElement) || !(numbers instanceof HTMLInputElement) || !state) return;
  const sent = [];
  for (const file of chosen.files ?? []) {
    state.textContent = file.name;
    const response = await fetch(`files/${encodeURIComponent(file.name)}`, { method: "PUT", body: file });
    if (!response.ok) {
      state.textContent = `${file.name}: ${response.status}`;
      return;
    }
    sent.push((await response.json()).file);
  }
  numbers.value = sent.join(",");
  form.submit();
}

/** Show how far the work is, and open its result. */
async function followWork() {
  const bar = document.querySelector("progress");
  const working = document.getElementById("working");
  const count = document.getElementById("count");
  if (!bar || !working || !count) return;
  const answer = await (await fetch("state")).json();
  if (answer.state !== "running") {
    location.replace("progress");
    return;
  }
  if (working.textContent !== answer.step) working.textContent = answer.step;
  count.textContent = answer.count ? Number(answer.count).toLocaleString() : "";
  if (answer.total) {
    bar.max = answer.total;
    bar.value = answer.count;
  } else {
    bar.removeAttribute("value");
  }
  setTimeout(followWork, POLL_MS);
}

watchUpload();
void followWork();

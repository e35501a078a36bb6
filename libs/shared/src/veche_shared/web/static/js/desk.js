// The desk: keys, the two screens of a phone, and the live feed. The contract with the server is in docs/design.md.

const desk = document.querySelector("[data-desk]");
const feed = document.querySelector("[data-feed]");
const keys = document.getElementById("keys");
const plural = new Intl.PluralRules(document.documentElement.lang);

// Rows and the open case -----------------------------------------------------------------------------------------

const rowLinks = () => [...document.querySelectorAll(".row-link")];

function step(by) {
  const links = rowLinks();
  const from = links.indexOf(document.activeElement?.closest(".row-link"));
  const openRow = links.findIndex((link) => link.parentElement.classList.contains("open"));
  const current = from >= 0 ? from : openRow;
  const next = links[Math.min(links.length - 1, Math.max(0, current + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function markOpen(row) {
  for (const other of document.querySelectorAll(".row.open")) {
    other.classList.remove("open");
    other.querySelector(".row-link").removeAttribute("aria-current");
  }
  row.classList.add("open");
  if (row.classList.contains("unread")) tellRead(row.dataset.number);
  row.classList.remove("unread");
  row.querySelector(".unread-mark")?.remove();
  row.querySelector(".row-link").setAttribute("aria-current", "true");
}

// What was opened was read. If this is not heard, the row is unread again on the next page: nothing to tell about.
function tellRead(number) {
  if (!feed?.dataset.readUrl) return;
  const body = JSON.stringify({ numbers: [number] });
  fetch(feed.dataset.readUrl, { method: "PUT", headers: { "Content-Type": "application/json" }, body }).catch(() => {});
}

// The first press opens the case and leaves the reader in the feed; the second goes to the case.
function openOrEnter() {
  const link = document.activeElement?.closest(".row-link");
  if (link?.getAttribute("aria-current") === "true") document.getElementById("case").focus();
  else link?.click();
}

function showScreen(screen) {
  if (desk) desk.dataset.screen = screen;
}

function backToFeed() {
  if (history.state?.screen === "case") {
    history.back();
    return;
  }
  showScreen("feed");
  (document.querySelector(".row.open .row-link") ?? rowLinks()[0])?.focus();
}

document.addEventListener("click", (event) => {
  const row = event.target.closest(".row-link[hx-get]")?.closest(".row");
  if (row && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    markOpen(row);
    const alone = getComputedStyle(document.querySelector(".desk-back")).display !== "none";
    showScreen("case");
    if (alone) {
      history.pushState({ screen: "case" }, "");
      scrollTo(0, 0);
      document.getElementById("case").focus();
    }
  }
  if (event.target.closest("[data-desk-back]")) backToFeed();
  if (event.target.closest("[data-keys-open]")) keys?.showModal();
});

addEventListener("popstate", () => {
  showScreen("feed");
  document.querySelector(".row.open .row-link")?.focus();
});

// Keys -----------------------------------------------------------------------------------------------------------
// By the place of the key, not by its letter: the same keys work in the Russian layout.

const KEYS_SETTING = "veche_keys";
const keysSwitch = document.querySelector("[data-keys-switch]");
let keysOn = localStorage.getItem(KEYS_SETTING) !== "off";
if (keysSwitch) {
  keysSwitch.checked = keysOn;
  keysSwitch.addEventListener("change", () => {
    keysOn = keysSwitch.checked;
    localStorage.setItem(KEYS_SETTING, keysOn ? "on" : "off");
  });
}

const ACTIONS = {
  KeyJ: () => step(1),
  KeyK: () => step(-1),
  KeyO: openOrEnter,
  KeyN: () => document.querySelector("[data-feed-fresh]:not([hidden])")?.click(),
};

// Any other letter presses the button of the case that carries it: data-key="a".
function press(letter) {
  const target = document.querySelector(`#case [data-key="${letter}"], main [data-key="${letter}"]`);
  if (target?.matches("input, textarea, select")) target.focus();
  else target?.click();
  return Boolean(target);
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Escape" && !keys?.open) {
    if (typing) typing.blur();
    else backToFeed();
    return;
  }
  if (!keysOn || typing || event.ctrlKey || event.metaKey || event.altKey || keys?.open) return;
  if (event.key === "?" || (event.shiftKey && event.code === "Slash")) {
    event.preventDefault();
    keys?.showModal();
    return;
  }
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1].toLowerCase();
  if (ACTIONS[event.code]) {
    event.preventDefault();
    ACTIONS[event.code]();
  } else if (letter && press(letter)) {
    event.preventDefault();
  }
});

// Messages in the corner -----------------------------------------------------------------------------------------

const toasts = document.getElementById("toasts");
const GOOD_NEWS_STAYS_MS = 8000;

new MutationObserver((changes) => {
  for (const toast of changes.flatMap((change) => [...change.addedNodes])) {
    if (toast.dataset?.toast === "success") setTimeout(() => toast.remove(), GOOD_NEWS_STAYS_MS);
  }
}).observe(toasts, { childList: true });

toasts.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});

document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx) return;
  toasts.append(document.getElementById("toast-no-connection").content.cloneNode(true));
});

// The live feed --------------------------------------------------------------------------------------------------
// What is new is counted and offered; a row that is on the page changes in its place. Nothing moves under the eye.

const SILENT_AFTER_MS = 4000;

function follow(list) {
  const button = document.querySelector("[data-feed-fresh]");
  const spoken = document.querySelector("[data-feed-spoken]");
  const silent = document.querySelector("[data-feed-silent]");
  const forms = JSON.parse(button.dataset.forms);
  const fresh = new Set();
  let cursor = list.dataset.cursor;
  let newest = cursor;
  let silence;

  function after(address) {
    const url = new URL(address, location.href);
    if (cursor) url.searchParams.set("after", cursor);
    return url;
  }

  const rowOf = (number) => list.querySelector(`[data-number="${CSS.escape(number)}"]`);

  function offer() {
    const words = forms[plural.select(fresh.size)].replace("#", fresh.size);
    button.querySelector("span").textContent = words;
    button.hidden = fresh.size === 0;
    spoken.textContent = fresh.size ? words : "";
    document.title = document.title.replace(/^(\(\d+\) )?/, fresh.size ? `(${fresh.size}) ` : "");
  }

  async function fetchRows(url) {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return [...page.querySelectorAll(".row")];
  }

  function put(row) {
    const present = rowOf(row.dataset.number);
    if (!present) return false;
    const focused = present.contains(document.activeElement);
    if (present.classList.contains("open")) row.classList.add("open");
    present.replaceWith(row);
    window.htmx?.process(row);
    if (focused) row.querySelector(".row-link").focus();
    return true;
  }

  async function showFresh() {
    const shown = new Set(fresh);
    const seen = newest;
    const rows = (await fetchRows(after(list.dataset.rowsUrl))).filter((row) => !put(row));
    cursor = seen;
    list.prepend(...rows);
    rows.forEach((row) => window.htmx?.process(row));
    shown.forEach((number) => fresh.delete(number));
    offer();
    (rows[0] ?? list.querySelector(".row"))?.querySelector(".row-link").focus();
  }

  async function refresh(number) {
    if (!list.dataset.rowUrl) return;
    const [row] = await fetchRows(list.dataset.rowUrl.replace("{number}", encodeURIComponent(number)));
    if (row) put(row);
    else rowOf(number)?.classList.add("gone");
  }

  const tellSilence = () => { silent.hidden = false; };

  button.addEventListener("click", () => showFresh().catch(tellSilence));

  const stream = new EventSource(after(list.dataset.streamUrl));
  stream.addEventListener("entry", (event) => {
    newest = event.lastEventId || newest;
    const { number, moved_to: movedTo, asks } = JSON.parse(event.data);
    if (rowOf(number)) {
      refresh(number).catch(tellSilence);
      return;
    }
    if (movedTo) fresh.delete(number);
    else if (asks !== false) fresh.add(number);
    offer();
  });
  stream.addEventListener("open", () => {
    clearTimeout(silence);
    silence = undefined;
    silent.hidden = true;
  });
  stream.addEventListener("error", () => {
    silence ??= setTimeout(tellSilence, SILENT_AFTER_MS);
  });
}

if (feed?.dataset.streamUrl) follow(feed);

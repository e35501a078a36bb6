// Staff pages: rows and their panel, the two screens of a phone, keys, messages. The contract is in docs/design.md.

const split = document.querySelector("[data-split]");
const panel = document.getElementById("panel");
const keys = document.getElementById("keys");

// Rows and the panel ---------------------------------------------------------------------------------------------

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
  const unread = row.classList.contains("unread");
  row.classList.remove("unread");
  row.querySelector(".unread-mark")?.remove();
  row.querySelector(".row-link").setAttribute("aria-current", "true");
  row.dispatchEvent(new CustomEvent("veche:row-opened", { bubbles: true, detail: { number: row.dataset.number, unread } }));
}

// The first press opens the row and leaves the reader in the list; the second goes to what is open.
function openOrEnter() {
  const link = document.activeElement?.closest(".row-link");
  if (link?.getAttribute("aria-current") === "true") panel.focus();
  else link?.click();
}

function showScreen(screen) {
  if (split) split.dataset.screen = screen;
}

function backToList() {
  if (history.state?.screen === "panel") {
    history.back();
    return;
  }
  showScreen("list");
  (document.querySelector(".row.open .row-link") ?? rowLinks()[0])?.focus();
}

document.addEventListener("click", (event) => {
  const row = event.target.closest(".row-link[hx-get]")?.closest(".row");
  if (row && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    markOpen(row);
    const alone = getComputedStyle(document.querySelector(".split-back")).display !== "none";
    showScreen("panel");
    if (alone) {
      history.pushState({ screen: "panel" }, "");
      scrollTo(0, 0);
      panel.focus();
    }
  }
  if (event.target.closest("[data-split-back]")) backToList();
  if (event.target.closest("[data-keys-open]")) showKeys();
});

addEventListener("popstate", () => {
  showScreen("list");
  document.querySelector(".row.open .row-link")?.focus();
});

// A panel comes from another service and brings its styles. They move to the head and stay there, so that the next
// panel finds them loaded; the first one is shown when they are.
function keepStyles() {
  for (const link of panel.querySelectorAll("link[rel=stylesheet]")) {
    if (document.head.querySelector(`link[href="${link.getAttribute("href")}"]`)) {
      link.remove();
      continue;
    }
    panel.setAttribute("aria-busy", "true");
    for (const outcome of ["load", "error"]) link.addEventListener(outcome, () => panel.removeAttribute("aria-busy"));
    document.head.append(link);
  }
}
if (panel) new MutationObserver(keepStyles).observe(panel, { childList: true });

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
};

// Any other letter presses the button of the page or of its panel that carries it: data-key="a".
function press(letter) {
  const target = document.querySelector(`main [data-key="${letter}"]:not([hidden])`);
  if (target?.matches("input, textarea, select")) target.focus();
  else target?.click();
  return Boolean(target);
}

// What the open panel lets one press is listed by the words of its own buttons.
function showKeys() {
  const list = keys.querySelector("dl");
  for (const old of list.querySelectorAll("[data-panel-key]")) old.remove();
  for (const target of panel?.querySelectorAll("[data-key]") ?? []) {
    const row = document.getElementById("panel-key").content.cloneNode(true);
    row.querySelector("kbd").textContent = target.dataset.key;
    row.querySelector("dd").textContent = (target.labels?.[0] ?? target.querySelector("span"))?.textContent ?? "";
    list.append(row);
  }
  keys.showModal();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Escape" && !keys?.open) {
    if (typing) typing.blur();
    else backToList();
    return;
  }
  if (!keysOn || typing || event.ctrlKey || event.metaKey || event.altKey || keys?.open) return;
  if (event.key === "?" || (event.shiftKey && event.code === "Slash")) {
    event.preventDefault();
    showKeys();
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

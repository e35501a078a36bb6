// The live list of a feed, beside the rows and the panel of staff.js. The contract with the server is in docs/design.md.
// What is new is counted and offered; a row that is on the page changes in its place. Nothing moves under the eye.

const feed = document.querySelector("[data-feed]");
const plural = new Intl.PluralRules(document.documentElement.lang);

const SILENT_AFTER_MS = 4000;

function follow(list, followEvents) {
  const button = document.querySelector("[data-feed-fresh]");
  const spoken = document.querySelector("[data-feed-spoken]");
  const notices = new Map([...document.querySelectorAll("[data-feed-state]")].map((one) => [one.dataset.feedState, one]));
  const forms = JSON.parse(button.dataset.forms);
  const fresh = new Set();
  const stale = new Set();
  let cursor = list.dataset.cursor;
  let newest = cursor;
  let state = "open";
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
    if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`);
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

  // A row that could not be fetched stays among the stale ones, and is fetched when the stream is back.
  async function refresh(number) {
    if (!list.dataset.rowUrl) return;
    stale.add(number);
    const [row] = await fetchRows(list.dataset.rowUrl.replace("{number}", encodeURIComponent(number)));
    stale.delete(number);
    if (row) put(row);
    else rowOf(number)?.classList.add("gone");
  }

  function refreshAll(numbers) {
    [...numbers].forEach((number) => refresh(number).catch(() => say("broken")));
  }

  // What is shown may be out of date: said at once where only the reader can help, else after a while.
  function say(which) {
    state = which;
    clearTimeout(silence);
    silence = undefined;
    notices.forEach((notice, name) => { notice.hidden = name !== state; });
  }

  function changed(to) {
    if (to === "open") {
      say(to);
      refreshAll(stale);
    } else if (to !== "broken") {
      say(to);
    } else if (state === "open") {
      silence ??= setTimeout(() => say(to), SILENT_AFTER_MS);
    }
  }

  function arrived(event) {
    if (event.type !== "entry") return;
    newest = event.id || newest;
    const { number, moved_to: movedTo, asks } = JSON.parse(event.data);
    if (rowOf(number)) {
      refreshAll([number]);
      return;
    }
    if (movedTo) fresh.delete(number);
    else if (asks !== false) fresh.add(number);
    offer();
  }

  button.addEventListener("click", () => showFresh().then(() => stale.size || say(state), () => say("broken")));
  followEvents(after(list.dataset.streamUrl), { onEvent: arrived, onState: changed });
}

// What was opened was read. If the request fails, the row is unread again on the next page: nothing to report.
feed?.addEventListener("veche:row-opened", (event) => {
  const { number, unread } = event.detail;
  if (!unread || !feed.dataset.readUrl) return;
  const body = JSON.stringify({ numbers: [number] });
  fetch(feed.dataset.readUrl, { method: "PUT", headers: { "Content-Type": "application/json" }, body }).catch(() => {});
});

if (feed) import(feed.dataset.streamScript).then(({ followEvents }) => follow(feed, followEvents));

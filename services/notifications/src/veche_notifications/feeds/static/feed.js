// The live list of a feed, beside the rows and the panel of staff.js. The contract with the server is in docs/design.md.
// What is new is counted and offered; a row that is on the page changes in its place. Nothing moves under the eye.

const feed = document.querySelector("[data-feed]");
const plural = new Intl.PluralRules(document.documentElement.lang);

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

  const showSilence = () => { silent.hidden = false; };

  button.addEventListener("click", () => showFresh().catch(showSilence));

  const stream = new EventSource(after(list.dataset.streamUrl));
  stream.addEventListener("entry", (event) => {
    newest = event.lastEventId || newest;
    const { number, moved_to: movedTo, asks } = JSON.parse(event.data);
    if (rowOf(number)) {
      refresh(number).catch(showSilence);
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
    silence ??= setTimeout(showSilence, SILENT_AFTER_MS);
  });
}

// What was opened was read. If the request fails, the row is unread again on the next page: nothing to report.
feed?.addEventListener("veche:row-opened", (event) => {
  const { number, unread } = event.detail;
  if (!unread || !feed.dataset.readUrl) return;
  const body = JSON.stringify({ numbers: [number] });
  fetch(feed.dataset.readUrl, { method: "PUT", headers: { "Content-Type": "application/json" }, body }).catch(() => {});
});

if (feed) follow(feed);

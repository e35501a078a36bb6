// Server-sent events that come back after whatever broke them; every page that streams follows its stream by this.
// The browser's own EventSource gives up for ever after one answer that is not 200 (a gateway's 502 while a service
// restarts), and does not tell it from the end of the session.

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 15000;
const STEADY_AFTER_MS = 5000;
// A live stream says something at least once a minute (keep_alive_seconds). Twice as long without a byte: it is dead,
// though no end of the connection has arrived.
const DEAD_AFTER_MS = 125000;

// What came of a try: the stream ended or could not be opened; nobody is signed in any more; it is not theirs to follow.
const BROKEN = "broken";
const SIGNED_OUT = "signed-out";
const REFUSED = "refused";

/**
 * Follow `url` for as long as the page lives, and after each failure again from the last event that was seen.
 *
 * `onEvent({ type, data, id })` gets every event once, in order. `onState` is told `open` when the stream is live,
 * `broken` when it is not and the next try is on its way, `signed-out` and `refused` when no try would help; then the
 * next one is made when the page is looked at again. The n-th try in a row waits between half and all of 2^n times the
 * delay that the server asks for (`retry:`), 15 seconds at most, so that a thousand desks do not come back at once.
 */
export function followEvents(url, { onEvent, onState }) {
  let lastId = "";
  let delay = FIRST_DELAY_MS;
  let hurry = () => {};

  function parser() {
    let rest = "";
    let id = lastId;
    let type = "";
    let data = [];

    function end() {
      lastId = id;
      if (data.length) onEvent({ type: type || "message", data: data.join("\n"), id });
      type = "";
      data = [];
    }

    function take(line) {
      if (line === "") return end();
      const colon = line.indexOf(":");
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (name === "data") data.push(value);
      else if (name === "event") type = value;
      else if (name === "id" && !value.includes("\0")) id = value;
      else if (name === "retry" && /^\d+$/.test(value)) delay = Number(value);
    }

    return (text) => {
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/); // a \r at the end may be half of \r\n
      rest = lines.pop();
      lines.forEach(take);
    };
  }

  async function read(body, alive) {
    const take = parser(); // an event that a break has cut in two is dropped: it comes again
    const pieces = body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await pieces.read();
      if (done) return;
      alive();
      take(value);
    }
  }

  async function attempt() {
    const trying = new AbortController();
    let death;
    const alive = () => {
      clearTimeout(death);
      death = setTimeout(() => trying.abort(), DEAD_AFTER_MS);
    };
    alive();
    try {
      const headers = { Accept: "text/event-stream", ...(lastId && { "Last-Event-ID": lastId }) };
      const answer = await fetch(url, { headers, cache: "no-store", signal: trying.signal });
      if (answer.status === 401) return SIGNED_OUT;
      const ours = answer.headers.get("Content-Type")?.startsWith("application/problem+json");
      if (ours && (answer.status === 403 || answer.status === 404)) return REFUSED;
      if (answer.status !== 200 || !answer.headers.get("Content-Type")?.startsWith("text/event-stream")) return BROKEN;
      onState("open");
      await read(answer.body, alive);
    } catch (error) {
      // The network, a server that went away, or a stream that was silent for too long.
      if (!(error instanceof TypeError) && error.name !== "AbortError") reportError(error);
    } finally {
      clearTimeout(death);
      trying.abort();
    }
    return BROKEN;
  }

  function pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = milliseconds === Infinity ? undefined : setTimeout(resolve, milliseconds);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function run() {
    for (let failures = 0; ; failures += 1) {
      const started = performance.now();
      const idBefore = lastId;
      const state = await attempt();
      onState(state);
      if (lastId !== idBefore || performance.now() - started > STEADY_AFTER_MS) failures = 0;
      const longest = Math.min(LONGEST_DELAY_MS, delay * 2 ** failures);
      await pause(state === BROKEN ? longest * (0.5 + Math.random() / 2) : Infinity);
    }
  }

  // The network is back, or somebody looks at the page again: there is no reason to wait.
  window.addEventListener("online", () => hurry());
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  run();
}

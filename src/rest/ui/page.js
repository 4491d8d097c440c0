/**
 * Keeps the page as the worker is, and lets its buttons ask the REST API. The worker makes the page; this only
 * puts its new content in the place of the old one.
 */

const refreshMs = 2000;
const patienceMs = 10_000;
const main = document.querySelector("main");
const told = document.querySelector("#told");
/** How many records each task had at the last time, to tell rates. */
let before = { atMs: 0, records: new Map() };
let shown = "";
/** What came last of each part of it: what has not changed stays as it is, which spares browsers most of the work. */
let received = new Map();
/** Whether the last refresh came to nothing. */
let isLost = false;
/** Whether a button is held down: in the place of another it would not be clicked. */
let isPressed = false;
/** The buttons that have asked, and wait for an answer. */
const asking = new Set();
const filter = document.querySelector("#filter");
const found = document.querySelector("#found");
/** From how many connectors on it is worth while to look for one. */
const manyConnectors = 6;

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button[data-path]") : null;
  if (button !== null) void act(button);
});
document.addEventListener("pointerdown", () => isPressed = true);
for (const end of ["pointerup", "pointercancel", "blur"]) {
  globalThis.addEventListener(end, () => isPressed = false);
}
document.addEventListener("keydown", (event) => {
  const isFree = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key !== "/" || !isFree || filter.hidden || event.target === filter) return;
  event.preventDefault();
  filter.focus();
});
document.addEventListener("visibilitychange", () => void refresh());
filter.addEventListener("input", showFound);
showRates();
showFound();
keepFresh();

async function keepFresh() {
  while (true) {
    await new Promise((resolve) => setTimeout(resolve, refreshMs));
    await refresh();
  }
}

async function act(button) {
  const what = button.getAttribute("aria-label");
  asking.add(button.id);
  button.disabled = true;
  tell(`${what} …`);
  try {
    // With this type no page from elsewhere can send the same: a browser would ask for leave first.
    const response = await fetch(button.dataset.path, {
      method: button.dataset.method,
      headers: { accept: "application/json", "content-type": "application/json" },
      signal: AbortSignal.timeout(patienceMs),
    });
    if (!response.ok) throw new Error(await reasonIn(response));
    tell(`${what}: done`);
  } catch (error) {
    tell(`${what}: ${error.message}`, true);
  }
  asking.delete(button.id);
  button.disabled = false;
  await refresh();
}

async function reasonIn(response) {
  const reason = await response.json().then(({ message }) => message).catch(() => null);
  return typeof reason === "string" ? reason : `HTTP ${response.status}`;
}

async function refresh() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.pathname, { signal: AbortSignal.timeout(patienceMs) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const text = await response.text();
    if (isLost) tell("");
    isLost = false;
    main.classList.remove("lost");
    if (isPressed || isSelecting()) return;
    if (text !== shown) replace(text);
    shown = text;
    showRates();
    showFound();
  } catch (error) {
    isLost = true;
    main.classList.add("lost");
    tell(`The worker does not answer, this is how it was: ${error.message}`, true);
  }
}

/** Someone who marks a trace to copy it wants it to stay. */
function isSelecting() {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && main.contains(selection.anchorNode);
}

/**
 * The new content of what has changed, with what was open, how far traces were read, and what had the focus as it
 * was. Scripts in it would not run.
 */
function replace(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = partsOf(page.querySelector("main"));
  const next = new Map([...fresh].map(([name, { outerHTML }]) => [name, outerHTML]));
  const read = [...main.querySelectorAll("pre")].map(({ id, scrollTop, scrollLeft }) => {
    return { id, scrollTop, scrollLeft };
  });
  const focused = main.contains(document.activeElement) ? document.activeElement.id : "";
  for (const { id } of main.querySelectorAll("details[open]")) {
    page.getElementById(id)?.setAttribute("open", "");
  }
  for (const id of asking) page.getElementById(id)?.setAttribute("disabled", "");
  const old = partsOf(main);
  let place = main.firstElementChild;
  for (const [name, part] of fresh) {
    const existing = old.get(name);
    const isSame = existing !== undefined && received.get(name) === next.get(name);
    if (existing !== undefined && !isSame) {
      if (existing === place) place = part;
      existing.replaceWith(part);
    }
    const wanted = isSame ? existing : part;
    if (wanted === place) place = place.nextElementSibling;
    else main.insertBefore(wanted, place);
  }
  for (const [name, part] of old) if (!fresh.has(name)) part.remove();
  received = next;
  document.title = page.title;
  for (const { id, ...place } of read) Object.assign(document.getElementById(id) ?? {}, place);
  if (focused !== "" && document.activeElement.id !== focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

/** The worker and each connector, by what they are called. */
function partsOf(main) {
  return new Map([...main.children].map((part) => {
    return [`${part.localName} ${part.getAttribute("aria-label")}`, part];
  }));
}

/** Hides the connectors that do not have all words that are looked for: in their name, kind and states. */
function showFound() {
  const sections = [...main.querySelectorAll("section")];
  const words = filter.value.toLowerCase().split(/\s+/);
  for (const section of sections) {
    const parts = [...section.querySelectorAll("h2, .type, .state")];
    const text = parts.map(({ textContent }) => textContent.toLowerCase()).join(" ");
    section.hidden = !words.every((word) => text.includes(word));
  }
  filter.hidden = filter.value === "" && sections.length < manyConnectors;
  const count = sections.filter(({ hidden }) => !hidden).length;
  found.textContent = filter.value === "" ? "" : `${count} of ${sections.length}`;
}

function showRates() {
  const now = { atMs: performance.now(), records: new Map() };
  for (const cell of main.querySelectorAll("[data-rate]")) {
    const key = cell.dataset.rate;
    if (cell.dataset.records === "") continue;
    const records = Number(cell.dataset.records);
    now.records.set(key, records);
    const earlier = before.records.get(key);
    if (earlier === undefined) continue;
    // A task that has started again counts from nothing.
    const seconds = (now.atMs - before.atMs) / 1000;
    cell.textContent = numberText(Math.round(Math.max(0, records - earlier) / seconds));
  }
  before = now;
}

/** As the worker writes them. */
function numberText(value) {
  const short = { notation: "compact", maximumFractionDigits: 1 };
  return value.toLocaleString("en-US", value < 100_000 ? {} : short);
}

function tell(text, isTrouble = false) {
  told.textContent = text;
  told.className = isTrouble ? "trouble" : "";
}

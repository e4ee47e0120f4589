// Walks every screen and the public pages with the Tab key alone, and fails where somebody without a mouse would be lost: what has the
// focus has no role or no name in Chromium's accessibility tree, cannot be seen, does not show that it has the focus, comes out of order,
// or the focus falls off the page or does not come out of something. Looks at headings, landmarks and the live region besides.
//   node e2e/keyboard.mjs http://127.0.0.1:8080 [only names that begin so, comma between]
// TABS bounds the steps on a screen, 40 without. Sign in as for screens.mjs.
import { enter, launch, publicPages, screens, settled, wait } from "./tour.mjs";

const [base = "http://127.0.0.1:8080", only = ""] = process.argv.slice(2);
const TABS = Number(process.env.TABS ?? 40);
const wanted = (name) => !only || only.split(",").some((n) => name.startsWith(n));
const found = new Map();
let walked = 0, stepped = 0;
const say = (what, where) => found.set(what, [...(found.get(what) ?? []), where]);

/** Runs in the page: what the steps ask it. */
function watch() {
  if (globalThis.walk) return;
  const looks = (el) => {
    const one = (e, pseudo) => { const s = getComputedStyle(e, pseudo); return [s.outlineStyle, s.outlineWidth, s.outlineColor, s.boxShadow, s.borderColor, s.borderWidth, s.backgroundColor, s.textDecorationLine, s.opacity].join(); };
    const all = [];
    // The mark may be on what holds the element: its label, the frame of a field.
    for (let e = el, up = 0; e && up < 7 && e !== document.body; e = e.parentElement, up++) all.push(one(e), one(e, "::before"), one(e, "::after"));
    for (const e of el.labels ?? []) all.push(one(e), one(e, "::before"));
    for (const e of [el.nextElementSibling, el.previousElementSibling]) if (e) all.push(one(e), one(e, "::before"), one(e, "::after"));
    return all.join("|");
  };
  const seen = (el) => {
    const boxes = [...el.getClientRects(), ...[...(el.labels ?? [])].flatMap((l) => [...l.getClientRects()])].filter((b) => b.width > 0 && b.height > 0);
    const mine = (hit) => hit && (el.contains(hit) || hit.contains(el) && hit !== document.body && hit !== document.documentElement || [...(el.labels ?? [])].some((l) => l.contains(hit)));
    return boxes.some((b) => [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9], [0.02, 0.02]].some(([x, y]) => {
      const at = [b.left + b.width * x, b.top + b.height * y];
      return at[0] >= 0 && at[1] >= 0 && at[0] < innerWidth && at[1] < innerHeight && mine(document.elementFromPoint(...at));
    }));
  };
  const short = (el) => el.outerHTML.slice(0, Math.max(60, Math.min(160, el.outerHTML.indexOf(">") + 1)));
  const tabbable = (el) => el.tabIndex >= 0 && !el.disabled && !el.closest("[inert]") && el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0
    && !(el.type === "radio" && !el.checked) && !(el instanceof HTMLIFrameElement);
  /** What the Tab key has not come to yet. */
  const behind = (el) => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex], [contenteditable=true]")]
    .find((e) => tabbable(e) && el.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING && !el.contains(e) && !(e.type === "radio" && e.name === el.name));
  const floats = (el) => el.closest("[aria-modal=true], [role=dialog]");
  const steps = new Set();
  let first = null, last = null, lastLooks = "", pressed = false;
  // A plain field that hands its focus to the editor that takes its place has lost nothing. After a Tab, it has.
  addEventListener("keydown", (e) => { pressed ||= e.key === "Tab"; }, true);
  addEventListener("focusin", (e) => {
    if (pressed || !last || last.isConnected) return;
    steps.add(last = e.target);
    lastLooks = looks(last);
  }, true);
  globalThis.walk = {
    /** Lets the next Tab begin at the top of the document. */
    top() { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute("tabindex"); },
    /** What the focus has come to, and what is wrong with it. */
    step() {
      const el = document.activeElement, wrong = [], before = last;
      pressed = false;
      if (before?.isConnected && before !== el && looks(before) === lastLooks) wrong.push(`shows no focus: ${short(before)}`);
      if (!el || el === document.body || el === document.documentElement) {
        const left = before?.isConnected && !floats(before) && behind(before);
        if (left) wrong.push(`the focus is lost after ${short(before)}, before ${short(left)}`);
        if (before && !before.isConnected) wrong.push("the focus is lost: what had it is gone");
        return { over: true, wrong };
      }
      const round = steps.has(el);
      if (round && el !== before && !floats(el) && !(el === first && !behind(before))) wrong.push(`the focus goes round and does not come out: ${short(el)}`);
      steps.add(el);
      first ??= el;
      if (!round) {
        if (el.tabIndex > 0) wrong.push(`has a tabindex of its own: ${short(el)}`);
        if (!seen(el)) wrong.push(`has the focus and cannot be seen: ${short(el)}`);
        if (before?.isConnected && !(before.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_FOLLOWING) && !floats(el)) wrong.push(`comes out of order after ${short(before)}: ${short(el)}`);
      }
      if (el !== before) lastLooks = looks(el); // inside a day's field, its parts are marked instead
      last = el;
      return { over: round && el !== before, stuck: el === before, parts: ["date", "time", "datetime-local", "month"].includes(el.type), wrong, what: short(el) };
    },
    /** Whether what floats over the page holds the focus, and where it went. */
    held: () => Boolean(document.activeElement && floats(document.activeElement)),
    /** What is wrong with the whole page. */
    page() {
      const shown = (el) => el.checkVisibility({ visibilityProperty: true }) && !el.closest("[aria-hidden=true]");
      const all = (query) => [...document.querySelectorAll(query)].filter(shown), wrong = [];
      const heads = all("h1, [role=heading][aria-level='1']");
      if (heads.length !== 1) wrong.push(`has ${heads.length} first headings: ${heads.map((h) => h.textContent.slice(0, 40)).join(" / ")}`);
      if (all("main, [role=main]").length !== 1) wrong.push(`has ${all("main, [role=main]").length} main landmarks`);
      for (const query of ["nav, [role=navigation]", "aside, [role=complementary]", "[role=search], search", "[role=region], section[aria-label], section[aria-labelledby]"]) {
        const marks = all(query), names = marks.map((m) => m.getAttribute("aria-label") ?? (m.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join(" ").trim());
        names.forEach((n, i) => { if (n === "" && (marks.length > 1 || query.includes("region"))) wrong.push(`a landmark without a name: ${short(marks[i])}`); });
        for (const n of new Set(names)) if (n && names.filter((o) => o === n).length > 1) wrong.push(`landmarks share the name ${n}: ${query}`);
      }
      if (document.querySelector("#root") && !document.querySelector("[aria-live], [role=status], [role=alert], [role=log]")) wrong.push("has no live region");
      return wrong;
    },
  };
}

/** Names and roles as a screen reader has them. */
async function told(cdp) {
  const { result } = await cdp.send("Runtime.evaluate", { expression: "document.activeElement" });
  const { nodes } = await cdp.send("Accessibility.getPartialAXTree", { objectId: result.objectId, fetchRelatives: false });
  await cdp.send("Runtime.releaseObject", { objectId: result.objectId });
  const node = nodes[0];
  return { role: node?.ignored ? "" : node?.role?.value ?? "", name: node?.name?.value?.trim() ?? "" };
}
const empty = new Set(["", "none", "generic", "presentation", "paragraph", "StaticText"]);

async function walk(page, cdp, where, held) {
  await page.evaluate(watch);
  for (const w of await page.evaluate(() => globalThis.walk.page())) say(w, where);
  if (!held) await page.evaluate(() => globalThis.walk.top());
  for (let n = 0; n < TABS; n++) {
    await page.keyboard.press("Tab");
    let at = await page.evaluate(() => globalThis.walk.step());
    for (let part = 0; at.stuck && at.parts && part < 8; part++) { // day, month and year are steps of their own
      await page.keyboard.press("Tab");
      at = await page.evaluate(() => globalThis.walk.step());
    }
    if (at.stuck) { // an editor may use Tab; Escape leads out of it
      await page.keyboard.press("Escape");
      await page.keyboard.press("Tab");
      at = await page.evaluate(() => globalThis.walk.step());
      if (at.stuck) { say(`the focus does not come out: ${at.what}`, where); break; }
    }
    stepped++;
    for (const w of at.wrong) say(w, where);
    if (at.over) break;
    let { role, name } = await told(cdp);
    if (empty.has(role)) ({ role, name } = await told(cdp)); // it may have handed on its focus between the question and the answer
    if (empty.has(role)) say(`has no role (${role || "ignored"}): ${at.what}`, where);
    else if (!name) say(`has no name, ${role}: ${at.what}`, where);
  }
  // What was opened by a key is left by Escape, to where one was.
  if (held && await page.evaluate(() => globalThis.walk.held())) {
    await page.keyboard.press("Escape");
    await wait(300);
    if (await page.evaluate(() => globalThis.walk.held())) say("does not close by Escape", where);
  }
  walked++;
}

const browser = await launch();
const list = [];
/** Walks what is left, screen by screen, in a browser window of its own. */
async function one(first) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light", reducedMotion: "reduce", locale: "en-GB" });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage(), cdp = await context.newCDPSession(page);
  page.on("pageerror", (e) => say(`error: ${e.message}`, page.url()));
  await enter(page, base);
  if (first) list.push(...[...await screens(page), ...await publicPages(page)].filter((s) => wanted(s.name) && !s.broken));
  for (let s; (s = list.shift()); ) {
    const cookies = s.out ? await context.cookies() : [];
    if (s.out) { await context.clearCookies(); await context.addCookies([{ name: "fake", value: "out", url: base }]); }
    await page.goto(base + s.path, { waitUntil: "domcontentloaded" });
    await settled(page).catch(() => {});
    if (s.press) { for (const k of s.press.split(" ")) await page.keyboard.press(k); await wait(300); }
    await walk(page, cdp, s.name, Boolean(s.press));
    if (s.out) { await context.clearCookies(); await context.addCookies(cookies); }
  }
  await context.close();
}
await one(true);
await browser.close();

for (const [what, where] of found) console.error(`${what}\n  on ${where.slice(0, 4).join(", ")}${where.length > 4 ? ` and ${where.length - 4} more` : ""}\n`);
console.log(`${walked} screens walked by ${stepped} steps, ${found.size} findings`);
process.exitCode = found.size || !walked ? 1 : 0;

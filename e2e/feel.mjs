// Measures how the workspace feels, by what the browser itself reports: when the largest part of a first screen is painted, and how long each
// key or press takes until the next paint. Fails where a bound is broken.
//   node e2e/feel.mjs http://127.0.0.1:8080 [rounds]
// Sign in by STEWARD_EMAIL and STEWARD_PASSWORD or STEWARD_SIGNIN. For 100,000 tickets: `steward demo --size medium`.
import { enter, launch, wait } from "./tour.mjs";

const [base = "http://127.0.0.1:8080", rounds = "5"] = process.argv.slice(2);
const PAINT = 1200, NEXT = 100;
const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
await context.addInitScript(() => {
  globalThis.felt = { paint: 0, keys: [] };
  new PerformanceObserver((l) => { for (const e of l.getEntries()) globalThis.felt.paint = e.startTime; }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((l) => { for (const e of l.getEntries()) if (e.interactionId) globalThis.felt.keys.push({ name: e.name, long: e.duration, script: e.processingEnd - e.processingStart }); }).observe({ type: "event", durationThreshold: 16, buffered: true });
});
const page = await context.newPage();
await enter(page, base);

const paints = {}, keys = {};
const note = (to, name, v) => (to[name] ??= []).push(v);
/** The longest interaction of what is done, until it is painted. */
async function felt(name, doing) {
  await page.evaluate(() => { globalThis.felt.keys = []; });
  await doing();
  await wait(350);
  const all = await page.evaluate(() => globalThis.felt.keys);
  note(keys, name, Math.max(8, ...all.map((k) => k.long))); // below 16 ms none is told
}
const rows = page.locator("section.list a[data-row]");
for (let round = 0; round < Number(rounds); round++) {
  const id = await page.evaluate(() => fetch("/api/v1/tickets?limit=1").then((r) => r.json()).then((l) => l.items[0].id));
  for (const [name, path] of [["desk", "/tickets"], ["ticket", `/tickets/${id}`], ["My work", "/work"]]) {
    await page.goto(base + path, { waitUntil: "load" });
    await wait(1500);
    note(paints, name, await page.evaluate(() => globalThis.felt.paint));
  }
  await page.goto(`${base}/tickets`, { waitUntil: "load" });
  await rows.first().waitFor();
  await page.waitForFunction(() => performance.getEntriesByName("rested").length > 0);
  await wait(2500);
  for (let i = 0; i < 5; i++) await felt("j", () => page.keyboard.press("j"));
  await felt("k", () => page.keyboard.press("k"));
  await felt("x", () => page.keyboard.press("x"));
  await felt("x again", () => page.keyboard.press("x"));
  await felt("open by Enter", async () => { await page.keyboard.press("Enter"); await page.locator("main.rec .feed").waitFor(); });
  await wait(1500);
  for (let i = 0; i < 3; i++) await felt("j, ticket beside", async () => { await page.keyboard.press("j"); await wait(250); });
  await felt("r", () => page.keyboard.press("r"));
  await wait(600);
  for (const letter of "Thank you") await felt("a letter of a reply", () => page.keyboard.press(letter === " " ? "Space" : letter));
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.press("Escape");
  await felt("Ctrl K", () => page.keyboard.press("Control+k"));
  await felt("a letter in Ctrl K", () => page.keyboard.press("s"));
  await felt("Escape", () => page.keyboard.press("Escape"));
  await felt("another view", async () => { await page.keyboard.press("v"); await page.keyboard.press("2"); });
  await felt("the first view", async () => { await page.keyboard.press("v"); await page.keyboard.press("1"); });
  await felt("a press on a row", async () => { await rows.nth(2).click(); });
}
await browser.close();
const middle = (l) => [...l].sort((a, b) => a - b)[Math.floor(l.length / 2)];
let broken = 0;
for (const [kind, all, bound] of [["largest paint", paints, PAINT], ["until the next paint", keys, NEXT]])
  for (const [name, l] of Object.entries(all)) {
    if (middle(l) > bound) broken++;
    console.log(`${kind}, ${name}: ${Math.round(Math.min(...l))} ms at best, ${Math.round(middle(l))} at the median, ${Math.round(Math.max(...l))} at worst of ${l.length} (bound ${bound} at the median)`);
  }
if (broken) process.exitCode = 1;

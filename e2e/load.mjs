// Counts what the desk fetches before its first screen rests: bytes of script as they travel, and files. Fails above the bound, and when
// what a key opens then still has to fetch something.
//   node e2e/load.mjs http://127.0.0.1:8080
// Sign in by STEWARD_EMAIL and STEWARD_PASSWORD or STEWARD_SIGNIN.
import { enter, launch } from "./tour.mjs";

const [base = "http://127.0.0.1:8080"] = process.argv.slice(2);
const BYTES = 250_000;
const browser = await launch();
const first = await browser.newContext();
await enter(await first.newPage(), base);
// A browser that has been here before in nothing but the session.
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, storageState: { cookies: (await first.storageState()).cookies, origins: [] } });
const page = await context.newPage();
await page.goto(`${base}/tickets`);
await page.waitForFunction(() => performance.getEntriesByName("rested").length > 0);
await page.locator("section.list a[data-row]").first().waitFor();
const scripts = () => page.evaluate(() => {
  const at = performance.getEntriesByName("rested")[0].startTime;
  const all = performance.getEntriesByType("resource").filter((e) => new URL(e.name).pathname.endsWith(".js"));
  const sum = (list) => ({ files: list.length, bytes: list.reduce((n, e) => n + e.encodedBodySize, 0) });
  return { before: sum(all.filter((e) => e.startTime < at)), after: sum(all.filter((e) => e.startTime >= at)) };
});
// What waits comes file by file; at rest is when none came for a second.
let seen = await scripts();
for (let quiet = 0; quiet < 4; ) {
  await page.waitForTimeout(250);
  const now = await scripts();
  quiet = now.after.files === seen.after.files ? quiet + 1 : 0;
  seen = now;
}
const late = [];
page.on("request", (r) => { if (/\.(js|css)$/.test(new URL(r.url()).pathname)) late.push(r.url()); });
const said = page.getByRole("dialog");
for (const [key, what] of [["Control+k", said], ["?", said], ["f", said], ["d", said]]) {
  await page.keyboard.press(key);
  await what.first().waitFor({ timeout: 5000 });
  await page.keyboard.press("Escape");
  await what.first().waitFor({ state: "detached" });
}
await browser.close();
console.log(`the desk fetches ${seen.before.bytes} bytes of script in ${seen.before.files} files before its first screen rests (bound ${BYTES}), and ${seen.after.bytes} in ${seen.after.files} when nothing else is to be done`);
if (seen.before.bytes > BYTES || seen.before.bytes === 0) { console.error("The first load is too large, or was not seen."); process.exitCode = 1; }
if (late.length) { console.error(`What a key opens had to be fetched: ${late.join(", ")}`); process.exitCode = 1; }

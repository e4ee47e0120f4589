// Takes a picture of every screen at 1440, 1024 and 360 px, light and dark.
//   node e2e/screens.mjs http://127.0.0.1:4173 [out folder] [only names that begin so, comma between]
// Sign in by STEWARD_EMAIL and STEWARD_PASSWORD or STEWARD_SIGNIN; the made-up API needs neither.
import { mkdirSync } from "node:fs";
import { enter, launch, screens, wait } from "./tour.mjs";

const [base = "http://127.0.0.1:4173", out = "out/screens", only = ""] = process.argv.slice(2);
const widths = (process.env.WIDTHS ?? "1440,1024,360").split(",").map(Number);
const themes = (process.env.THEMES ?? "light,dark").split(",");
const wanted = (name) => !only || only.split(",").some((n) => name.startsWith(n));

mkdirSync(out, { recursive: true });
const browser = await launch();
let trouble = 0;
const complain = (text) => { trouble++; console.error(text); };
for (const theme of themes) for (const width of widths) {
  const shape = { viewport: { width, height: width < 600 ? 800 : 900 }, colorScheme: theme, reducedMotion: "reduce", timezoneId: "Europe/Amsterdam", locale: "en-GB" };
  const context = await browser.newContext(shape);
  const page = await context.newPage();
  page.on("pageerror", (e) => complain(`${page.url()}: ${e.message}`));
  page.on("console", (m) => m.type() === "error" && !/40[149]|503/.test(m.text()) && complain(`${page.url()}: ${m.text()}`));
  await enter(page, base);
  const list = await screens(page);
  for (const s of list) {
    if (!wanted(s.name)) continue;
    if (s.broken) await page.route("**/api/v1/tickets?**", (r) => r.fulfill({ status: 503, body: "" }));
    const cookies = s.out ? await context.cookies() : [];
    if (s.out) { await context.clearCookies(); await context.addCookies([{ name: "fake", value: "out", url: base }]); }
    await page.goto(base + s.path, { waitUntil: "domcontentloaded" });
    await page.locator("main, section.list").first().waitFor({ timeout: 8000 }).catch(() => {});
    await wait(s.broken ? 3200 : 900);
    if (s.press) { for (const k of s.press.split(" ")) await page.keyboard.press(k); await wait(500); }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) complain(`${s.name} at ${width}: ${wide} px wider than the window`);
    await page.screenshot({ path: `${out}/${s.name}-${width}-${theme}.png` });
    if (s.broken) await page.unroute("**/api/v1/tickets?**");
    if (s.out) { await context.clearCookies(); await context.addCookies(cookies); }
  }
  await context.close();
}
await browser.close();
if (trouble) { console.error(`${trouble} things to look at`); process.exitCode = 1; }

// Takes a picture of every screen at 1440, 1024 and 360 px, light and dark.
//   node e2e/screens.mjs http://127.0.0.1:4173 [out folder] [only names containing this]
// Sign in first by passing STEWARD_EMAIL and STEWARD_PASSWORD when the server asks for it.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const [base = "http://127.0.0.1:4173", out = "out/screens", only = ""] = process.argv.slice(2);
const ticket = process.env.STEWARD_TICKET ?? "48213";
const widths = (process.env.WIDTHS ?? "1440,1024,360").split(",").map(Number);
const themes = (process.env.THEMES ?? "light,dark").split(",");
const wait = (ms) => new Promise((r) => setTimeout(r, ms));

const screens = [
  ["signin", "/", { out: true }],
  ["desk", `/tickets/${ticket}`],
  ["desk-why", `/tickets/${ticket}?why=clock:next_reply`],
  ["desk-list", "/tickets"],
  ["desk-empty", "/tickets?view=empty"],
  ["desk-error", "/tickets", { broken: true }],
  ["new-ticket", "/tickets/new"],
  ["people", "/people"],
  ["person", "/people/104"],
  ["person-new", "/people/new"],
  ["organizations", "/organizations"],
  ["organization", "/organizations/1"],
  ["insight", "/insight"],
  ["insight-open", "/insight/service-level"],
  ["outbox", "/mail/outbox"],
  ["received", "/mail/received"],
  ["catcher", "/mail/catcher/700"],
  ["configuration", "/configuration"],
  ["blueprint", "/configuration/sla/premium"],
  ["changes", "/configuration/changes"],
  ["change", "/configuration/changes/12"],
  ["palette", `/tickets/${ticket}`, { press: "Control+k" }],
  ["keys", `/tickets/${ticket}`, { press: "?" }],
];

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let trouble = 0;
for (const theme of themes) for (const width of widths) {
  const context = await browser.newContext({ viewport: { width, height: width < 600 ? 800 : 900 }, colorScheme: theme, reducedMotion: "reduce", timezoneId: "Europe/Amsterdam", locale: "en-GB" });
  const page = await context.newPage();
  page.on("pageerror", (e) => { trouble++; console.error(`${page.url()}: ${e.message}`); });
  page.on("console", (m) => m.type() === "error" && !/40[149]|503/.test(m.text()) && (trouble++, console.error(`${page.url()}: ${m.text()}`)));
  if (process.env.STEWARD_EMAIL) {
    await page.goto(base + "/");
    await page.getByLabel("Email").fill(process.env.STEWARD_EMAIL);
    await page.getByLabel("Password", { exact: true }).fill(process.env.STEWARD_PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator("nav[aria-label=Main]").first().waitFor({ state: "attached" });
  }
  for (const [name, path, o = {}] of screens) {
    if (only && !only.split(",").some((n) => name.startsWith(n))) continue;
    await context.addCookies([{ name: "fake", value: o.out ? "out" : o.broken ? "broken" : "in", url: base }]);
    await page.goto(base + path, { waitUntil: "domcontentloaded" });
    await page.locator("main, section.list").first().waitFor({ timeout: 8000 }).catch(() => {});
    await wait(o.broken ? 3200 : 700);
    if (o.press) { await page.keyboard.press(o.press); await wait(500); }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) { trouble++; console.error(`${name} at ${width}: ${wide} px wider than the window`); }
    await page.screenshot({ path: `${out}/${name}-${width}-${theme}.png` });
  }
  await context.close();
}
await browser.close();
if (trouble) { console.error(`${trouble} things to look at`); process.exitCode = 1; }

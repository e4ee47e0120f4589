// Checks every screen with axe-core, light and dark, wide and narrow, and fails on what is serious or critical.
//   node e2e/axe.mjs http://127.0.0.1:8080 [only names that begin so, comma between]
// Sign in by STEWARD_EMAIL and STEWARD_PASSWORD or STEWARD_SIGNIN, as for screens.mjs.
import { readFileSync } from "node:fs";
import { enter, launch, need, screens, wait } from "./tour.mjs";

const [base = "http://127.0.0.1:4173", only = ""] = process.argv.slice(2);
const source = readFileSync(need("axe-core/axe.min.js"), "utf8");
const wanted = (name) => !only || only.split(",").some((n) => name.startsWith(n));
const found = new Map();
let checked = 0;

async function check(page, where) {
  // Evaluated by the debugger, so the page's content policy does not stand in the way.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  checked++;
  for (const v of violations) {
    if (v.impact !== "serious" && v.impact !== "critical") continue;
    for (const n of v.nodes) {
      const key = `${v.id}|${n.html}`;
      const hit = found.get(key) ?? { rule: v.id, impact: v.impact, help: v.help, at: n.target.flat().join(" "), html: n.html, why: [...n.any, ...n.all, ...n.none].map((c) => c.message)[0] ?? "", screens: [] };
      hit.screens.push(where);
      found.set(key, hit);
    }
  }
}

const browser = await launch();
for (const theme of ["light", "dark"]) for (const width of [1440, 360]) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: "reduce", locale: "en-GB" });
  const page = await context.newPage();
  await enter(page, base);
  for (const s of await screens(page)) {
    if (!wanted(s.name) || s.broken) continue;
    const cookies = s.out ? await context.cookies() : [];
    if (s.out) { await context.clearCookies(); await context.addCookies([{ name: "fake", value: "out", url: base }]); }
    await page.goto(base + s.path, { waitUntil: "domcontentloaded" });
    await page.locator("main, section.list").first().waitFor({ timeout: 8000 }).catch(() => {});
    await wait(700);
    if (s.press) { for (const k of s.press.split(" ")) await page.keyboard.press(k); await wait(400); }
    await check(page, `${s.name} ${width} ${theme}`);
    if (s.out) { await context.clearCookies(); await context.addCookies(cookies); }
  }
  await context.close();
}
await browser.close();

const list = [...found.values()].sort((a, b) => a.rule.localeCompare(b.rule));
for (const f of list) console.error(`${f.impact}: ${f.help} (${f.rule})\n  ${f.why}\n  ${f.at}\n  ${f.html.slice(0, 200)}\n  on ${f.screens.slice(0, 4).join(", ")}${f.screens.length > 4 ? ` and ${f.screens.length - 4} more` : ""}\n`);
console.log(`${checked} screens checked, ${list.length} serious or critical findings`);
process.exitCode = list.length ? 1 : 0;

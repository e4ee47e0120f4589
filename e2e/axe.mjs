// Checks every screen and the public pages with axe-core, light and dark, wide and narrow, and fails on whatever it finds, its best practices
// and the size of what is pressed (WCAG 2.2) among it, on errors in the page, and on pages wider than the window.
//   node e2e/axe.mjs http://127.0.0.1:8080 [only names that begin so, comma between]
// LOOKS names the looks, 1440:light,360:dark for instance; all four without. Sign in as for screens.mjs.
import { readFileSync } from "node:fs";
import { enter, launch, need, publicPages, screens, settled, wait } from "./tour.mjs";

const [base = "http://127.0.0.1:4173", only = ""] = process.argv.slice(2);
const source = readFileSync(need("axe-core/axe.min.js"), "utf8");
const wanted = (name) => !only || only.split(",").some((n) => name.startsWith(n));
const found = new Map();
let checked = 0;

async function check(page, where) {
  // Evaluated by the debugger, so the page's content policy does not stand in the way.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => {
    // A menu takes the focus when it opens, as a dialog does, so nobody has to find it by its landmark.
    globalThis.axe.configure({ checks: [{ id: "region", options: { regionMatcher: "dialog, [role=dialog], [role=alertdialog], svg, [role=menu]" } }] });
    return globalThis.axe.run(document, { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } });
  });
  checked++;
  for (const v of violations) {
    for (const n of v.nodes) {
      const key = `${v.id}|${n.html}`;
      const hit = found.get(key) ?? { rule: v.id, impact: v.impact, help: v.help, at: n.target.flat().join(" "), html: n.html, why: [...n.any, ...n.all, ...n.none].map((c) => c.message)[0] ?? "", screens: [] };
      hit.screens.push(where);
      found.set(key, hit);
    }
  }
}

const browser = await launch();
const trouble = [];
async function look(width, theme) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, reducedMotion: "reduce", locale: "en-GB" });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  let at = "";
  page.on("pageerror", (e) => trouble.push(`${at} ${width} ${theme}: ${e.message}`));
  await enter(page, base);
  for (const s of [...await screens(page), ...await publicPages(page)]) {
    if (!wanted(s.name) || s.broken) continue;
    at = s.name;
    const cookies = s.out ? await context.cookies() : [];
    if (s.out) { await context.clearCookies(); await context.addCookies([{ name: "fake", value: "out", url: base }]); }
    await page.goto(base + s.path, { waitUntil: "domcontentloaded" });
    await settled(page).catch(() => {});
    if (s.press) { for (const k of s.press.split(" ")) await page.keyboard.press(k); await wait(300); }
    await check(page, `${s.name} ${width} ${theme}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) trouble.push(`${s.name} ${width} ${theme}: ${wide} px wider than the window`);
    if (s.out) { await context.clearCookies(); await context.addCookies(cookies); }
  }
  await context.close();
}
const looks = (process.env.LOOKS ?? "1440:light,360:light,1440:dark,360:dark").split(",").map((l) => l.split(":"));
while (looks.length) await Promise.all(looks.splice(0, 2).map(([width, theme]) => look(Number(width), theme)));
await browser.close();

const list = [...found.values()].sort((a, b) => a.rule.localeCompare(b.rule));
for (const f of list) console.error(`${f.impact}: ${f.help} (${f.rule})\n  ${f.why}\n  ${f.at}\n  ${f.html.slice(0, 200)}\n  on ${f.screens.slice(0, 4).join(", ")}${f.screens.length > 4 ? ` and ${f.screens.length - 4} more` : ""}\n`);
for (const t of trouble) console.error(t);
console.log(`${checked} screens checked, ${list.length} findings, ${trouble.length} other troubles`);
process.exitCode = list.length || trouble.length || !checked ? 1 : 0;

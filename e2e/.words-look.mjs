import { mkdirSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { enter, launch, wait } from "./tour.mjs";
const base = "http://127.0.0.1:18103", out = "/tmp/words-shots"; mkdirSync(out, { recursive: true });
const browser = await launch();
const ctx = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
const page = await ctx.newPage();
page.on("pageerror", (e) => console.log("pageerror", page.url(), e.message));
page.on("console", (m) => m.type() === "error" && console.log("console", page.url(), m.text()));
await page.goto(process.env.STEWARD_SIGNIN); await wait(500);
await page.goto(base + "/portal/request");
const first = await page.locator(".choices a").first().getAttribute("href").catch(() => null);
const form = first ?? "/portal/request/message";
await page.goto(base + form);
await wait(4000);
await page.fill("#subject", "The import stops at 40 %"); await page.fill("#text", "It stops every night."); 
for (const s of await page.locator("select").all()) await s.selectOption({ index: 1 }).catch(() => {});
await page.click("button[name=send]"); await wait(1500);
console.log(page.url(), await page.locator("h1").innerText());
const sent = new URL(page.url()).pathname;
await wait(3000);
const py = `import sqlite3,re\nc=sqlite3.connect('file:/tmp/words-demo/steward.db?mode=ro',uri=True)\nfor (r,) in c.execute("select raw from outbox order by id desc limit 30"):\n    r=r if isinstance(r,str) else r.decode('utf8','replace')\n    m=re.search(r'/portal/requests/[\\w.-]+',r.replace('=\\r\\n','').replace('=\\n',''))\n    if m: print(m.group()); break`;
let ticket = ""; try { ticket = execFileSync("python3", ["-c", py]).toString().trim(); } catch (e) { console.log(String(e)); }
console.log("ticket", ticket);
const applications = ["/portal/applications/MS4x.S17NAEo6dP6cuuA0GUr3hvxJ", "/portal/applications/Mi4x.bB8g_Ii4atoT-Doww-FPRzfl"];
await page.goto(base + "/portal/programs");
const program = await page.locator(".choices a").first().getAttribute("href");
const pages = { choose: "/portal/request", form, sent, ticket, contacts: "/portal/contacts", programs: "/portal/programs", program, apply: program + "/apply", app1: applications[0], app2: applications[1], nothing: "/portal/nothing" };
const only = (process.env.ONLY ?? "").split(",").filter(Boolean);
for (const [code, theme, width] of (process.env.SETS ?? "de light 1440;de dark 360;en-XB light 1440;en-XB dark 360;en-XA light 360;en light 1440").split(";").map((s) => s.split(" "))) {
  const c2 = await browser.newContext({ viewport: { width: +width, height: 900 }, colorScheme: theme, locale: "en-GB" });
  await c2.addCookies([...(await ctx.cookies()).filter(() => process.env.IN), { name: "steward_language", value: code, url: base }]);
  const p = await c2.newPage();
  for (const [name, path] of Object.entries(pages)) {
    if (!path || (only.length && !only.includes(name))) continue;
    await p.goto(base + path); await wait(150);
    const wide = await p.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) console.log(name, code, width, wide, "px too wide");
    await p.screenshot({ path: `${out}/${name}-${code}-${width}-${theme}.png`, fullPage: true });
  }
  await c2.close();
}
await browser.close();

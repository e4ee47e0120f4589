import { mkdirSync } from "node:fs";
import { enter, launch, wait } from "./tour.mjs";
const base = "http://127.0.0.1:18103", out = "/tmp/words-desk"; mkdirSync(out, { recursive: true });
const browser = await launch();
let first = true;
for (const [w, theme] of [[1440, "light"], [360, "dark"]]) {
  const ctx = await browser.newContext({ viewport: { width: w, height: 900 }, colorScheme: theme, locale: "en-GB", reducedMotion: "reduce", timezoneId: "Europe/Berlin" });
  const p = await ctx.newPage();
  p.on("pageerror", (e) => console.log("pageerror", e.message));
  await enter(p, base);
  if (first) { const r = await p.request.patch(base + "/api/v1/me/choices", { data: { choices: { language: "de" } }, headers: { Origin: base } }); console.log("choice", r.status()); first = false; }
  await p.evaluate(() => localStorage.setItem("steward.language", JSON.stringify("de")));
  await p.evaluate(() => localStorage.setItem("steward.language", "de"));
  await p.goto(base + "/tickets"); await wait(1500);
  console.log("lang", await p.evaluate(() => document.documentElement.lang));
  const shot = (n) => p.screenshot({ path: `${out}/${n}-${w}-${theme}.png` });
  await shot("desk");
  const id = await p.evaluate(async () => { const r = await (await fetch("/api/v1/tickets?limit=30")).json(); return r.items.map((t) => t.id); });
  let chosen = id[0], ev = null, clock = null;
  for (const i of id.slice(0, 20)) {
    const t = await p.evaluate(async (i) => (await (await fetch(`/api/v1/tickets/${i}/timeline`)).json()), i);
    const m = (t.items ?? []).filter((e) => e.type === "event");
    if (m.length > 4) { chosen = i; console.log(i, m.map((e) => e.sentence).join(" | ")); break; }
  }
  await p.goto(base + `/tickets/${chosen}`); await wait(1800); await shot("ticket");
  const why = p.locator("button", { hasText: /Warum/ }).first();
  const clocks = p.locator(".sla button, .clock button, [data-clock], .strip button").first();
  if (await clocks.count()) { await clocks.click().catch(() => {}); await wait(1200); await shot("whyclock"); await p.keyboard.press("Escape"); }
  if (await why.count()) { await why.scrollIntoViewIfNeeded().catch(() => {}); await why.click({ timeout: 3000 }).catch((e) => console.log("why", e.message.split("\n")[0])); await wait(1200); await shot("why"); }
  await p.goto(base + "/tickets/999999"); await wait(1500); await shot("missing");
  await p.goto(base + "/work"); await wait(1500); await shot("work");
  await p.goto(base + "/search?q=status:nonsense"); await wait(1500); await shot("search");
  await p.goto(base + "/settings"); await wait(1200); await shot("settings");
  await p.goto(base + "/configuration/new"); await wait(1200); await shot("kinds");
  await ctx.close();
}
await browser.close();

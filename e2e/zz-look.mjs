import { enter, launch, wait } from "./tour.mjs";
const base = "http://127.0.0.1:18104", out = "/tmp/desk-shots";
const only = (process.argv[2] ?? "").split(",").filter(Boolean);
const want = (n) => only.length === 0 || only.includes(n);
const looks = (process.argv[3] ?? "1440:light,360:dark").split(",").map((x) => x.split(":"));
const browser = await launch();
let made = false;
for (const [w, theme] of looks) {
  const width = Number(w);
  const context = await browser.newContext({ viewport: { width, height: width < 600 ? 800 : 900 }, colorScheme: theme, reducedMotion: "reduce", timezoneId: "Europe/Amsterdam", locale: "en-GB" });
  context.setDefaultTimeout(15000);
  const page = await context.newPage();
  page.on("pageerror", (e) => console.log("ERROR", page.url(), e.message));
  await enter(page, base);
  const call = (method, path, body) => page.evaluate(async ([method, path, body]) => { const r = await fetch("/api/v1" + path, { method, headers: { "Content-Type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) }); return { status: r.status, ...(await r.json().catch(() => ({}))) }; }, [method, path, body]);
  const shot = async (name) => { const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth); if (wide > 0) console.log("WIDE", name, width, wide); await page.screenshot({ path: `${out}/${name}-${width}-${theme}.png` }); };
  const step = async (name, fn) => { if (!want(name)) return; try { await fn(); } catch (e) { console.log("FAILED", name, width, e.message.split("\n")[0]); await page.screenshot({ path: `${out}/${name}-failed-${width}.png` }); } };
  const list = await call("GET", "/tickets?status=open&limit=5");
  const id = list.items.find((t) => t.status === "open").id;
  if (!made) {
    made = true;
    console.log("articles", JSON.stringify((await call("GET", "/articles")).items?.map((a) => a.name)), "ticket", id);
  }
  await step("insert", async () => {
    await page.goto(`${base}/tickets/${id}`);
    await page.getByRole("button", { name: "Insert an article or a known issue" }).click();
    await wait(900); await shot("insert-menu");
    await page.getByLabel("Find an article or a known issue").fill("runn");
    await wait(900); await shot("insert-find");
    await page.getByLabel("Find an article or a known issue").press("Enter");
    await wait(600); await shot("insert-done");
  });
  await step("macro", async () => {
    await page.goto(`${base}/tickets/${id}`);
    await page.getByRole("button", { name: "Saved replies" }).click();
    await page.getByLabel("Find a saved reply").fill("aside"); await wait(600);
    await page.getByLabel("Find a saved reply").fill("Ask the team"); await wait(900);
    await shot("macro-look");
    await page.getByLabel("Find a saved reply").press("Enter"); await wait(1500);
    await shot("macro-aside");
  });
  await step("articles", async () => {
    await page.goto(`${base}/articles`); await wait(900); await shot("articles");
    await page.goto(`${base}/articles/find-your-version`); await wait(900); await shot("article");
    await page.goto(`${base}/articles/runners-wait`); await wait(900); await shot("article-away");
  });
  await step("palette", async () => {
    await page.goto(`${base}/tickets`); await wait(800);
    await page.keyboard.press("Control+k"); await wait(300);
    await page.keyboard.type("release"); await wait(900); await shot("palette");
  });
  await step("portal", async () => {
    const c2 = await browser.newContext({ viewport: { width, height: 1200 }, colorScheme: theme });
    const p = await c2.newPage(); p.setDefaultTimeout(10000);
    await p.goto(`${base}/portal/request`); await wait(500);
    if (await p.locator(".choices a").count() && !(await p.locator("#subject").count())) await p.locator(".choices a").first().click();
    await p.locator("#subject").pressSequentially("Jobs wait for a runner since the update"); await wait(2000);
    await p.screenshot({ path: `${out}/portal-offers-${width}-${theme}.png`, fullPage: true });
    await p.goto(`${base}/portal/articles/find-your-version?from=request`); await wait(300);
    await p.screenshot({ path: `${out}/portal-article-${width}-${theme}.png` });
    await c2.close();
    const c3 = await browser.newContext({ viewport: { width, height: 1200 }, colorScheme: theme, javaScriptEnabled: false });
    const q = await c3.newPage(); q.setDefaultTimeout(10000);
    await q.goto(`${base}/portal/request`);
    if (!(await q.locator("#subject").count())) await q.locator(".choices a").first().click();
    await q.locator("#name").fill("Casey Sample"); await q.locator("#email").fill("casey@customer.example");
    await q.locator("#subject").fill("Jobs wait for a runner"); await q.locator("#text").fill("They wait and wait."); await wait(6000);
    await q.getByRole("button", { name: "Send request" }).click(); await wait(600);
    await q.screenshot({ path: `${out}/portal-noscript-${width}-${theme}.png`, fullPage: true });
    await c3.close();
  });
  await step("request", async () => {
    let open = (await call("GET", "/configuration/requests?state=open")).items;
    if (!open?.length) {
      await call("POST", "/apply", { documents: [{ path: "p.yaml", text: "kind: policy\nname: promises\ntitle: Promises need a second pair of eyes\ncovers: [sla]\ncriticality: C2\n" }], message: "Promises are looked at twice" });
      const slas = await call("GET", "/blueprints?kind=sla");
      const name = "premium";
      const b = await call("GET", `/blueprints/sla/${name}`);
      const text = b.text.replaceAll("within: 8h", "within: 3h").replaceAll("within: 4h", "within: 1h").replaceAll("within: 24h", "within: 6h").replaceAll("within: 2h", "within: 30m");
      const r = await call("POST", "/apply", { documents: [{ path: "s.yaml", text }], message: "Answer faster\n\nCustomers on the larger plans wait too long." });
      console.log("request", r.status, JSON.stringify(r.request?.id ?? r).slice(0, 300));
      open = (await call("GET", "/configuration/requests?state=open")).items;
    }
    const rid = open[0].id;
    await page.goto(`${base}/configuration/requests/${rid}`); await wait(1200);
    const said = await page.getByRole("region", { name: "Discussion" }).locator("li").count();
    if (said < 2) {
      const box = page.getByLabel("Say something about this request");
      await box.click(); await page.keyboard.type("Do we have **enough people** for this on Fridays? @sup"); await wait(1500); await shot("request-naming");
      await page.keyboard.press("Escape"); await page.keyboard.press("Backspace"); await page.keyboard.press("Backspace"); await page.keyboard.press("Backspace"); await page.keyboard.press("Backspace");
      await page.getByRole("button", { name: "Say it" }).click(); await wait(1200);
    }
    await shot("request");
    const run = page.getByRole("button", { name: /^Run/ });
    if (await run.count()) { await run.click(); await page.getByRole("heading", { name: "How late" }).waitFor({ timeout: 90000 }).catch(() => console.log("no histogram")); }
    await wait(500);
    await page.getByRole("region", { name: "How late" }).scrollIntoViewIfNeeded().catch(() => {});
    await wait(200); await shot("replay");
    await page.getByRole("region", { name: "Whose tickets" }).scrollIntoViewIfNeeded().catch(() => {});
    await wait(200); await shot("whose");
  });
  await step("form", async () => {
    await page.goto(`${base}/configuration/sla/standard`); await wait(1500); await shot("form-sla");
    await page.goto(`${base}/configuration/macro/ask-the-team-aside`); await wait(1500); await shot("form-macro");
    await page.goto(`${base}/configuration/article/find-your-version`); await wait(1500); await shot("form-article");
  });
  await step("settings", async () => {
    await page.goto(`${base}/settings`); await wait(1000);
    await page.getByRole("region", { name: "Notifications" }).scrollIntoViewIfNeeded(); await wait(300); await shot("settings-asks");
    await context.grantPermissions(["notifications"]); await page.reload(); await wait(1000);
    await page.getByText("This browser shows them").scrollIntoViewIfNeeded(); await wait(300); await shot("settings-granted");
    await context.clearPermissions();
  });
  await context.close();
}
await browser.close();

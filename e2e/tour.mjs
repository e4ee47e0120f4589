// What the picture taker, the accessibility check and the jobs share: a browser, the way in, every
// screen with records that really exist, asked from the server itself, and the frame of a job.
//   STEWARD_EMAIL and STEWARD_PASSWORD sign in by form; STEWARD_SIGNIN is a demo's one-click link.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../web/package.json", import.meta.url));
export const { chromium } = require("playwright-core");
export const need = (name) => require.resolve(name);
export const wait = (ms) => new Promise((r) => setTimeout(r, ms));

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** Signs a page in and waits for the frame. */
export async function enter(page, base) {
  const link = process.env.STEWARD_SIGNIN;
  if (link) await page.goto(base + new URL(link).pathname + new URL(link).search);
  else {
    await page.goto(base + "/");
    if (process.env.STEWARD_EMAIL) {
      await page.getByLabel("Email").fill(process.env.STEWARD_EMAIL);
      await page.getByLabel("Password", { exact: true }).fill(process.env.STEWARD_PASSWORD);
      await page.getByRole("button", { name: "Sign in" }).click();
    }
  }
  await page.locator("nav.rail").waitFor({ state: "attached" });
}

export const check = (ok, what) => { if (!ok) throw new Error(what); };

/**
 * Does a job in a browser, as `node e2e/NAME.mjs WORKSPACE OUT …`. work gets base, the further arguments, and
 * somebody(email), who has a browser of their own: { page, context, call, picture }; with an address they are signed in.
 * An error on any page fails the job; every page is pictured then.
 */
export async function job(name, done, work) {
  const [base, out, ...more] = process.argv.slice(2);
  mkdirSync(out, { recursive: true });
  const browser = await launch();
  const trouble = [], all = [];
  let step = 0;
  const somebody = async (email, shape = {}) => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "Europe/Amsterdam", reducedMotion: "reduce", ...shape });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    page.on("pageerror", (e) => trouble.push(e.message));
    const call = (method, path, body) => page.evaluate(async ([method, path, body]) => {
      const r = await fetch("/api/v1" + path, { method, headers: { "Content-Type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
      const answer = await r.json().catch(() => null);
      if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${JSON.stringify(answer)}`);
      return answer;
    }, [method, path, body]);
    const picture = (what) => page.screenshot({ path: `${out}/${name}-${String(++step).padStart(2, "0")}-${what}.png` });
    all.push({ page, picture });
    if (email) await signIn(page, base, email);
    return { page, context, call, picture };
  };
  try {
    await work({ base, out, more, somebody });
    check(trouble.length === 0, `errors in the page: ${trouble.join("; ")}`);
    console.log(done);
  } catch (e) {
    for (const one of all) await one.picture("failed").catch(() => {});
    console.error(e.message, "\nerrors in the page:", trouble.join("; "), "\nat", ...all.map((one) => one.page.url()));
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}

/** Presses what leads to another page, and waits until that one is there: nothing may be asked of a page that is being left. */
export async function onward(page, what) {
  const there = page.waitForEvent("load");
  await what.click();
  await there;
}

/** Loads the page anew until it shows what the server does in its own time; at once when it is there. */
export async function reloadUntil(page, what) {
  const shown = () => what.first().waitFor({ timeout: 2_000 }).then(() => true, () => false);
  for (const end = Date.now() + 60_000; !(await shown()); await page.reload()) check(Date.now() < end, `${what} did not come`);
}

/** Asks again and again until the answer is as it should be, and returns it. */
export async function askUntil(ask, good) {
  for (const end = Date.now() + 30_000; ; await wait(200)) {
    const answer = await ask();
    if (good(answer)) return answer;
    check(Date.now() < end, `in the end it was ${JSON.stringify(answer)}`);
  }
}

/** Waits until so many of them are there: a page that is being drawn has none, or some. */
export const shows = (what, many) => askUntil(() => what.count(), (n) => n === many);

/** Signs somebody in by the form, with the password that the tests give everybody. */
export async function signIn(page, base, email) {
  await page.goto(base + "/");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("nav.rail").waitFor({ state: "attached" });
}

/** The records the screens show: the most telling ticket, somebody, something of each kind. */
async function records(page) {
  return page.evaluate(async () => {
    const get = (path) => fetch("/api/v1" + path).then((r) => (r.ok ? r.json() : { items: [] })).catch(() => ({ items: [] }));
    const one = (l) => l.items?.[0];
    const open = await get("/tickets?status=new,open&sort=due&limit=20");
    const past = open.items.find((t) => t.due?.breached && t.organization) ?? open.items.find((t) => t.due) ?? open.items[0] ?? one(await get("/tickets?limit=1"));
    const clocks = past ? (await get(`/tickets/${past.id}`)).clocks ?? [] : [];
    return {
      ticket: past?.id, metric: past?.due?.metric ?? clocks[0]?.metric, requester: past?.requester?.id, organization: past?.organization?.id ?? one(await get("/organizations?limit=1"))?.id,
      colleague: one(await get("/people?kind=agent&limit=1"))?.id, indicator: one(await get("/indicators"))?.name, caught: one(await get("/mail/catcher?limit=1"))?.id,
      blueprint: ((b) => b && `${b.kind}/${b.name}`)((await get("/blueprints")).items.find((b) => b.kind === "sla") ?? one(await get("/blueprints"))), change: one(await get("/changes?limit=1"))?.number,
      import: one(await get("/imports?limit=1"))?.id, received: one(await get("/mail/received?limit=1"))?.id, request: one(await get("/configuration/requests?limit=1"))?.id, webhook: one(await get("/webhooks"))?.name,
      application: one(await get("/applications?limit=1"))?.id, issue: one(await get("/issues?limit=1"))?.id, known: one(await get("/known-issues?limit=1"))?.id, article: one(await get("/articles"))?.name, scorecard: one(await get("/scorecards"))?.name, pipeline: one(await get("/pipelines"))?.name, batch: one(await get("/bulk?limit=1"))?.id,
      team: one(await get("/teams"))?.name, run: one(await get("/runs?state=open&limit=1"))?.id, dashboard: one(await get("/dashboards"))?.name, report: one(await get("/reports"))?.name,
    };
  });
}

/** Every screen as [name, address, what to do there]. Needs a page that is signed in. */
export async function screens(page) {
  const r = await records(page);
  const ticket = process.env.STEWARD_TICKET ?? r.ticket;
  return [
    ["signin", "/", { out: true }],
    ["work", "/work"],
    ["work-menu", "/work", { press: "j s" }],
    ["work-none", "/work?show=snoozed"],
    ["runs", "/runs"],
    ["runs-board", "/runs?as=board"],
    ["runs-calendar", "/runs?as=calendar"],
    ["runs-new", "/runs/new"],
    ["run", `/runs/${r.run}`, { if: r.run }],
    ["desk", `/tickets/${ticket}`],
    ["desk-why", `/tickets/${ticket}?why=clock:${r.metric}`, { if: r.metric }],
    ["desk-list", "/tickets"],
    ["desk-empty", "/tickets?status=new&tag=nothing-has-this-tag"],
    ["desk-error", "/tickets", { broken: true }],
    ["new-ticket", "/tickets/new"],
    ["desk-why-field", `/tickets/${ticket}?why=field:status`],
    ["desk-try", `/tickets/${ticket}?why=try`],
    ["search", "/search?q=the"],
    ["search-start", "/search"],
    ["people", "/people"],
    ["person", `/people/${r.requester}`],
    ["colleague", `/people/${r.colleague}`],
    ["colleague-edit", `/people/${r.colleague}`, { press: "e" }],
    ["person-new", "/people/new"],
    ["accounts", "/accounts"],
    ["accounts-heat", "/accounts?show=heat&measures=usage.licence_utilisation%20usage.engagement%20success.age"],
    ["accounts-board", "/accounts?show=board"],
    ["accounts-display", "/accounts?band=red", { press: "d" }],
    ["accounts-none", "/accounts?band=red&coverage=P4&update=overdue"],
    ["accounts-mail", "/accounts/mail"],
    ["account", `/accounts/${r.organization}`, { if: r.organization }],
    ["organizations", "/organizations"],
    ["organization", `/organizations/${r.organization}`, { if: r.organization }],
    ["teams", "/teams"],
    ["team", `/teams/${r.team}`, { if: r.team }],
    ["help", "/help"],
    ["help-page", "/help/workspace"],
    ["desk-grouped", "/tickets?status=new,open,pending,hold&sort=priority&group=team"],
    ["queue", "/queue"],
    ["attention", "/attention"],
    ["queue-reports", "/queue/reports"],
    ["bulks", "/bulk"],
    ["bulk", `/bulk/${r.batch}`, { if: r.batch }],
    ["pipelines", "/pipelines"],
    ["pipeline", `/pipelines/${r.pipeline}`, { if: r.pipeline }],
    ["applications", "/applications"],
    ["application", `/applications/${r.application}`, { if: r.application }],
    ["pools", "/pools"],
    ["issues", "/issues"],
    ["issue-new", "/issues/new"],
    ["issue", `/issues/${r.issue}`, { if: r.issue }],
    ["known-issues", "/known-issues"],
    ["known-issue-new", "/known-issues/new"],
    ["known-issue", `/known-issues/${r.known}`, { if: r.known }],
    ["articles", "/articles"],
    ["article", `/articles/${r.article}`, { if: r.article }],
    ["trackers", "/trackers"],
    ["account-health", `/accounts/${r.organization}/health`, { if: r.organization }],
    ["scorecards", "/scorecards"],
    ["scorecard", `/scorecards/${r.scorecard}`, { if: r.scorecard }],
    ["organization-new", "/organizations/new"],
    ["merge", `/people/${r.requester}/merge`],
    ["imports", "/imports"],
    ["import", `/imports/${r.import}`, { if: r.import }],
    ["insight", "/insight"],
    ["indicators", "/insight/indicators"],
    ["indicator", `/insight/indicators/${r.indicator}`, { if: r.indicator }],
    ["dashboard", `/insight/dashboards/${r.dashboard}`, { if: r.dashboard }],
    ["dashboard-open", `/insight/dashboards/${r.dashboard}?open=0`, { if: r.dashboard }],
    ["report", `/insight/reports/${r.report}`, { if: r.report }],
    ["report-build", `/insight/build?indicator=${r.indicator}`, { if: r.indicator }],
    ["outbox", "/mail/outbox"],
    ["received", "/mail/received"],
    ["received-mail", `/mail/received/${r.received}`, { if: r.received }],
    ["web-requests", "/mail/requests"],
    ["suspended", "/mail/suspended"],
    ["blocked", "/mail/blocked"],
    ["deleted", "/deleted-tickets"],
    ["suppressions", "/mail/suppressions"],
    ["trace", "/mail/trace?q=support@company.example"],
    ["catcher", `/mail/catcher/${r.caught}`, { if: r.caught }],
    ["configuration", "/configuration"],
    ["blueprint-new", "/configuration/new"],
    ["blueprint-history", `/configuration/${r.blueprint}?tab=history`, { if: r.blueprint }],
    ["blueprint-uses", `/configuration/${r.blueprint}?tab=uses`, { if: r.blueprint }],
    ["blueprint", `/configuration/${r.blueprint}`, { if: r.blueprint }],
    ["requests", "/configuration/requests"],
    ["request", `/configuration/requests/${r.request}`, { if: r.request }],
    ["rules", "/configuration/rules"],
    ["time-rules", "/configuration/rules?kind=time_rule"],
    ["macros", "/configuration/rules?kind=macro"],
    ["time-rule", "/configuration/time_rule/pending-reminder"],
    ["webhooks", "/configuration/webhooks"],
    ["webhook", `/configuration/webhooks/${r.webhook}`, { if: r.webhook }],
    ["changes", "/configuration/changes"],
    ["change", `/configuration/changes/${r.change}`, { if: r.change }],
    ["notifications", "/notifications"],
    ["first-run", "/first-run"],
    ["settings", "/settings"],
    ["palette", `/tickets/${ticket}`, { press: "Control+k" }],
    ["keys", `/tickets/${ticket}`, { press: "?" }],
    ["missing", "/no-such-page"],
  ].filter(([, , o]) => !o || !("if" in o) || o.if).map(([name, path, o = {}]) => ({ name, path, ...o }));
}

/** Until nothing is loading any more, or two seconds: what never rests is checked as it is. */
export async function settled(page) {
  await page.locator("main, section.list").first().waitFor({ timeout: 15_000 });
  await wait(200);
  await page.waitForFunction(() => !document.querySelector(".skel, [aria-busy=true]"), null, { timeout: 2000 }).catch(() => {});
  await wait(150);
}

/** What customers see, of records that really exist; the satisfaction page stands for one whose link is over. */
export async function publicPages(page) {
  const get = (path) => page.evaluate((path) => fetch("/api/v1" + path).then((r) => (r.ok ? r.json() : { items: [] })), path);
  const article = (await get("/articles")).items.find((a) => a.audience === "everybody" && a.here), program = (await get("/programs")).items[0], form = await page.evaluate(() => fetch("/portal/request").then((r) => r.text()).then((t) => /href="(\/portal\/request\/[^"]+)"/.exec(t)?.[1]));
  return [["request", "/portal/request"], ["form", form], ["article", article && `/portal/articles/${article.name}`], ["signin", "/portal/signin"], ["requests", "/portal/requests"], ["survey", "/portal/survey/x"], ["program", program && `/portal/programs/${program.name}`], ["apply", program && `/portal/programs/${program.name}/apply`]]
    .filter(([, path]) => path).map(([name, path]) => ({ name: `public-${name}`, path }));
}

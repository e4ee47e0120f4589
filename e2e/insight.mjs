// Insight in a browser, on a demo: a dashboard is opened, filtered and drilled into, the counts agree, a
// report is built and saved, a table and a picture come down as files.
//   STEWARD_SIGNIN=… node e2e/insight.mjs http://127.0.0.1:8080
import { readFileSync } from "node:fs";
import { askUntil, enter, launch, shows } from "./tour.mjs";

const [base = "http://127.0.0.1:8080"] = process.argv.slice(2);
const browser = await launch();
const page = await (await browser.newContext({ viewport: { width: 1440, height: 1000 }, acceptDownloads: true, reducedMotion: "reduce" })).newPage();
page.setDefaultTimeout(60_000);
const trouble = [];
page.on("pageerror", (e) => trouble.push(e.message));
const check = (ok, what) => { if (!ok) throw new Error(what); };
const number = (text) => Number(text.replaceAll(",", "").match(/\d+/)?.[0] ?? NaN);
try {
  await enter(page, base);
  await page.goto(base + "/insight");
  await page.getByRole("link", { name: /Support operations/ }).click();
  const opened = page.getByRole("region", { name: "Opened by priority" });
  await opened.locator("svg[aria-roledescription=chart]").waitFor();
  const whole = number(await opened.locator("b.t20").innerText());

  // A choice narrows every picture and stands in the address.
  await page.getByRole("button", { name: "Priority", exact: true }).click();
  await page.getByRole("checkbox", { name: "High" }).check();
  await page.keyboard.press("Escape");
  await page.waitForURL(/where=ticket\.priority/);
  await page.waitForFunction((was) => { const b = document.querySelector("section[aria-label='Opened by priority'] b.t20"); return b && Number(b.textContent) < was; }, whole);
  const high = number(await opened.locator("b.t20").innerText());

  // The pane counts the same records as the picture, and shows as many.
  await opened.getByRole("button", { name: "Opened by priority", exact: true }).click();
  await page.locator(".rec-count").waitFor();
  check(number(await page.locator(".rec-count").innerText()) === high, "the records of the pane are not as many as the picture says");
  await askUntil(async () => {
    await page.locator(".opened .scroll").evaluate((e) => e.scrollTo(0, e.scrollHeight));
    return page.locator(".opened .rt tbody tr").count();
  }, (shown) => shown === high);

  // The link restores exactly this.
  const copy = await page.context().newPage();
  await copy.goto(page.url());
  await copy.locator(".rec-count").waitFor();
  check(number(await copy.locator(".rec-count").innerText()) === high, "a copied link shows something else");
  await copy.close();

  // Files: the table holds the same sum, the picture is a whole SVG.
  await opened.hover();
  const save = async (name) => { await opened.getByRole("button", { name: /^More about/ }).click(); const [d] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name }).click()]); return readFileSync(await d.path()); };
  const csv = (await save("Table as CSV")).toString("utf8").trim().split(/\r?\n/).slice(1);
  check(csv.reduce((a, l) => a + Number(l.split(",")[3] || 0), 0) === high, "the table's figures do not sum to the picture's");
  check((await save("Table as XLSX")).subarray(0, 2).toString() === "PK", "the spreadsheet is none");
  check(/^<svg[\s\S]*<\/svg>$/.test((await save("Picture as SVG")).toString("utf8")), "the picture is no SVG");

  // A funnel is a table and a picture too, and so is every split; a picture shown as a table is so for whoever opens the link.
  const funnel = page.getByRole("region", { name: "What became of the tickets opened" });
  await funnel.locator(".funnel li").first().waitFor();
  const of = async (tile, name) => { await tile.hover(); await tile.getByRole("button", { name: /^More about/ }).click(); const [d] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name }).click()]); return readFileSync(await d.path(), "utf8"); };
  const steps = (await of(funnel, "Table as CSV")).trim().split(/\r?\n/);
  check(steps.length === 5 && steps[0].includes("Of the step before"), `the funnel's table is ${steps.join(" / ")}`);
  const drawn = await of(funnel, "Picture as SVG");
  check(/^<svg[\s\S]*<\/svg>$/.test(drawn) && drawn.includes("Solved in one touch"), "the funnel's picture does not tell its steps");
  await opened.hover();
  await opened.getByRole("button", { name: /^More about/ }).click();
  await page.getByRole("menuitem", { name: "Show as a table" }).click();
  await page.waitForURL(/table=\d/);
  await page.reload();
  await opened.locator("table.figures").waitFor();
  await opened.hover();
  await opened.getByRole("button", { name: /^More about/ }).click();
  await page.getByRole("menuitem", { name: "Show the picture" }).waitFor();
  check((await page.getByRole("menuitem", { name: "Picture as SVG" }).count()) === 0, "a table is offered as a picture");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "This split as a file" }).click();
  const [split] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: "Split as CSV" }).click()]);
  check(readFileSync(await split.path(), "utf8").includes("Part of the whole change"), "the split's table does not say what changed");

  // A copied link says zone and day, so that it shows the same elsewhere and later.
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Copy the link to this" }).click();
  const link = await askUntil(() => page.evaluate(() => navigator.clipboard.readText()), (text) => text.includes("/insight/"));
  check(/[?&]day=\d{4}-\d\d-\d\d/.test(link) && /[?&]zone=/.test(link) && /[?&]table=/.test(link), `the link is ${link}`);

  // What is divided by people and days says so, and its records agree.
  await page.goto(base + "/insight/indicators/closed-per-agent");
  await page.getByRole("radio", { name: "Below the line" }).click();
  await page.locator(".made li").first().waitFor();
  const made = await page.locator(".made").innerText();
  const [days, people, records] = [/(\d+)\s+Days/, /(\d+)\s+Different values/, /among ([\d,]+) records/].map((r) => number(made.match(r)?.[1] ?? ""));
  check(made.includes(`= ${(days * people).toLocaleString("en")}`) && number(await page.locator(".rec-count").innerText()) === records, `below the line: ${made}`);
  const [table] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "All indicators as a file" }).click().then(() => page.getByRole("menuitem", { name: "Table as CSV" }).click())]);
  check(readFileSync(await table.path(), "utf8").split("\n").length > 20, "the table of indicators is short");

  // Somebody who writes no YAML builds a report and finds it again.
  await page.goto(base + "/insight/build?indicator=opened");
  await page.getByRole("radio", { name: "Bars" }).click();
  await page.getByRole("combobox", { name: "Split by" }).click();
  await page.getByRole("option", { name: "Channel", exact: true }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Arrivals by way");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForURL(/\/insight\/reports\/arrivals-by-way/);
  await page.locator("svg[aria-roledescription=chart]").first().waitFor();

  // Changing a report keeps what its author wrote around the fields, and touches only what was changed.
  const call = (method, path, body) => page.evaluate(async ([method, path, body]) => {
    const r = await fetch("/api/v1" + path, { method, headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() }, body: body && JSON.stringify(body) });
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${await r.text()}`);
    return r.json();
  }, [method, path, body]);
  const before = "# The weekly review wants this one.\nkind: report\nname: weekly-review\ntitle: Weekly review\norder: 3 # behind the others\nindicator: opened\nchart: line # calm\nby: ticket.channel\n";
  await call("POST", "/apply", { documents: [{ path: "report/weekly-review.yaml", text: before }], prune: false, message: "A report" });
  await page.goto(base + "/insight/reports/weekly-review");
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Change in the builder" }).click();
  await page.getByRole("radio", { name: "Area" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForURL(/\/insight\/reports\/weekly-review/);
  const after = (await call("GET", "/blueprints/report/weekly-review")).text;
  check(after === before.replace("chart: line", "chart: area"), `the text became ${after}`);

  // A funnel for oneself alone: nobody has to approve it, and it can be changed and deleted.
  await page.goto(base + "/insight/build?indicator=opened");
  await page.getByRole("radio", { name: "Funnel" }).click();
  await page.getByRole("combobox", { name: "Then" }).click();
  await page.getByRole("option", { name: "Answered", exact: true }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("textbox", { name: "Title" }).fill("From opened on");
  await page.getByRole("radio", { name: "Only you" }).click();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForURL(/\/insight\/own\/\d+/);
  await shows(page.locator(".funnel li"), 2);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.waitForURL(/\/insight$/);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.waitForURL(/\/insight\/own\/\d+/);

  // Where a policy asks for it, saving proposes the change and waits for a colleague.
  await call("POST", "/apply", { documents: [{ path: "policy/reports.yaml", text: "kind: policy\nname: reports\ntitle: Reports\ncovers: [report]\ncriticality: C1\n" }], prune: false, message: "Reports are approved" });
  await page.goto(base + "/insight/build?report=weekly-review");
  await page.getByRole("radio", { name: "Bars" }).click();
  await page.getByText(/It needs/).waitFor();
  await page.getByRole("button", { name: "Ask for approval" }).click();
  await page.waitForURL(/\/configuration\/requests\/\d+/);
  check((await call("GET", "/blueprints/report/weekly-review")).text === after, "what waits for approval is in force already");

  // As of an earlier day, the named periods are those of that day.
  const monthsAgo = new Date(Date.now() - 60 * 864e5).toISOString().slice(0, 10);
  await page.goto(`${base}/insight/dashboards/support-operations?as_of=${monthsAgo}`);
  await page.getByRole("region", { name: "Opened by priority" }).locator("svg[aria-roledescription=chart]").waitFor();
  check(trouble.length === 0, `errors in the page: ${trouble.join("; ")}`);
  console.log("insight went through");
} catch (e) {
  await page.screenshot({ path: process.env.FAILED ?? "out/insight-failed.png" }).catch(() => {});
  console.error(e.message, "\nerrors in the page:", trouble.join("; "), "\nat", page.url());
  process.exitCode = 1;
} finally {
  await browser.close();
}

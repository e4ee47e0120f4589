// Insight in a browser, on a demo: a dashboard is opened, filtered and drilled into, the counts agree, a
// report is built and saved, a table and a picture come down as files.
//   STEWARD_SIGNIN=… node e2e/insight.mjs http://127.0.0.1:8080
import { readFileSync } from "node:fs";
import { enter, launch } from "./tour.mjs";

const [base = "http://127.0.0.1:8080"] = process.argv.slice(2);
const browser = await launch();
const page = await (await browser.newContext({ viewport: { width: 1440, height: 1000 }, acceptDownloads: true, reducedMotion: "reduce" })).newPage();
page.setDefaultTimeout(15_000);
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
  for (let was = -1, n = 0; n !== was;) { was = n; await page.locator(".opened .scroll").evaluate((e) => e.scrollTo(0, e.scrollHeight)); await page.waitForTimeout(600); n = await page.locator(".opened .rt tbody tr").count(); }
  check(await page.locator(".opened .rt tbody tr").count() === high, "not every record is shown");

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

  // Somebody who writes no YAML builds a report and finds it again.
  await page.goto(base + "/insight/build?indicator=opened");
  await page.getByRole("radio", { name: "Bars" }).click();
  await page.getByRole("combobox", { name: "Split by" }).click();
  await page.getByRole("option", { name: "Channel", exact: true }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Arrivals by way");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForURL(/\/insight\/reports\/arrivals-by-way/);
  await page.locator("svg[aria-roledescription=chart]").first().waitFor();
  check(trouble.length === 0, `errors in the page: ${trouble.join("; ")}`);
  console.log("insight went through");
} catch (e) {
  await page.screenshot({ path: process.env.FAILED ?? "out/insight-failed.png" }).catch(() => {});
  console.error(e.message, "\nerrors in the page:", trouble.join("; "), "\nat", page.url());
  process.exitCode = 1;
} finally {
  await browser.close();
}

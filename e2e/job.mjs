// The agent's side of the main job, in a browser. The customer's side is asked for over
// HTTP from the test that starts this script.
//   node e2e/job.mjs WORKSPACE CUSTOMER OUT
import { mkdirSync } from "node:fs";
import { check, launch, reloadUntil, shows } from "./tour.mjs";

const [base, customer, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });

const ask = async (method, path) => {
  const r = await fetch(customer + path, { method });
  if (!r.ok) throw new Error(`customer ${path}: ${await r.text()}`);
  return r.json();
};
let step = 0;
const picture = (page, name) => page.screenshot({ path: `${out}/${String(++step).padStart(2, "0")}-${name}.png` });

const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "Europe/Amsterdam", reducedMotion: "reduce" });
context.setDefaultTimeout(60_000);
const page = await context.newPage();
const trouble = [];
page.on("pageerror", (e) => trouble.push(e.message));
try {
  await page.goto(base + "/");
  await page.getByLabel("Email").fill("agent@company.example");
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("region", { name: "Tickets" }).waitFor();
  await picture(page, "empty-desk");

  // Whom the customer works for, and what they bought.
  const made = await page.evaluate(() => fetch("/api/v1/organizations", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: "Sample Works", domains: ["customer.example"], attributes: { plan: "premium" } }) }).then((r) => r.status));
  check(made === 201, `the organization was not made: ${made}`);

  // A customer's mail arrives and becomes a ticket with a clock, live.
  await ask("POST", "/write");
  const row = page.getByText("Jobs wait 15 minutes for a runner").first();
  const fresh = page.getByText(/\d+ new/).first();
  await Promise.race([row.waitFor(), fresh.waitFor()]);
  if (!(await row.isVisible())) await fresh.click();
  await row.click();
  await page.getByText("Since the update our jobs wait for a runner.").waitFor();
  await page.getByText("All six show as online.").waitFor();
  await page.getByText("First reply", { exact: true }).first().waitFor();
  await picture(page, "ticket");

  // The agent answers with the keyboard.
  await page.keyboard.press("r");
  await page.getByLabel("Reply to Casey Sample").fill("Please set `request_limit` to **12**; the queue clears within a minute.");
  await page.keyboard.press("Control+Enter");
  const answer = await ask("GET", "/mail");
  check(answer.subject === "Re: Jobs wait 15 minutes for a runner", `subject of the answer: ${answer.subject}`);
  check(answer.text.includes("request_limit"), `text of the answer: ${answer.text}`);
  await page.getByText("Please set").first().waitFor();
  await page.getByText(/^Sent/).first().waitFor();
  await picture(page, "answered");

  // The customer's own mail program puts the next mail on the same ticket, live.
  await ask("POST", "/answer");
  await page.getByText("Can it be made the default?").waitFor();
  await page.getByText("Next reply", { exact: true }).first().waitFor();
  await picture(page, "customer-answers");

  // Why is the clock where it is?
  await page.keyboard.press("Escape");
  await page.locator("body").click({ position: { x: 5, y: 5 } });
  await page.keyboard.press("w");
  await page.getByText("Premium support").first().waitFor();
  await picture(page, "why");
  await page.keyboard.press("Escape");

  // A colleague of the customer writes: kept apart until they are copied.
  await ask("POST", "/stranger");
  await page.getByText("Casey passed this on to me.").waitFor();
  await page.getByRole("button", { name: "Copy them" }).click();
  await page.getByText("Sam Other is copied from now on.").waitFor();
  await picture(page, "copied");

  // Answer and solve.
  await page.keyboard.press("r");
  await page.getByLabel("Reply to Casey Sample").fill("It will be the default from the next release on.");
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name: "Send and solve" }).click();
  // The answer and the question how it went leave in the same moment: either may be there first.
  const both = [await ask("GET", "/mail"), await ask("GET", "/mail")];
  check(both.some((m) => m.text.includes("default from the next release")), `the last answer is not among ${both.map((m) => m.text)}`);
  await page.getByText("Solved", { exact: true }).first().waitFor();
  await picture(page, "solved");

  // The customer is asked how it went; opening the link answers nothing.
  const survey = both.find((m) => m.link);
  check(survey, `no survey link in: ${both.map((m) => m.text)}`);
  const link = base + new URL(survey.link).pathname;
  const plain = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 800 } })).newPage();
  await plain.goto(link + "?score=6");
  await picture(plain, "survey");
  const before = await page.evaluate(() => fetch("/api/v1/tickets/1").then((r) => r.json()));
  check(before.survey.state === "offered", `opening the link recorded an answer: ${JSON.stringify(before.survey)}`);
  await plain.locator("input[name=score][value='7']").check({ force: true });
  await plain.getByLabel(/What could have been easier/).fill("Nothing, thank you.");
  await plain.getByRole("button", { name: "Send answer" }).click();
  await plain.getByText("Thank you").first().waitFor();
  await picture(plain, "survey-thanks");

  // The indicator moves and opens to its record.
  await page.goto(base + "/insight/indicators/satisfaction");
  await page.getByText("good answers", { exact: false }).first().waitFor();
  await page.getByRole("radio", { name: "All", exact: true }).click();
  await page.waitForURL(/part=/);
  await reloadUntil(page, page.locator(".rec-count", { hasText: "1" }));
  await shows(page.locator(".opened .rt tbody tr"), 1); // the record the indicator is made of
  await picture(page, "indicator");
  check(trouble.length === 0, `errors in the page: ${trouble.join("; ")}`);
  console.log("the main job went through");
} catch (e) {
  await picture(page, "failed").catch(() => {});
  console.error(e.message, "\nerrors in the page:", trouble.join("; "), "\nat", page.url());
  process.exitCode = 1;
} finally {
  await browser.close();
}

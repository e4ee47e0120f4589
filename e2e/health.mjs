// An account in a browser, on a demo: it is judged and its colour follows, a call is noted from the keyboard, a call
// to action is added, the account is edited, and the whole filter comes down as a file.
//   STEWARD_SIGNIN=… node e2e/health.mjs http://127.0.0.1:8080
import { readFileSync } from "node:fs";
import { enter, launch } from "./tour.mjs";

const [base = "http://127.0.0.1:8080"] = process.argv.slice(2);
const browser = await launch();
const page = await (await browser.newContext({ viewport: { width: 1440, height: 1000 }, acceptDownloads: true, reducedMotion: "reduce" })).newPage();
page.setDefaultTimeout(60_000);
const trouble = [];
page.on("pageerror", (e) => trouble.push(e.message));
const check = (ok, what) => { if (!ok) throw new Error(what); };
const get = (path) => page.evaluate((p) => fetch("/api/v1" + p).then((r) => r.json()), path);
try {
  await enter(page, base);
  const account = (await get("/accounts?band=yellow&limit=1")).items[0] ?? (await get("/accounts?limit=1")).items[0];
  await page.goto(`${base}/accounts/${account.id}`);
  await page.getByRole("region", { name: "Timeline" }).waitFor();

  // A red judgement makes the account red, whatever the rest says, and the page tells what came of it.
  const before = Date.now();
  await page.getByRole("button", { name: "Judge", exact: true }).click();
  const judge = page.getByRole("form", { name: "Judge" });
  await judge.getByLabel("Why", { exact: true }).fill("They asked for a price of another product.");
  await judge.getByRole("combobox", { name: "Sentiment of the manager" }).click();
  await page.getByRole("option", { name: "Red" }).click();
  await judge.getByRole("button", { name: "Judge it" }).click();
  for (let red = false; !red;) { red = (await get(`/accounts/${account.id}`)).band === "red"; check(Date.now() - before < 30_000, "a red judgement does not make the account red"); }

  // Ten seconds from the keyboard: the key, the words, the key that sends.
  await page.locator("h1").click();
  await page.keyboard.press("l");
  await page.getByLabel("What happened").waitFor();
  await page.keyboard.type("Regular call, from the keyboard");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Regular call, from the keyboard").waitFor();

  // Something is to be done.
  const actions = page.getByRole("region", { name: "Open actions" });
  await actions.getByRole("button", { name: "Add" }).click();
  await page.getByLabel("What is to be done").fill("Meet their new sponsor");
  await page.getByRole("button", { name: "Add it" }).click();
  await actions.getByText("Meet their new sponsor").waitFor();

  // The account moves to another stage.
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByRole("form", { name: "Edit" }).getByLabel("Plan").fill("browser plan");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("browser plan", { exact: true }).first().waitFor();

  // Every account of a filter, not only those that are loaded.
  await page.goto(`${base}/accounts`);
  await page.getByRole("table").waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /Export every account/ }).click()]);
  const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  const sums = (await get("/accounts/sums")).items.reduce((n, r) => n + r.accounts, 0);
  check(lines.length === sums + 1, `the file has ${lines.length - 1} of ${sums} accounts`);
  check(trouble.length === 0, trouble.join("\n"));
  console.log(`judged, noted, added, edited; ${sums} accounts exported`);
} finally {
  await browser.close();
}

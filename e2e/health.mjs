// Accounts in a browser: one is judged and its colour follows, a call and a health update are noted from the keyboard, a call
// to action is added, the account is edited; the list is kept as a view, shown otherwise, and had as files. Accounts come in from a
// CRM's file, usage that nobody knows is claimed, another installation stands for an account, and a waterfall adds up.
//   node e2e/health.mjs WORKSPACE OUT
import { readFileSync } from "node:fs";
import { check, job, wait } from "./tour.mjs";

await job("health", "judged, noted, written, added, edited, kept as a view, exported, imported, claimed and chosen", async ({ base, somebody }) => {
  const { page, call, picture } = await somebody("agent@company.example");
  const me = (await call("GET", "/me")).person ?? (await call("GET", "/me"));
  const account = async (name, revenue) => {
    const o = await call("POST", "/organizations", { name, domains: [`${name.toLowerCase()}.example`] });
    await call("POST", "/accounts", { organization_id: o.id, segment: "Enterprise", coverage: "P1", stage: "adoption", since: "2024-01-01", revenue, currency: "EUR", csm_id: me.id });
    await call("POST", "/usage", { points: [["billable_users", 90], ["licensed_users", 100], ["active_users_28d", 85]].map(([metric, value]) => ({ organization: o.id, metric, time: new Date(Date.now() - 86_400_000).toISOString().slice(0, 19) + "Z", value })) });
    return o;
  };
  const acme = await account("Acme", 4_000_000);
  await account("Globex", 1_000_000);
  const lead = await call("POST", "/people", { email: "lee@acme.example", name: "Lee Lead" });
  await call("PUT", `/accounts/${acme.id}/contacts/${lead.id}/dev_lead`, {});
  const until = async (what, ok) => { for (const end = Date.now() + 30_000; !(await ok()); await wait(100)) check(Date.now() < end, what); };
  const band = async () => (await call("GET", `/accounts/${acme.id}`)).band;
  await until("usage gives no colour", async () => (await band()) !== "");

  // A red judgement makes the account red, whatever the rest says, and its health update is due within a week.
  await page.goto(`${base}/accounts/${acme.id}`);
  await page.getByRole("region", { name: "Timeline" }).waitFor();
  await page.getByRole("button", { name: "Judge", exact: true }).click();
  const judge = page.getByRole("form", { name: "Judge" });
  await judge.getByLabel("Why", { exact: true }).fill("They asked for a price of another product.");
  await judge.getByRole("combobox", { name: "Sentiment of the manager" }).click();
  await page.getByRole("option", { name: "Red" }).click();
  await judge.getByRole("button", { name: "Judge it" }).click();
  await until("a red judgement does not make the account red", async () => (await band()) === "red");
  await until("a red account has no weekly update", async () => (await call("GET", `/accounts/${acme.id}`)).update?.rhythm === "Weekly while red");

  // Ten seconds from the keyboard: the key, the words, who took part, the key that sends. The role is met then.
  await page.reload();
  await page.getByText("Not met").waitFor();
  await page.keyboard.press("l");
  await page.getByLabel("What happened").waitFor();
  await page.keyboard.type("Regular call, from the keyboard");
  await page.getByRole("combobox", { name: "Who took part" }).click();
  await page.getByRole("option", { name: /Lee Lead/ }).click();
  await page.keyboard.press("Escape");
  await page.getByLabel("What happened").press("Control+Enter");
  await page.getByText("Regular call, from the keyboard").waitFor();
  await page.getByRole("region", { name: "Contacts" }).getByText("Met", { exact: false }).first().waitFor();
  check((await call("GET", `/accounts/${acme.id}/roles`)).items[0].roles.find((r) => r.role === "dev_lead").met, "the lead was not met");
  const first = (await call("GET", `/accounts/${acme.id}`)).update.due;
  await page.locator("h1").click();
  await page.keyboard.press("h");
  await page.getByLabel("How it stands").fill("They compare us. We meet on Thursday.");
  await page.getByRole("button", { name: "Note it" }).click();
  await page.getByText("They compare us. We meet on Thursday.").waitFor();
  await until("the next update is not counted from this one", async () => (await call("GET", `/accounts/${acme.id}`)).update.due > first);
  await picture("account");

  // Something is to be done, and the account gets another plan.
  const actions = page.getByRole("region", { name: "Open actions" });
  await actions.getByRole("button", { name: "Add" }).click();
  await page.getByLabel("What is to be done").fill("Meet their new sponsor");
  await page.getByRole("button", { name: "Add it" }).click();
  await actions.getByText("Meet their new sponsor").waitFor();

  // It is put off with a reason, and taken up again.
  const one = actions.locator("li", { hasText: "Meet their new sponsor" });
  await one.getByRole("button", { name: "Put off" }).click();
  await page.getByRole("textbox", { name: "Why" }).fill("They are away");
  await page.getByRole("button", { name: "Put it off" }).click();
  await one.getByText("put off: They are away").waitFor();
  await picture("put-off");
  await one.getByRole("button", { name: "Wake it" }).click();
  await one.getByRole("button", { name: "Put off" }).waitFor();
  await one.getByRole("button", { name: "Close" }).click();
  await page.getByLabel("Note (optional)").waitFor();
  await picture("close");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.getByRole("form", { name: "Edit" }).getByLabel("Plan").fill("browser plan");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("browser plan", { exact: true }).first().waitFor();

  // Red accounts with another column, kept as a view of one's own; its address says what it shows.
  await page.goto(`${base}/accounts?band=red`);
  await page.getByRole("link", { name: "Acme" }).waitFor();
  await page.keyboard.press("d");
  await page.getByRole("checkbox", { name: "Plan" }).click();
  await page.getByRole("button", { name: "Save as a view" }).click();
  await page.getByLabel("Name of the view").fill("Mine to save");
  await page.keyboard.press("Enter");
  await page.getByText("The view Mine to save is kept.").waitFor();
  check(/own=\d+/.test(page.url()) && page.url().includes("band=red"), `the address is ${page.url()}`);
  await page.reload();
  await page.getByRole("columnheader", { name: "Plan" }).waitFor();
  await page.getByRole("button", { name: /^View:/ }).getByText("Mine to save").waitFor();
  // Changed as a board, kept; deleted, and taken back.
  await page.keyboard.press("t");
  await page.keyboard.press("t");
  await page.getByRole("region", { name: "Red" }).getByText("Acme").waitFor();
  await page.keyboard.press("d");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("The view Mine to save is kept.").first().waitFor();
  await until("the board is not kept", async () => (await call("GET", "/account-views")).items.find((v) => v.id)?.show === "board");
  await page.getByRole("button", { name: "Delete view" }).click();
  await page.getByText("is deleted.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: /^View:/ }).getByText("Mine to save").waitFor();
  // A view of everybody by its key.
  await page.locator("h1").click();
  await page.keyboard.press("v");
  await page.keyboard.press("1");
  await page.getByRole("button", { name: /^View:/ }).getByText("My book").waitFor();
  await page.getByRole("link", { name: "Globex" }).waitFor();
  await picture("book");

  // Every account of a filter as a file, not only those that are loaded.
  for (const [word, begins] of [["As text (CSV)", "\ufeffId,Name"], ["For a spreadsheet (XLSX)", "PK"]]) {
    await page.getByRole("button", { name: /Export every account/ }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: word }).click()]);
    const bytes = readFileSync(await file.path(), "utf8");
    check(bytes.startsWith(begins), `${word} begins with ${bytes.slice(0, 20)}`);
    if (word.includes("CSV")) check(bytes.trim().split("\r\n").length === 3, `the file is ${bytes}`);
  }
  // What the score came of since yesterday, when there was none: the parts add up to it, and one of them is the red judgement's.
  await page.goto(`${base}/accounts/${acme.id}/health?from=${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}`);
  const falls = page.getByRole("table", { name: "What the score changed by" });
  await falls.getByRole("button", { name: /Sentiment|Red sentiment/ }).first().waitFor();
  const amounts = (await falls.locator("td.num").allInnerTexts()).map((t) => Math.round(Number(t.replace("−", "-").replace("+", "").replace("–", "0")) * 100));
  check(amounts.length > 2 && amounts.slice(0, -1).reduce((a, b) => a + b, 0) === amounts.at(-1), `the waterfall is ${amounts}`);
  await picture("waterfall");

  // A file of a CRM: its mapping is known, one column is chosen by hand, it is tried first and imported then.
  const book = 'Id,Account Name,Website,Tier,ARR__c,Renewal_Date__c,Owner.Email\n001A,Initech,initech.example,ultimate,"1,234.50",2027-03-31,agent@company.example\n001B,Hooli,hooli.example,premium,900,2027-06-30,\n001C,Umbrella,umbrella.example,premium,much,,\n';
  await page.goto(`${base}/accounts`);
  await page.goto(`${base}/imports?kind=accounts`);
  await page.getByRole("radio", { name: "Accounts" }).and(page.locator("[aria-checked=true]")).waitFor();
  await page.getByLabel("CSV file").setInputFiles({ name: "book.csv", mimeType: "text/csv", buffer: Buffer.from(book) });
  await page.getByRole("combobox", { name: "The columns are those of" }).click();
  await page.getByRole("option", { name: /Salesforce accounts/ }).click();
  await page.getByText("Every row has currency USD").waitFor();
  await page.getByRole("combobox", { name: "What Tier becomes" }).click();
  await page.getByRole("option", { name: "Plan", exact: true }).click();
  await picture("mapping");
  await page.getByRole("button", { name: "Try it, nothing changes" }).click();
  await page.getByText("Nothing changed. It would have been:").waitFor();
  check((await call("GET", "/accounts?q=Initech")).items.length === 0, "a try imported an account");
  await page.getByRole("button", { name: "Import 3 rows" }).click();
  await page.getByText("1 row failed").first().waitFor();
  const initech = (await call("GET", "/accounts?q=Initech")).items[0];
  check(initech.plan === "ultimate" && initech.revenue === 123450 && initech.currency === "USD" && initech.renewal === "2027-03-31" && initech.csm?.id === me.id, `Initech is ${JSON.stringify(initech)}`);
  check((await call("GET", "/accounts?q=Hooli")).items[0].revenue === 90000, "Hooli has another value");

  // Usage under an id that nobody knows is kept, and claimed by pressing; of two installations another one is chosen.
  const days = (n) => new Date(Date.now() - n * 86_400_000).toISOString().slice(0, 19) + "Z";
  await call("POST", "/usage?source=telemetry", { points: [["eu", 90], ["us", 40]].flatMap(([instance, users]) => [2, 1].map((n) => ({ organization_external_id: "T-900", instance, purpose: "production", metric: "billable_users", time: days(n), value: users + n }))) });
  await page.goto(`${base}/accounts`);
  await page.getByRole("link", { name: /Usage of 1 organization that nobody knows/ }).click();
  await page.getByText("4 points").waitFor();
  await page.getByRole("combobox", { name: "Whose is T-900" }).click();
  await page.getByRole("combobox", { name: "Whose is T-900" }).fill("Initech");
  await page.getByRole("option", { name: "Initech" }).click();
  await picture("claim");
  await page.getByRole("button", { name: "Claim it" }).click();
  await page.getByText("All usage is somebody's").waitFor();
  const primary = async () => (await call("GET", `/accounts/${initech.id}/usage`)).items.find((i) => i.primary)?.key;
  await until("the points are not Initech's", async () => (await primary()) === "eu");
  await page.goto(`${base}/accounts/${initech.id}`);
  const usage = page.getByRole("region", { name: "Usage" });
  await usage.getByRole("combobox", { name: "Installation" }).click();
  await page.getByRole("option", { name: "us" }).click();
  await usage.getByRole("button", { name: "Make it the primary one" }).click();
  await usage.getByText("Somebody chose this installation").waitFor();
  check((await primary()) === "us", "another installation stands for it");

  // A contract is put there and had again; the next points under the id are known at once.
  const papers = page.getByRole("region", { name: "Documents" });
  await papers.getByLabel("A document").setInputFiles({ name: "contract.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4 a contract") });
  await papers.getByRole("link", { name: "contract.pdf" }).waitFor();
  const [paper] = await Promise.all([page.waitForEvent("download"), papers.getByRole("link", { name: "contract.pdf" }).click()]);
  check(readFileSync(await paper.path(), "utf8").includes("a contract"), "the document is another");
  const report = await call("POST", "/usage?source=telemetry", { points: [{ organization_external_id: "T-900", instance: "us", metric: "billable_users", time: days(0.5), value: 44 }] });
  check(report.stored === 1 && report.unknown === 0, `points of a claimed id are ${JSON.stringify(report)}`);
  await page.getByRole("region", { name: "Renewal" }).getByText("USD").waitFor();
  await picture("imported");

  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `${wide} px wider than the window`);
});

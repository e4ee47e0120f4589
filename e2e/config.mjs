// A service level is changed without a word of YAML: somebody changes hours in a form, reads what recorded tickets say
// about it and asks for approval; somebody else approves; history shows it, and it is rolled back. On the way a colleague
// applies another version meanwhile, a text that cannot be read stops the form, and a draft outlives a reload.
//   node e2e/config.mjs WORKSPACE OUT
import { mkdirSync } from "node:fs";
import { askUntil, launch, need, shows } from "./tour.mjs";

const [base, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const check = (ok, what) => { if (!ok) throw new Error(what); };
const browser = await launch();
const trouble = [];
let step = 0;

/** Somebody at a browser of their own. */
async function person(email) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true, locale: "en-GB", timezoneId: "Europe/Amsterdam", reducedMotion: "reduce" });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.on("pageerror", (e) => trouble.push(e.message));
  await page.goto(base + "/");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("nav[aria-label=Main]").first().waitFor();
  const call = (method, path, body) => page.evaluate(async ([method, path, body]) => {
    const r = await fetch("/api/v1" + path, { method, headers: { "Content-Type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
    const answer = await r.json().catch(() => null);
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${JSON.stringify(answer)}`);
    return answer;
  }, [method, path, body]);
  const picture = (name) => page.screenshot({ path: `${out}/config-${String(++step).padStart(2, "0")}-${name}.png` });
  /** Nothing that axe finds, in both themes. Passing messages are left out: their names are the library's. */
  const sound = async (name) => {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForTimeout(200);
      if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: need("axe-core/axe.min.js") });
      const found = await page.evaluate(() => window.axe.run({ exclude: [[".toasts"]] }, { resultTypes: ["violations"] }).then((r) => r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200)).join(", ")}`)));
      if (found.length) trouble.push(`axe on ${name}, ${colorScheme}: ${found.join("; ")}`);
    }
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  };
  return { page, call, picture, sound };
}
const apply = (who, text, message) => who.call("POST", "/apply", { documents: [{ path: "x.yaml", text }], message });

let author, approver;
try {
  author = await person("agent@company.example");
  await author.call("POST", "/people", { name: "Noa Sample", email: "noa@company.example", roles: ["admin"], password: "a long enough password" });
  for (let i = 0; i < 3; i++) await author.call("POST", "/tickets", { subject: `Stops ${i}`, text: "It stops.", priority: "high", requester: { email: `kim${i}@config.example` } });
  await apply(author, "kind: policy\nname: promises\ntitle: Promises need a second pair of eyes\ncovers: [sla]\ncriticality: C2\n", "Promises are looked at twice");
  approver = await person("noa@company.example");

  // By form: nine hours instead of ten. The text says the same, and nothing else of it moved.
  const { page } = author;
  const before = (await author.call("GET", "/blueprints/sla/standard")).text;
  await page.goto(`${base}/configuration/sla/standard`);
  const high = page.getByLabel("First reply, high: within");
  await high.fill("2 hours");
  await high.blur();
  await page.getByText("First reply takes longer at urgent priority than at high").first().waitFor(); // said where it stands
  await high.fill("9 hours");
  await high.blur();
  await page.locator(".editor .cm-content").getByText("9h").first().waitFor();
  check((await high.inputValue()) === "9 h", `the form says ${await high.inputValue()}`);
  await page.getByText("nothing wrong").waitFor();
  await author.picture("form");
  await author.sound("the form");

  // A draft outlives a reload.
  await page.reload();
  await page.getByText("This is your draft").waitFor();
  await page.getByRole("button", { name: "Go on with it" }).click();

  // A text that cannot be read stops the form and says where; undone, the form goes on.
  await page.locator(".editor .cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("pause: [a");
  await page.getByText(/The text cannot be read at line \d+/).waitFor();
  check((await high.getAttribute("readonly")) !== null, "the form can be edited though the text cannot be read");
  await author.picture("unreadable");
  while (await page.getByText(/The text cannot be read at line/).count()) { await page.getByRole("button", { name: "Undo", exact: true }).click(); await page.waitForTimeout(300); }
  await high.waitFor();

  // Meanwhile a colleague's change comes into force: both fit together, and nothing is lost.
  const asked = await apply(approver, before.replace("title: Standard support", "title: Standard support, Europe"), "Say where");
  check(asked.request, "a promise was changed by one alone");
  await author.call("POST", `/configuration/requests/${asked.request.id}/approve`, { revision: asked.request.revision });
  if ((await author.call("GET", `/configuration/requests/${asked.request.id}`)).state === "approved") await author.call("POST", `/configuration/requests/${asked.request.id}/apply`);
  await page.getByRole("button", { name: /See what would change/ }).click();
  await page.getByText("Noa Sample applied version").waitFor();
  await author.picture("meanwhile");
  await author.sound("both versions");
  await page.getByRole("button", { name: "Bring together" }).click();
  await page.getByText("Both changes are in the text.").waitFor();

  // What it would do, in words, with what the tickets say.
  if (await page.getByRole("button", { name: "Go on editing" }).count()) await page.getByRole("button", { name: "Go on editing" }).first().click();
  await page.getByRole("button", { name: /See what would change/ }).click();
  await page.getByText("Promises › First reply, high › Within").waitFor();
  await page.getByText(/of \d+ tickets/).first().waitFor();
  await author.picture("review");
  await author.sound("the review");
  await page.getByLabel("Title of this change").fill("Answer high priority within nine hours");
  await page.getByLabel("Reason").fill("The renewals ask for it.");
  await page.getByRole("button", { name: /Ask for approval/ }).click();
  await page.getByRole("heading", { name: "Answer high priority within nine hours" }).waitFor();
  await page.getByText("You wrote or edited it, so somebody else approves it.").waitFor();
  const request = Number(page.url().split("/").pop());

  // They talk about it.
  await approver.page.goto(`${base}/configuration/requests/${request}`);
  const box = approver.page.getByLabel("Say something about this request");
  await box.click();
  await approver.page.keyboard.type("Why **not** eight, @agent?");
  await approver.page.getByRole("button", { name: "Say it" }).click();
  await page.getByRole("region", { name: "Discussion" }).getByText("not", { exact: true }).waitFor();
  await author.picture("discussion");

  // Somebody else approves, and it applies.
  await approver.page.goto(`${base}/configuration/requests/${request}`);
  await approver.page.getByText("The renewals ask for it.").waitFor();
  await approver.page.getByRole("button", { name: "Approve" }).click();
  await approver.page.getByText("Approved.", { exact: true }).waitFor();
  await approver.picture("approved");
  await approver.sound("the request");
  if ((await approver.call("GET", `/configuration/requests/${request}`)).state === "approved") await approver.page.getByRole("button", { name: "Apply now" }).click();
  const inForce = (version) => askUntil(() => approver.call("GET", "/blueprints/sla/standard"), (b) => b.version === version);
  let now = await inForce(3);
  check(now.text === before.replace("title: Standard support", "title: Standard support, Europe").replace("first_reply, priority: high, within: 10h", "first_reply, priority: high, within: 9h"), `version ${now.version} says\n${now.text}`);

  // History tells who and why, and shows the difference of any two versions.
  await page.goto(`${base}/configuration/sla/standard?tab=history`);
  await page.getByText("Answer high priority within nine hours").waitFor();
  await page.getByRole("radio", { name: "Compare from version 1" }).check();
  await page.getByText("Version 1 to 3").waitFor();
  await shows(page.locator(".diff .add"), 2); // the difference of versions 1 and 3
  await author.picture("history");
  await author.sound("the history");
  await page.goto(`${base}/configuration/calendar/office-hours?tab=uses`);
  await page.getByRole("link", { name: "Standard support, Europe" }).first().waitFor();
  await author.sound("where it is used");
  await page.getByRole("button", { name: "More to do with this blueprint" }).click();
  await page.getByRole("menuitem", { name: /Delete/ }).click();
  await page.getByText("It cannot be deleted while others refer to it").waitFor();
  await author.picture("delete");
  await author.sound("what deleting would break");

  // Back again: the change is rolled back, by two as well.
  await page.goto(`${base}/configuration/changes/${now.versions[0].change}`);
  await page.getByRole("button", { name: "Roll back" }).click();
  await page.getByRole("button", { name: /Roll back change/ }).click();
  await page.getByRole("heading", { name: /Rolls back change/ }).waitFor();
  const back = Number(page.url().split("/").pop());
  await approver.page.goto(`${base}/configuration/requests/${back}`);
  await approver.page.getByRole("button", { name: "Approve" }).click();
  await approver.page.getByText("Approved.", { exact: true }).waitFor();
  if ((await approver.call("GET", `/configuration/requests/${back}`)).state === "approved") await approver.page.getByRole("button", { name: "Apply now" }).click();
  now = await inForce(4);
  check(now.text === before.replace("title: Standard support", "title: Standard support, Europe"), `rolled back it says\n${now.text}`);

  // A new trigger from nothing: its name follows its title, its condition says what it means, and 360 pixels are enough.
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(`${base}/configuration/new?kind=trigger&as=blank`);
  await page.getByLabel("Title", { exact: true }).fill("Urgent goes first");
  check((await page.getByLabel("Name", { exact: true }).inputValue()) === "urgent-goes-first", "the name does not follow the title");
  await page.getByRole("textbox", { name: "Only when" }).click();
  await page.keyboard.type("ticket.prio");
  await page.locator(".cm-tooltip-autocomplete li", { hasText: "ticket.priority" }).first().click();
  await page.keyboard.type(' == "urgent');
  await page.keyboard.press("Escape");
  await page.getByText("Priority is urgent").waitFor();
  check(await page.evaluate(() => document.documentElement.scrollWidth <= 360), "the page is wider than 360 pixels");
  await author.picture("narrow");
  await author.sound("a new trigger");

  check(trouble.length === 0, trouble.join("\n"));
  console.log("a service level was changed by form, reviewed, approved, applied and rolled back");
} catch (e) {
  await author?.picture("failed").catch(() => {});
  await approver?.picture("failed-approver").catch(() => {});
  console.error(trouble.join("\n"));
  throw e;
} finally {
  await browser.close();
}

// A learner's reply is read first: an intern writes in one browser, a mentor sees it among their work, changes a
// word and lets it go in another; a second one is given back and becomes the intern's draft.
//   node e2e/learner.mjs WORKSPACE OUT
import { mkdirSync } from "node:fs";
import { launch } from "./tour.mjs";

const [base, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const check = (ok, what) => { if (!ok) throw new Error(what); };
const browser = await launch();
const trouble = [];
let step = 0;

/** Somebody at a browser of their own. */
async function person(email) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "Europe/Amsterdam", reducedMotion: "reduce" });
  context.setDefaultTimeout(20_000);
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
  return { page, call, picture: (name) => page.screenshot({ path: `${out}/learner-${String(++step).padStart(2, "0")}-${name}.png` }) };
}

let mentor, intern;
try {
  mentor = await person("agent@company.example");
  const me = await mentor.call("GET", "/me");
  const team = (await mentor.call("GET", "/teams")).items.find((x) => x.name === "mentors");
  await mentor.call("PUT", "/teams/mentors/members", { person_ids: [me.person.id], version: team.version });
  await mentor.call("POST", "/people", { name: "Noa Sample", email: "noa@company.example", roles: ["intern"], password: "a long enough password" });
  const t = await mentor.call("POST", "/tickets", { subject: "Where is the log", text: "Where does it write its log?", requester: { email: "robin@learner.example" } });
  const replies = async () => (await mentor.call("GET", `/tickets/${t.id}/timeline`)).items.filter((e) => e.type === "comment" && e.public && e.author.name === "Noa Sample");

  intern = await person("noa@company.example");
  const write = async (text) => {
    await intern.page.goto(`${base}/tickets/${t.id}`);
    await intern.page.locator(".comp").waitFor();
    await intern.page.keyboard.press("r");
    await intern.page.getByLabel("Reply to robin").fill(text);
    await intern.page.keyboard.press("Control+Enter");
    await intern.page.getByText("Waits to be read").waitFor();
  };
  await write("It writes to /var/logs.");
  await intern.picture("waits");
  check((await replies()).length === 0, "an unread reply has left");

  await mentor.page.goto(`${base}/work`);
  await mentor.page.getByRole("link", { name: "Reply to read: Where is the log" }).click();
  await mentor.page.getByText("Waits to be read").waitFor();
  await mentor.page.getByRole("button", { name: "Change the words" }).click();
  await mentor.page.getByLabel("The reply as it shall leave").fill("It writes to /var/log.");
  await mentor.picture("reading");
  await mentor.page.getByRole("button", { name: "Approve as changed" }).click();
  await mentor.page.getByText("Approved with your changes.").waitFor();
  const [sent] = await replies();
  check(sent && sent.text.includes("/var/log."), `what left is ${JSON.stringify(sent)}`);
  await mentor.picture("approved");

  await write("Please restart it.");
  await mentor.page.reload();
  await mentor.page.getByRole("button", { name: "Give it back" }).click();
  await mentor.page.getByLabel(/What should be different/).fill("Say which service, and how.");
  await mentor.page.getByRole("button", { name: "Give it back" }).click();
  await mentor.page.getByText("has it back with your remark.").waitFor();
  await intern.page.reload();
  await intern.page.getByText("Given back").waitFor();
  await intern.page.getByText("Say which service, and how.").waitFor();
  await intern.picture("given-back");
  check((await replies()).length === 1, "the reply that was given back has left");
  check(trouble.length === 0, `errors in the page: ${trouble.join("; ")}`);
  console.log("the learner's replies were read first");
} catch (e) {
  await mentor?.picture("failed-mentor").catch(() => {});
  await intern?.picture("failed-intern").catch(() => {});
  console.error(e.message, "\nerrors in the page:", trouble.join("; "), "\nat", mentor?.page.url(), intern?.page.url());
  process.exitCode = 1;
} finally {
  await browser.close();
}

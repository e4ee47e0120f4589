// Settings for one person, in a browser: what one is told of and how, the signature under a reply, sessions in two browsers;
// a colleague who comes in by an invitation gives the first one a ticket, which the bell counts.
//   node e2e/self.mjs WORKSPACE OUT
import { mkdirSync } from "node:fs";
import { launch, reloadUntil, wait } from "./tour.mjs";

const [base, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const check = (ok, what) => { if (!ok) throw new Error(what); };
const browser = await launch();
const shape = { viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "Europe/Amsterdam", reducedMotion: "reduce" };
const trouble = [];
const open = async (more = {}) => {
  const context = await browser.newContext({ ...shape, ...more });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  page.on("pageerror", (e) => trouble.push(e.message));
  return page;
};
const call = (page, method, path, body) => page.evaluate(async ([method, path, body]) => {
  const r = await fetch("/api/v1" + path, { method, headers: { "Content-Type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
  const answer = await r.json().catch(() => null);
  if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${JSON.stringify(answer)}`);
  return answer;
}, [method, path, body]);
const page = await open();
const picture = (name, p = page) => p.screenshot({ path: `${out}/self-${name}.png` });
const signIn = async (p) => {
  await p.goto(base + "/settings");
  await p.getByLabel("Email").fill("agent@company.example");
  await p.getByLabel("Password", { exact: true }).fill("a long enough password");
  await p.getByRole("button", { name: "Sign in" }).click();
  await p.getByRole("region", { name: "Notifications" }).waitFor();
};

try {
  await signIn(page);
  // What one is told of: one box less, one more, and it is there after a reload.
  const kept = async (choose) => {
    const answer = page.waitForResponse((r) => r.url().endsWith("/me/choices") && r.request().method() === "PATCH");
    await choose();
    await answer;
  };
  await kept(() => page.getByRole("checkbox", { name: "Due soon: Workspace" }).click());
  await kept(() => page.getByRole("checkbox", { name: "Given to me: Mail" }).click());
  await kept(() => page.getByRole("group", { name: "Mail comes" }).or(page.getByRole("radiogroup", { name: "Mail comes" })).getByText("At once").click());
  await page.reload();
  check(!(await page.getByRole("checkbox", { name: "Due soon: Workspace" }).isChecked()), "a box that was taken away is back");
  check(await page.getByRole("checkbox", { name: "Given to me: Mail" }).isChecked(), "a box that was ticked is gone");

  // The signature is looked at before it is kept.
  await page.getByRole("textbox", { name: "Signature" }).fill("Agent of the desk\nCompany");
  await page.getByRole("figure", { name: "How a reply ends" }).getByText("Agent of the desk").waitFor();
  await page.getByRole("button", { name: "Keep the signature" }).click();
  await page.getByText("Your replies end with it").waitFor();
  await picture("settings");

  // Another browser is signed out from here.
  const other = await open();
  await signIn(other);
  await page.reload();
  await page.getByRole("region", { name: "Sessions" }).getByRole("button", { name: /^Sign out in/ }).first().click();
  await page.getByText("Signed out there.").waitFor();
  await other.reload();
  await other.getByRole("button", { name: "Sign in" }).waitFor();

  // A colleague comes in and gives the first one a ticket.
  const me = await call(page, "GET", "/me");
  const made = await call(page, "POST", "/invitations", { email: "second@company.example", roles: ["admin"], teams: ["support"] });
  const second = await open();
  await second.goto(base + new URL(made.link).pathname + new URL(made.link).search);
  await second.getByLabel("Your name").fill("Second colleague");
  await second.getByLabel("Password", { exact: true }).fill("another long password");
  await second.getByRole("button", { name: "Come in" }).click();
  await second.locator("nav[aria-label=Main]").first().waitFor({ state: "attached" });
  const ticket = await call(second, "POST", "/tickets", { subject: "The bell rings", text: "It rings.", requester: { email: "kim@bell.example", name: "Kim" }, public: false, assignee_id: me.person.id });
  await page.goto(base + "/notifications");
  await reloadUntil(page, page.getByText("gave you this ticket"));
  await page.getByRole("link", { name: "Notifications, 1 not read" }).first().waitFor();
  await picture("notifications");
  await page.getByRole("main").getByText("gave you this ticket").click();
  await page.waitForURL(`**/tickets/${ticket.id}`);
  await page.getByRole("link", { name: "Notifications", exact: true }).first().waitFor();

  // The reply ends with the signature.
  await page.getByRole("region", { name: "Reply" }).or(page.getByRole("region", { name: "Internal note" })).first().waitFor();
  await page.getByRole("tab", { name: "Reply" }).click();
  await page.getByRole("textbox", { name: /Reply to/ }).click();
  await page.keyboard.type("It is mended.");
  await page.getByText("-- Agent of the desk").waitFor();
  await picture("reply");
  await page.getByRole("button", { name: /Send and keep open|^Send/ }).first().click();
  await page.getByText("Sending.").first().waitFor();
  const waiting = await call(page, "GET", `/tickets/${ticket.id}/sends`);
  check(JSON.stringify(waiting).includes("Agent of the desk"), `the reply has no signature: ${JSON.stringify(waiting)}`);

  for (const [width, theme] of [[1440, "dark"], [360, "light"], [360, "dark"]]) for (const path of ["settings", "notifications"]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: theme });
    await page.goto(`${base}/${path}`);
    await wait(900);
    check((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `${path} at ${width} is wider than the window`);
    await page.screenshot({ path: `${out}/self-${path}-${width}-${theme}.png` });
  }
  check(trouble.length === 0, trouble.join("\n"));
  console.log("notifications are chosen and counted, a signature stands under a reply, another browser was signed out");
} catch (e) {
  await picture("failed").catch(() => {});
  console.error(e.message, "\n", (await page.locator("main").first().innerText().catch(() => "")).slice(0, 1500), trouble);
  process.exitCode = 1;
} finally {
  await browser.close();
}

// The first run of an empty instance in a browser: the first administrator, a mailbox whose servers are tried, a test
// mail, a team, a service level, and a colleague who comes in by the link of an invitation.
//   node e2e/first.mjs http://127.0.0.1:PORT CODE [out folder]
// The server runs with --catch-mail, so that what leaves can be read back.
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { askUntil, launch, wait } from "./tour.mjs";

const [base, code, out = "out/e2e/first"] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const browser = await launch();
const shape = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", timezoneId: "Europe/Amsterdam", locale: "en-GB" };
const page = await (await browser.newContext(shape)).newPage();
const trouble = [];
page.on("pageerror", (e) => trouble.push(e.message));
const shot = (name, p = page) => p.screenshot({ path: `${out}/${name}.png` });
const step = (name) => page.getByRole("list", { name: "Steps" }).getByRole("button", { name });

try {
  await page.goto(base + "/");
  await page.waitForURL("**/welcome");
  await page.goto(`${base}/welcome?code=${code}`);
  await page.getByLabel("Your name").fill("First administrator");
  await page.getByLabel("Email").fill("first@company.example");
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await shot("door");
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByRole("heading", { name: "Mailbox" }).waitFor();

  // A server that is not there is told plainly, and nothing is kept.
  await page.getByLabel("Address").fill("support@company.example");
  const smtp = page.getByRole("group", { name: "Where mail goes out (SMTP)" });
  await smtp.getByLabel("Server").fill("127.0.0.1");
  await smtp.getByLabel("Port").fill("1");
  await page.getByRole("button", { name: "Keep the mailbox" }).click();
  await page.getByRole("alert").getByText("nothing listens on this port").waitFor();
  await shot("mailbox-refused");
  // One that answers is.
  const server = createServer((s) => {
    s.write("220 mail.company.example\r\n");
    s.on("data", (d) => s.write(/^(EHLO|HELO)/i.test(d) ? "250-mail.company.example\r\n250 8BITMIME\r\n" : /^QUIT/i.test(d) ? "221 bye\r\n" : "250 ok\r\n"));
    s.on("error", () => {});
  });
  await new Promise((r) => server.listen(0, "127.0.0.1", r));
  await smtp.getByLabel("Port").fill(String(server.address().port));
  await smtp.getByLabel("Protection").click();
  await page.getByRole("option", { name: "None, no password" }).click();
  await page.getByRole("button", { name: "Try the servers" }).click();
  await page.getByRole("status").getByText("The server answers").waitFor();
  await shot("mailbox-tried");
  server.close();
  // This instance catches its mail, so the mailbox is kept without a server.
  await smtp.getByLabel("Server").fill("");
  await page.getByRole("button", { name: "Keep the mailbox" }).click();

  await page.getByRole("button", { name: "Send a test mail" }).click();
  await page.getByText("Kept by the catcher").waitFor();
  await shot("test");
  await page.getByRole("button", { name: "Next", exact: true }).click();

  await page.getByRole("heading", { name: "Team" }).waitFor();
  await shot("team");
  await page.getByRole("button", { name: "Keep it and join" }).click();

  await page.getByRole("heading", { name: "Service level" }).waitFor();
  await page.getByLabel("First reply, urgent, hours").fill("2");
  await shot("level");
  await page.getByRole("button", { name: "Keep the service level" }).click();

  await page.getByRole("heading", { name: "Colleagues" }).waitFor();
  await page.getByRole("textbox", { name: "Email" }).fill("colleague@company.example");
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByText("Waits for them").waitFor();
  await shot("invited");
  await page.getByRole("button", { name: "Send again" }).click();
  const mails = await askUntil(() => page.evaluate(async () => {
    const list = await fetch("/api/v1/mail/catcher?limit=20").then((r) => r.json());
    const got = [];
    for (const m of list.items) got.push(await fetch(`/api/v1/mail/catcher/${m.id}`).then((r) => r.text()));
    return got.map((t) => /welcome\?invite=([\w.%-]+)/.exec(t)?.[1]).filter(Boolean);
  }), (found) => found.length === 2);
  // The newest link works, the one before it no longer does.
  const other = await (await browser.newContext(shape)).newPage();
  other.on("pageerror", (e) => trouble.push(e.message));
  await other.goto(`${base}/welcome?invite=${mails[1]}`);
  await other.getByText("a newer mail").waitFor();
  await shot("old-link", other);
  await other.goto(`${base}/welcome?invite=${mails[0]}`);
  await other.getByLabel("Your name").fill("A colleague");
  await other.getByLabel("Password", { exact: true }).fill("short");
  await other.getByRole("button", { name: "Come in" }).click();
  await other.getByText("it needs at least 10").waitFor();
  await other.getByLabel("Password", { exact: true }).fill("another long password");
  await shot("invitation", other);
  await other.getByRole("button", { name: "Come in" }).click();
  await other.locator("nav[aria-label=Main]").first().waitFor({ state: "attached" });
  await other.getByRole("heading", { name: "A colleague" }).waitFor();
  await shot("landed", other);

  await page.reload();
  await step("Colleagues").getByText("done").waitFor();
  await shot("done");
  for (const [width, theme] of [[1440, "dark"], [360, "light"], [360, "dark"]]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: theme });
    for (const name of ["Mailbox", "Test mail", "Team", "Service level", "Colleagues"]) {
      await step(name).click();
      await wait(250);
      await page.screenshot({ path: `${out}/${name.replace(" ", "-").toLowerCase()}-${width}-${theme}.png` });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) throw new Error(`${name} at ${width}: ${over} px wider than the window`);
    }
  }
  await page.getByRole("button", { name: "To the desk" }).click();
  await page.waitForURL("**/tickets");
  if (trouble.length) throw new Error(trouble.join("\n"));
  console.log("an instance was set up, its service level and team are kept, and a colleague came in");
} catch (e) {
  await shot("failed").catch(() => {});
  console.error(e.message, "\n", (await page.locator("main").innerText().catch(() => "")).slice(0, 1500), trouble);
  process.exitCode = 1;
} finally {
  await browser.close();
}

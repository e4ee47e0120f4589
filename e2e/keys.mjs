// A morning without a mouse: signs in, opens a ticket, answers, takes it back, sends, asks why, gives it to themselves, goes to
// the configuration by Ctrl K and changes a service level. Nothing is pressed but keys, and focus is looked at on the way.
//   node e2e/keys.mjs WORKSPACE OUT
import { askUntil, check, job } from "./tour.mjs";

await job("keys", "a ticket was answered and a service level changed by keys alone", async ({ base, somebody }) => {
  const { page, call, picture } = await somebody();
  const press = async (...keys) => { for (const k of keys) await page.keyboard.press(k); };
  /** Tab until it has the focus, and no further than a page is long. */
  const tabTo = async (what, back = false) => {
    await what.waitFor();
    for (let n = 0; n < 120; n++) {
      if (await what.evaluate((e) => e === document.activeElement || e.contains(document.activeElement))) return;
      await press(back ? "Shift+Tab" : "Tab");
    }
    throw new Error(`${what} is never reached`);
  };
  const focused = (what) => askUntil(() => what.evaluate((e) => e === document.activeElement || e.contains(document.activeElement)), (yes) => yes);

  // The door: the address has the focus, Tab leads to the password, Enter opens.
  await page.goto(base + "/");
  await focused(page.getByLabel("Email"));
  await page.keyboard.type("agent@company.example");
  await tabTo(page.getByLabel("Password", { exact: true }));
  await page.keyboard.type("a long enough password");
  await press("Enter");
  await page.locator("nav.rail").waitFor();

  const opened = await call("POST", "/tickets", { subject: "The export stops at 100 rows", text: "It stopped yesterday, too.", requester: { email: "kim@keys.example", name: "Kim Sample" }, public: true });
  await page.reload();
  await page.getByText("The export stops at 100 rows").first().waitFor();

  // Open, answer, take it back, and send after all.
  await press("j", "Enter");
  await page.getByRole("heading", { name: "The export stops at 100 rows" }).waitFor();
  await press("r");
  const words = page.getByRole("textbox", { name: "Reply to Kim Sample" });
  await focused(words);
  await page.keyboard.type("The next version exports all rows.");
  await press("Control+Enter");
  const waiting = page.getByRole("article", { name: "Reply that waits" });
  await waiting.waitFor();
  await picture("sent");
  await tabTo(waiting.getByRole("button", { name: "Undo" }), true);
  await press("Enter");
  await askUntil(() => words.innerText(), (text) => text.trim() === "The next version exports all rows.");
  await tabTo(words);
  await press("Control+Enter");
  await waiting.waitFor();
  await page.getByRole("log", { name: "Conversation" }).getByText("The next version exports all rows.").waitFor();

  // Why is told and left again by Escape; the ticket is one's own by i.
  await press("Escape");
  await page.evaluate(() => document.activeElement?.blur());
  await press("w");
  await page.getByRole("heading", { name: /^Why / }).waitFor();
  await picture("why");
  await press("Escape");
  await page.getByRole("heading", { name: /^Why / }).waitFor({ state: "detached" });
  await press("i");
  await askUntil(() => call("GET", `/tickets/${opened.id}`), (t) => t.assignee?.name === "agent");

  // Ctrl K leads to a blueprint; its form is changed and looked at by keys.
  await press("Control+k");
  const ask = page.getByRole("combobox").first();
  await focused(ask);
  await page.keyboard.type("Standard support");
  const found = page.getByRole("option", { name: /Standard support/ }).first();
  await found.waitFor();
  for (let n = 0; n < 20 && (await found.getAttribute("aria-selected")) !== "true"; n++) await press("ArrowDown");
  await press("Enter");
  const title = page.getByRole("textbox", { name: "Title", exact: true });
  await tabTo(title);
  await press("End");
  await page.keyboard.type(", by keys");
  await picture("form");
  const look = page.getByRole("button", { name: /See what would change/ });
  await askUntil(() => look.isEnabled(), (yes) => yes);
  await press("Control+Enter");
  await page.getByText("Standard support, by keys").first().waitFor();
  const apply = page.getByRole("button", { name: /^Apply/ });
  const why = page.getByLabel("Title of this change");
  await tabTo(why);
  await page.keyboard.type("Named by keys");
  await picture("review");
  await tabTo(apply);
  await press("Enter");
  await askUntil(() => call("GET", "/blueprints/sla/standard"), (b) => b.title === "Standard support, by keys");
});

// A day at the desk, in two browsers: a problem whose incidents are answered and solved together; mail that a filter marked, let in and
// thrown away, and a ticket that was no spam; a reply that is taken back and one that leaves later; a colleague asked for attention, and a
// ticket handed to another region.
//   node e2e/desk.mjs WORKSPACE OUT CONTROL
import { askUntil, check, job, reloadUntil, shows } from "./tour.mjs";

await job("desk", "a day at the desk went through", async ({ base, more: [control], somebody }) => {
  const agent = await somebody("agent@company.example"), { page, call, picture } = agent;
  const outside = async (method, path, values) => {
    const r = await fetch(`${control}${path}?${new URLSearchParams(values)}`, { method });
    check(r.ok, `${path}: ${await r.clone().text()}`);
    return r.json();
  };
  const me = await call("GET", "/me");
  await call("POST", "/people", { name: "Noa Sample", email: "noa@company.example", roles: ["agent"], password: "a long enough password", attributes: { region: "amer" } });
  const noa = await somebody("noa@company.example");
  const noaId = (await noa.call("GET", "/me")).person.id;
  const ticket = (subject, name, more) => call("POST", "/tickets", { subject, text: `${subject}. Please help.`, requester: { email: `${name.toLowerCase()}@desk.example`, name: `${name} Sample` }, public: false, ...more }).then((t) => t.id);
  const open = async (id, who = page) => { await who.goto(`${base}/tickets/${id}`); await who.locator(".comp").waitFor(); };
  const act = async (name) => { await page.getByRole("button", { name: "More acts" }).click(); await page.getByRole("menuitem", { name, exact: true }).click(); };
  const status = async (id) => (await call("GET", `/tickets/${id}`)).status;
  const said = async (id) => (await call("GET", `/tickets/${id}/timeline`)).items.filter((e) => e.type === "comment" && e.public).map((e) => e.text);
  const tray = page.getByRole("complementary", { name: "Work in the background" });

  // A problem and its incidents: one answer to all, then all are solved with it.
  const problem = await ticket("Sign-in fails for everybody", "Robin", { assignee_id: me.person.id });
  const incidents = [await ticket("Cannot sign in", "Kim"), await ticket("The password is refused", "Lee")];
  await open(problem);
  await page.getByRole("button", { name: /^Type:/ }).click();
  await page.getByRole("option", { name: "Problem" }).click();
  await page.getByText("Type set to Problem.").waitFor();
  for (const id of incidents) {
    await open(id);
    await act("Link to a problem");
    await page.getByRole("radio", { name: /Sign-in fails for everybody/ }).check();
    await page.getByRole("region", { name: "Link to a problem" }).getByRole("button", { name: "Link", exact: true }).click();
    await page.getByText(`Ticket ${id} is an incident of problem ${problem}.`).waitFor();
  }
  await open(problem);
  const list = page.getByRole("region", { name: "Incidents" });
  await shows(list.getByRole("listitem"), 2);
  await list.getByRole("button", { name: "Answer all" }).click();
  await list.getByRole("textbox", { name: "One reply to every incident" }).fill("Hello {{requester}}, we know what it is and mend it today.");
  await picture("answer-all");
  await list.getByRole("button", { name: "Answer all" }).last().click();
  await tray.getByText("2 tickets changed").waitFor();
  for (const [n, name] of ["Kim", "Lee"].entries()) {
    check((await said(incidents[n])).some((text) => text.includes(`Hello ${name} Sample, we know what it is`)), `${name} was told ${await said(incidents[n])}`);
    await outside("GET", "/mail", { to: `${name.toLowerCase()}@desk.example`, says: "mend it today" });
  }
  await tray.getByRole("button", { name: "Put away" }).first().click();
  await page.getByRole("button", { name: /^Status:/ }).click();
  await page.getByRole("option", { name: "Solved" }).click();
  await list.getByText("The problem is solved and 2 incidents are not.").waitFor();
  await list.getByRole("button", { name: "Solve all" }).click();
  await tray.getByText("2 tickets changed").waitFor();
  for (const id of incidents) check((await status(id)) === "solved", `incident ${id} is ${await status(id)}`);
  await shows(list.getByRole("button", { name: "Solve all" }), 0);
  await picture("solved-all");
  await tray.getByRole("button", { name: "Put away" }).first().click();

  // Mail that a filter marked waits to be looked at: one is let in, one goes.
  for (const subject of ["Our invoice", "Cheap watches"]) await outside("POST", "/spam", { subject });
  await page.goto(`${base}/mail/suspended`);
  const choose = (subject) => page.getByRole("checkbox", { name: `Choose ${subject} from` });
  for (const subject of ["Our invoice", "Cheap watches"]) await reloadUntil(page, choose(subject));
  await choose("Our invoice").check();
  const chosen = page.getByRole("toolbar", { name: "Chosen mail" });
  await picture("suspended");
  await chosen.getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByText("1 mail let through.").waitFor();
  await shows(choose("Our invoice"), 0);
  await choose("Cheap watches").check();
  await chosen.getByRole("button", { name: "Discard the chosen mail" }).click();
  await page.getByRole("button", { name: "Discard 1" }).click();
  await page.getByText("1 mail discarded.").waitFor();
  await page.getByText("Nothing is set aside").waitFor();
  const find = async (subject) => (await call("GET", "/tickets?limit=50")).items.find((t) => t.subject === subject);
  const letIn = await askUntil(() => find("Our invoice"), Boolean);
  check((await find("Cheap watches")) === undefined, "what was discarded became a ticket");

  // A ticket is marked as spam, and was none.
  await open(letIn.id);
  await act("Mark as spam");
  await page.getByText(`Ticket ${letIn.id} is marked as spam.`).waitFor();
  await page.goto(`${base}/deleted-tickets?hidden=spam`);
  const row = page.getByRole("row").filter({ hasText: "Our invoice" });
  await row.getByRole("button", { name: "Not spam" }).click();
  await page.getByText(`Ticket ${letIn.id} is back.`).waitFor();
  await page.getByText("No spam", { exact: true }).waitFor();
  check((await find("Our invoice")) !== undefined, "the ticket is not back in its lists");

  // A reply is taken back within its ten seconds, with its words.
  const late = await ticket("The report is empty", "Kim", { assignee_id: me.person.id });
  await open(late);
  const words = page.getByRole("textbox", { name: "Reply to Kim Sample" });
  const waiting = page.getByRole("article", { name: "Reply that waits" });
  await page.keyboard.press("r");
  await page.keyboard.type("It is full again.");
  await page.keyboard.press("Control+Enter");
  await waiting.getByText(/^Leaves in \d+ s$/).waitFor();
  await picture("ten-seconds");
  await waiting.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Taken back. Your words are in the composer.").waitFor();
  await askUntil(() => words.innerText(), (text) => text.trim() === "It is full again.");
  check((await said(late)).length === 0, `what was taken back has left: ${await said(late)}`);

  // The same words later: planned for tomorrow, then for a moment ahead, when they leave by themselves.
  await page.getByRole("button", { name: "More ways to send" }).click();
  await page.getByRole("menuitem", { name: "Send later…" }).click();
  const when = page.getByRole("group", { name: "When to send" });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await when.getByLabel("Day and time").fill(`${tomorrow}T09:30`);
  await picture("send-later");
  await when.getByRole("button", { name: "Send then" }).click();
  await page.getByText("The reply waits for its time.").waitFor();
  await waiting.getByText(/^Leaves /).waitFor();
  await picture("planned");
  check((await said(late)).length === 0, "a planned reply has left");
  const [plan] = (await call("GET", `/tickets/${late}/sends`)).items;
  await call("PATCH", `/tickets/${late}/sends/${plan.id}`, { send_at: new Date(Date.now() + 4_000).toISOString(), time_zone: "Europe/Amsterdam", if_changed: "send" });
  await page.getByRole("log", { name: "Conversation" }).getByText("It is full again.").waitFor();
  await shows(waiting, 0);
  await outside("GET", "/mail", { to: "kim@desk.example", says: "It is full again." });

  // A colleague is asked for attention, sees to it, and says what came of it.
  await call("POST", "/apply", { documents: [{ path: "attention.yaml", text: "kind: attention\nname: attention\ntitle: Attention requests\nhours: around-the-clock\n" }], message: "At the weekend, too" });
  // It has waited for two hours already: a young ticket asks for nobody's attention.
  const pressing = await page.evaluate(async ([assignee_id, created_at]) => {
    const ticket = { subject: "The gate is open", requester: { name: "Lee Sample", email: "lee@desk.example" }, assignee_id, status: "open", comments: [{ value: "The gate is open. Please help.", created_at }], created_at };
    const r = await fetch("/api/v2/imports/tickets.json", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ticket }) });
    return (await r.json()).ticket.id;
  }, [noaId, new Date(Date.now() - 7_200_000).toISOString()]);
  await open(pressing);
  await act("Ask for attention");
  const help = page.getByRole("region", { name: "Attention and hand-overs" });
  await help.getByRole("radio", { name: /^Urgent, / }).click();
  await help.getByRole("textbox", { name: "What shall be looked at, and why now" }).fill("They lose goods by the hour.");
  await help.getByRole("button", { name: "Ask for attention" }).click();
  await help.getByText("Attention asked for", { exact: true }).waitFor();
  await help.getByText("Urgent", { exact: true }).waitFor();
  await picture("attention");
  await noa.page.goto(`${base}/attention`);
  const asked = noa.page.getByRole("list", { name: "Open requests, the earliest due first" }).getByRole("listitem").filter({ hasText: "They lose goods by the hour." });
  await asked.getByRole("button", { name: "See to it" }).click();
  await noa.page.getByText(`You see to ticket ${pressing}.`).waitFor();
  await asked.getByText("You see to it").waitFor();
  await help.getByText(/Noa Sample sees to it/).waitFor(); // without a reload
  await asked.getByRole("button", { name: "Close", exact: true }).click();
  await asked.getByRole("textbox", { name: "What came of it" }).fill("A guard stands there until the bolt comes.");
  await noa.picture("closing");
  await asked.getByRole("button", { name: "Close the request" }).click();
  await noa.page.getByText(`The request on ticket ${pressing} is closed.`).waitFor();
  await shows(asked, 0);
  await shows(help, 0);
  await page.getByRole("log", { name: "Conversation" }).getByText("A guard stands there until the bolt comes").waitFor();
  await picture("came-of-it");

  // The day ends: the ticket goes to another region, with how it stands; a colleague there takes it.
  await open(late);
  await act("Hand to another region");
  await help.getByRole("radio", { name: "AMER", exact: true }).click();
  await help.getByRole("textbox", { name: "How it stands" }).fill("The report is full again, they look at it.");
  await help.getByRole("textbox", { name: "Next step" }).fill("Ask whether the sums are right.");
  await picture("hand-over");
  await help.getByRole("button", { name: "Hand over", exact: true }).click();
  await page.getByText("Handed over, with a note.").waitFor();
  await help.getByText("Hand over to AMER: Ask whether the sums are right.").waitFor();
  await noa.page.goto(`${base}/queue`);
  const handed = noa.page.getByRole("region", { name: "Hand-overs" });
  await handed.getByRole("button", { name: /hand-over/ }).waitFor();
  if ((await handed.getByRole("button", { name: /hand-over/ }).getAttribute("aria-expanded")) === "false") await handed.getByRole("button", { name: /hand-over/ }).click();
  await handed.getByText("The report is full again, they look at it.").waitFor();
  await noa.picture("handed");
  await handed.getByRole("button", { name: "Take", exact: true }).click();
  await shows(handed, 0);
  check((await call("GET", `/tickets/${late}`)).assignee?.id === noaId, "who took the hand-over has not got the ticket");
  await open(late, noa.page);
  await noa.page.getByRole("log", { name: "Conversation" }).getByText("Ask whether the sums are right.").first().waitFor();
});

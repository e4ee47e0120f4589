// What is typed is kept and can be taken back: texts and a chosen macro survive a reload, for whoever typed them alone on a
// shared machine; answers to all incidents are taken back within their seconds; a problem with incidents asks before it is none.
//   node e2e/kept.mjs WORKSPACE OUT
import { askUntil, check, job, signIn } from "./tour.mjs";

await job("kept", "what was typed was kept, and taken back", async ({ base, somebody }) => {
  const { page, context, call, picture } = await somebody("agent@company.example");
  const open = async (id) => { await page.goto(`${base}/tickets/${id}`); await page.locator(".comp").waitFor(); };
  const act = async (name) => { await page.getByRole("button", { name: "More acts" }).click(); await page.getByRole("menuitem", { name, exact: true }).click(); };
  const told = async (what) => { await page.getByText(what).first().waitFor(); };
  const ticket = (subject, more) => call("POST", "/tickets", { subject, text: `${subject}.`, requester: { email: "robin@kept.example" }, public: false, ...more }).then((t) => t.id);
  const problem = await ticket("Sync is broken", { type: "problem" });
  const one = await ticket("It does not sync"), two = await ticket("Nothing syncs"), question = await ticket("Why does it not sync");
  for (const id of [one, two]) await call("PUT", `/tickets/${id}/problem`, { problem });

  // The note of a merge, and the merge says what becomes of the incidents.
  await open(question);
  await act("Merge tickets");
  const note = page.getByLabel("Note on the ticket that goes on");
  await note.fill("The same fault, seen twice.");
  await page.reload();
  await act("Merge tickets");
  check((await note.inputValue()) === "The same fault, seen twice.", "the note of the merge is gone");
  await page.getByPlaceholder("Number or words").fill(String(problem));
  await page.getByRole("checkbox", { name: /Sync is broken/ }).check();
  await told(`2 incidents follow and belong to ticket ${question} then, which becomes the problem.`);
  await picture("merge");
  await page.getByRole("button", { name: "Merge", exact: true }).click();
  await told("is merged into ticket");
  check((await call("GET", `/tickets/${one}`)).problem_id === question, "its incident did not follow");
  await page.getByRole("button", { name: "Undo the merge" }).click();
  await told("as before. Both sides say so.");
  check((await call("GET", `/tickets/${one}`)).problem_id === problem, "its incident did not come back");
  await act("Merge tickets");
  check((await note.inputValue()) === "", "the note was kept after it was sent");

  // Deleting the problem asks, with how many.
  await open(problem);
  await act("Delete");
  await told("2 incidents belong to this problem.");
  await picture("asks");
  await page.getByRole("button", { name: "Go back" }).click();
  check((await call("GET", `/tickets/${problem}`)).hidden === "", "it was deleted unasked");

  // One answer to all: kept, sent, taken back with its words.
  await page.getByRole("button", { name: "Answer all" }).click();
  const all = page.getByLabel("One reply to every incident");
  await all.fill("Hello {{requester}}, it syncs again.");
  await page.reload();
  await all.waitFor();
  check((await all.inputValue()).endsWith("it syncs again."), "the answer is gone");
  await page.getByRole("button", { name: "Answer all" }).click();
  const tray = page.getByRole("complementary", { name: "Work in the background" });
  await tray.getByText(/Leaves in \d+ s: 2 messages/).waitFor();
  await picture("leaves");
  await tray.getByRole("button", { name: "Undo" }).click();
  await told("Taken back. Your words are where you wrote them.");
  await all.waitFor();
  check((await all.inputValue()).endsWith("it syncs again."), "the words did not come back");
  const [batch] = (await call("GET", "/bulk?limit=1")).items;
  check(batch.taken_back && batch.done === 0, `the answers are ${JSON.stringify(batch)}`);
  await picture("back");

  // A reason for attention, open again after a reload.
  await open(one);
  await act("Change the problem");
  await page.getByRole("button", { name: `Take off problem ${problem}` }).click();
  await told(`Ticket ${one} belongs to no problem.`);
  await act("Hand to another region");
  await page.getByRole("textbox", { name: "How it stands" }).or(page.getByText("There are no regions yet.")).first().waitFor();

  // A saved reply that was chosen is there after a reload, and comes back when the reply is taken back.
  const macro = (await call("GET", `/tickets/${one}/macros`)).items.find((m) => m.has_text && m.has_changes && !m.internal);
  check(macro, "no macro writes and changes something");
  await open(one);
  await page.keyboard.press("r");
  await page.getByRole("button", { name: "Saved replies" }).click();
  await page.getByRole("combobox", { name: "Find a saved reply" }).fill(macro.title);
  await page.getByRole("option", { name: macro.title.split("::").pop().trim() }).first().click();
  const chip = page.locator("p.macro");
  await chip.waitFor();
  await askUntil(() => call("GET", `/tickets/${one}/draft`), (d) => d.macro === macro.name);
  await page.reload();
  await chip.waitFor();
  await picture("macro");
  await page.locator(".rich").click();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("article", { name: "Reply that waits" }).getByRole("button", { name: "Undo" }).click();
  await told("Taken back. Your words are in the composer.");
  await chip.waitFor();

  // Another person on the same machine sees none of it.
  await call("POST", "/people", { name: "Noa Sample", email: "noa@company.example", roles: ["agent"], password: "a long enough password" });
  await context.clearCookies();
  await signIn(page, base, "noa@company.example");
  await open(one);
  await page.keyboard.press("r");
  await page.locator(".rich").waitFor();
  check((await page.locator(".rich").innerText()).trim() === "" && (await chip.count()) === 0, "somebody else's draft is shown");
  await open(problem);
  await page.getByRole("button", { name: "Answer all" }).click();
  check((await all.inputValue()) === "", "somebody else's answer is shown");
  await picture("another");
});

// What becomes of tickets, in a browser: a colleague is named in a note, tickets are merged and the merge is
// undone, a message is split off, words are redacted, a ticket is deleted and restored. The tickets are
// opened over the API before.
//   node e2e/fate.mjs WORKSPACE OUT
import { check, job } from "./tour.mjs";

await job("fate", "what becomes of tickets went through", async ({ base, somebody }) => {
  const { page, call, picture } = await somebody("agent@company.example");
  const open = async (id) => { await page.goto(`${base}/tickets/${id}`); await page.locator(".comp").waitFor(); };
  const act = async (name) => { await page.getByRole("button", { name: "More acts" }).click(); await page.getByRole("menuitem", { name, exact: true }).click(); };
  const told = async (what) => { await page.getByText(what).first().waitFor(); };
  const ticket = (subject, email, more) => call("POST", "/tickets", { subject, text: `${subject}. The key is hunter2secret.`, requester: { email }, public: false, ...more }).then((t) => t.id);
  const winner = await ticket("Sync stops", "robin@fate.example"), loser = await ticket("Sync stops too", "kim@fate.example", { copies: [{ email: "lee@fate.example" }] });
  const colleague = await call("POST", "/people", { name: "Noa Sample", email: "noa@company.example", roles: ["agent"] });
  check(colleague.agent, "the colleague is none");

  // A colleague is named with the keyboard alone.
  await open(winner);
  await page.keyboard.press("n");
  await page.locator(".rich").waitFor();
  await page.keyboard.type("Please look, @no");
  await page.getByRole("option", { name: /Noa Sample/ }).waitFor();
  await picture("naming");
  await page.keyboard.press("Enter");
  check((await page.locator(".rich").innerText()) === "Please look, @noa ", "the name did not take its place");
  await page.keyboard.press("Control+Enter");
  await told("Note added.");
  check((await call("GET", `/tickets/${winner}/people`)).followers.some((f) => f.person.id === colleague.id), "who is named does not follow");

  // Two customers' tickets are merged: who comes along is said before, and undone with it.
  await act("Merge tickets");
  await page.getByPlaceholder("Number or words").fill(String(loser));
  await page.getByRole("checkbox", { name: /Sync stops too/ }).check();
  await page.getByText("Copy 2 people on ticket").waitFor();
  await picture("merge");
  await page.getByRole("button", { name: "Merge", exact: true }).click();
  await page.getByRole("button", { name: "Merge all the same" }).click();
  await told(`Ticket ${loser} is merged into ticket ${winner}.`);
  const people = async () => (await call("GET", `/tickets/${winner}/people`)).copies.map((c) => c.person.email).sort().join();
  check((await people()) === "kim@fate.example,lee@fate.example", `copied are ${await people()}`);
  await picture("merged");
  await page.getByRole("button", { name: /^Undo/ }).first().click();
  await told("as before. Both sides say so.");
  check((await people()) === "" && (await call("GET", `/tickets/${loser}`)).merged_into === null, "the merge was not undone");

  // A message of the customer becomes a ticket.
  const asked = await call("POST", "/tickets", { subject: "Two things", text: "One thing is hunter2secret.", requester: { email: "robin@fate.example" } });
  await open(asked.id);
  await act("Split messages off");
  await page.locator(".pickbox").first().check();
  await page.getByLabel("Subject of the new ticket").fill("The other thing");
  await page.getByRole("button", { name: "Make a ticket" }).click();
  await page.waitForURL((u) => /\/tickets\/\d+$/.test(u.pathname) && !u.pathname.endsWith(`/${asked.id}`));
  const made = Number(page.url().split("/").pop());
  check((await call("GET", `/tickets/${made}`)).subject === "The other thing", "the new ticket has another subject");
  await picture("split");

  // Words go for ever, here, in an attached text and on the copy.
  const file = await page.evaluate(async () => {
    const form = new FormData();
    form.append("file", new Blob(["user admin\nkey hunter2secret\n"], { type: "text/plain" }), "settings.txt");
    return (await fetch("/api/v1/files", { method: "POST", body: form })).json();
  });
  await call("POST", `/tickets/${asked.id}/comments`, { text: "What they sent by phone.", public: false, file_ids: [file.id] });
  await open(asked.id);
  await act("Redact words or files");
  await page.getByLabel("Words or phrases, one a line").fill("hunter2secret");
  await page.getByRole("button", { name: "Show what would go" }).click();
  await page.getByText(`Copies of these messages on ticket ${made}`).waitFor();
  await page.getByRole("region", { name: "Attached files" }).getByText("settings.txt").waitFor();
  await page.getByText("Words in 1 file").waitFor();
  await picture("redact");
  await page.getByRole("button", { name: "Redact for ever" }).click();
  await told(/^Redacted:/);
  for (const id of [asked.id, made]) check(!JSON.stringify(await call("GET", `/tickets/${id}/timeline`)).includes("hunter2secret"), `ticket ${id} still says the word`);
  const covered = (await call("GET", `/tickets/${asked.id}/timeline`)).items.flatMap((e) => e.attachments ?? [])[0];
  const text = await page.evaluate((id) => fetch(`/api/v1/files/${id}`).then((r) => r.text()), covered.id);
  check(text.includes("user admin") && !text.includes("hunter2secret"), `the attached text says ${text}`);

  // Deleted, and back.
  await open(made);
  await act("Delete");
  await told(`Ticket ${made} is deleted.`);
  await page.goto(`${base}/tickets/${made}`);
  await page.getByRole("button", { name: "Restore" }).click();
  await told(`Ticket ${made} is back.`);
});

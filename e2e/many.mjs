// Several tickets at once, in a browser: chosen by keys and changed in the background, with what is done so far; taken back, but for what
// somebody changed since; then all of a list with a change of several fields; then some are deleted and restored, merged and taken apart, and
// a saved reply is used on several.
//   node e2e/many.mjs WORKSPACE OUT
import { askUntil, check, job, shows } from "./tour.mjs";

await job("many", "tickets were changed at once and put back", async ({ base, somebody }) => {
  const { page, call, picture } = await somebody("agent@company.example");
  const all = await page.evaluate(async () => {
    const open = (i) => fetch("/api/v1/tickets", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ subject: `Printer ${i} stops`, text: "It stops.", tags: ["printer"], requester: { email: "kim@many.example", name: "Kim Sample" }, public: false }) }).then((r) => r.json()).then((t) => t.id);
    const ids = [await open(0)];
    while (ids.length < 240) ids.push(...(await Promise.all(Array.from({ length: 20 }, (_, i) => open(ids.length + i)))));
    return ids;
  });
  const state = async (id) => (await call("GET", `/tickets/${id}`)).status;
  const bar = page.getByRole("toolbar", { name: "Selected tickets" });
  const tray = page.getByRole("complementary", { name: "Work in the background" });
  await page.goto(`${base}/tickets?status=new,open&tag=printer`);
  await page.locator("[data-row]").first().waitFor();

  // Three by the keyboard, one let go again.
  for (const key of ["j", "x", "j", "x", "j", "x", "x"]) await page.keyboard.press(key);
  await bar.getByText("2 selected").waitFor();
  const picked = await page.locator(".pick input:checked").evaluateAll((boxes) => boxes.map((b) => Number(b.ariaLabel.split(" ").pop())));
  check(picked.length === 2, `picked are ${picked}`);
  await bar.getByRole("button", { name: "Status" }).click();
  await page.getByRole("menuitem", { name: "Pending" }).click();
  // A guard asks first; who goes on all the same changes them.
  await tray.getByText("The requester has not been told").waitFor();
  check((await state(picked[0])) === "new", "it was changed before anybody said so");
  await tray.getByRole("button", { name: "Do it anyway" }).click();
  await tray.getByText("2 tickets changed").waitFor();
  await bar.waitFor({ state: "hidden" });
  for (const id of picked) check((await state(id)) === "pending", `ticket ${id} is ${await state(id)}`);
  await picture("changed");

  // Back by the key, but for one that somebody changed since.
  await call("PATCH", `/tickets/${picked[0]}`, { version: (await call("GET", `/tickets/${picked[0]}`)).version, status: "solved" });
  await page.keyboard.press("z");
  await tray.getByText("1 ticket put back, 1 left: what somebody has changed since stays.").waitFor();
  check((await state(picked[0])) === "solved" && !["pending", "solved"].includes(await state(picked[1])), `after the undo they are ${await state(picked[0])} and ${await state(picked[1])}`);
  await tray.getByRole("link", { name: "Show which" }).click();
  await page.getByRole("main").getByText("Put back", { exact: true }).last().waitFor();
  await picture("which");
  await page.goBack();

  // All of the list: two fields and a tag; how far it is shows while it goes.
  await page.locator("[data-row]").first().waitFor();
  await page.evaluate(() => {
    window.bars = [];
    new MutationObserver(() => { for (const p of document.querySelectorAll(".tray progress")) window.bars.push([p.value, p.max]); }).observe(document.body, { childList: true, subtree: true, attributes: true });
  });
  await page.keyboard.press("Control+a");
  await bar.getByRole("button", { name: "Select all 240" }).click();
  await bar.getByText("All 240 selected").waitFor();
  await page.keyboard.press("m");
  const form = page.getByRole("form", { name: "Change 240 tickets" });
  await form.getByRole("combobox", { name: "Priority" }).click();
  await page.getByRole("option", { name: "High" }).click();
  await form.getByRole("combobox", { name: "Add tags" }).fill("third-floor");
  await page.keyboard.press("Enter");
  await picture("form");
  await form.getByRole("button", { name: "Change 240 tickets" }).click();
  await tray.getByText("240 tickets changed").waitFor();
  const bars = await page.evaluate(() => window.bars);
  check(bars.length > 0 && bars.every(([value, max]) => max === 240 && value <= max), `how far it was: ${JSON.stringify(bars)}`);
  const has = async (tag) => (await call("GET", `/tickets?tag=${tag}&priority=high&limit=1`)).count.count;
  check((await has("third-floor")) === 240, `${await has("third-floor")} tickets are as wanted`);
  await picture("all");
  await tray.getByRole("button", { name: "Undo" }).first().click();
  await tray.getByText("240 tickets put back").waitFor();
  await askUntil(() => has("third-floor"), (n) => n === 0);
  // Nothing of it is lost with the tray: the page of one's bulk changes has them all, with what became of each.
  await page.goto(`${base}/bulk`);
  const kept = page.getByRole("row").filter({ hasText: "Put back, but for what somebody had changed since" });
  await kept.nth(1).waitFor();
  await picture("list");
  await kept.first().getByRole("link").click();
  await page.getByText("240 tickets put back").first().waitFor();

  // Some go, and come back from where deleted tickets wait, several at once.
  const make = (subject, name, more) => call("POST", "/tickets", { subject, text: "It stops.", tags: ["valve"], requester: { email: `${name.toLowerCase()}@many.example`, name: `${name} Sample` }, public: false, ...more }).then((t) => t.id);
  const valves = [await make("Valve 1 drips", "Robin"), await make("Valve 2 drips", "Robin"), await make("Valve 3 drips", "Lee")];
  const choose = async (ids) => {
    await page.goto(`${base}/tickets?tag=valve`);
    for (const id of ids) await page.getByRole("checkbox", { name: new RegExp(` ${id}$`) }).check();
    await bar.getByText(`${ids.length} selected`).waitFor();
  };
  const act = async (name) => { await bar.getByRole("button", { name: "More acts" }).click(); await page.getByRole("menuitem", { name, exact: true }).click(); };
  const rows = page.locator("[data-row]");
  await choose(valves.slice(0, 2));
  await act("Delete");
  await tray.getByText("2 tickets deleted").waitFor();
  await shows(rows, 1);
  await page.goto(`${base}/deleted-tickets`);
  const chosen = page.getByRole("toolbar", { name: "Chosen tickets" });
  for (const id of valves.slice(0, 2)) await page.getByRole("checkbox", { name: `Choose ticket ${id}` }).check();
  await picture("deleted");
  await chosen.getByRole("button", { name: "Restore them" }).click();
  await tray.getByText("2 tickets restored").waitFor();
  await page.getByText("No deleted ticket", { exact: true }).waitFor();

  // What is no customer's letter goes as spam, and is taken back by the tray.
  await choose([valves[2]]);
  await act("Mark as spam");
  await tray.getByText("1 ticket marked as spam").waitFor();
  await tray.getByRole("button", { name: "Undo" }).first().click();
  await tray.getByText("1 ticket put back").waitFor();
  await shows(rows, 3);

  // Three are one request, of two customers: said before, and undone with one press.
  await choose(valves);
  await act("Merge into one");
  const merge = page.getByRole("form", { name: "Merge tickets" });
  await merge.getByRole("radio", { name: /Valve 2 drips/ }).check();
  await merge.getByRole("button", { name: "Merge", exact: true }).click();
  await merge.getByText(/These tickets are of different customers/).waitFor();
  await picture("merge");
  await merge.getByRole("button", { name: "Merge all the same" }).click();
  await tray.getByText("2 tickets merged").waitFor();
  for (const id of [valves[0], valves[2]]) check((await call("GET", `/tickets/${id}`)).merged_into === valves[1], `ticket ${id} is not merged`);
  await tray.getByRole("button", { name: "Undo" }).first().click();
  await tray.getByText("2 tickets put back").waitFor();
  for (const id of [valves[0], valves[2]]) check((await call("GET", `/tickets/${id}`)).merged_into === null, `ticket ${id} is still merged`);

  // A saved reply and a task's day for several.
  await choose(valves.slice(0, 2));
  await page.keyboard.press("m");
  const edit = page.getByRole("form", { name: "Change 2 tickets" });
  await edit.getByRole("combobox", { name: "Type" }).click();
  await page.getByRole("option", { name: "Task" }).click();
  await edit.getByLabel("Task due").fill(`${new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10)}T10:00`);
  await edit.getByRole("combobox", { name: "Saved reply" }).click();
  await page.getByRole("option", { name: "Take it" }).click();
  await picture("macro");
  await edit.getByRole("button", { name: "Change 2 tickets" }).click();
  await tray.getByText("2 tickets changed").first().waitFor();
  await askUntil(() => call("GET", `/tickets/${valves[0]}`), (t) => t.type === "task" && t.task_due_at !== null && t.assignee !== null);
  check(all.length === 241, `${all.length} tickets`);
});

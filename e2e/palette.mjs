// Ctrl K, in a browser: words typed before it is there, records, actions, help, filters completed by Tab, all results and a view of them;
// something that cannot be read says so.
//   node e2e/palette.mjs WORKSPACE OUT
import { check, job, reloadUntil, wait } from "./tour.mjs";

await job("palette", "the palette found records, actions, help and a view", async ({ base, somebody }) => {
  const { page, call, picture } = await somebody("agent@company.example");
  const t = await call("POST", "/tickets", { subject: "Kettle boils over", text: "It boils over.", priority: "urgent", requester: { email: "kim@palette.example", name: "Kim Sample" }, public: false });
  await call("POST", "/tickets", { subject: "Kettle is cold", text: "It is cold.", priority: "low", requester: { email: "kim@palette.example", name: "Kim Sample" }, public: false });
  await page.goto(`${base}/search?q=kettle`);
  await reloadUntil(page, page.getByText("is cold")); // the search follows

  // What is typed before the palette has been fetched is not lost, nor is Enter.
  await page.route(/\/Palette-[^/]*\.js/, async (r) => { await wait(1500); await r.continue(); });
  await page.goto(`${base}/tickets`);
  await page.getByRole("region", { name: "Tickets" }).or(page.getByRole("main", { name: "Tickets" })).first().waitFor();
  const field = page.getByRole("combobox", { name: "Command, ticket number or words" });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("boils ov");
  check((await field.count()) === 0, "the palette was there already, so nothing is tried here");
  await field.waitFor();
  await page.keyboard.type("er");
  check((await field.inputValue()) === "boils over", `what was typed has become ${await field.inputValue()}`);
  await page.unroute(/\/Palette-[^/]*\.js/);

  // A record by its words.
  const list = page.getByRole("listbox", { name: "Results" });
  const option = list.getByRole("option", { name: /Kettle boils over/ });
  await option.waitFor();
  await picture("record");
  while ((await option.getAttribute("aria-selected")) !== "true") await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/tickets/${t.id}**`);
  await page.locator(".comp").waitFor();

  // An action of this ticket, by name; its key stands beside it.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("assign to me");
  await list.getByRole("option", { name: /Assign to me/ }).getByText("I", { exact: true }).waitFor();
  await picture("action");
  await page.keyboard.press("Enter");
  await page.getByText("Assigned to you.").waitFor();
  check((await call("GET", `/tickets/${t.id}`)).assignee?.name !== undefined, "nobody has it");

  // A ticket by its number, a page of the help by its words.
  await page.keyboard.press("Control+k");
  await page.keyboard.type(`#${t.id}`);
  await list.getByRole("option", { name: `Open ticket ${t.id}` }).waitFor();
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "hidden" });
  await page.keyboard.press("Control+k");
  await page.keyboard.type("keyboard");
  await list.getByText("Help", { exact: true }).waitFor();
  await picture("help");
  const page_ = list.locator("p.sec", { hasText: /^Help$/ }).locator("xpath=following-sibling::*[1]");
  await page_.click();
  await page.waitForURL("**/help/**");
  await page.getByRole("main").waitFor();

  // A filter is completed name by name and value by value; one that cannot be says what it takes.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("kettle prio");
  await list.getByRole("option", { name: /^priority:/ }).waitFor();
  await page.keyboard.press("Tab");
  check((await field.inputValue()) === "kettle priority:", `Tab makes it ${await field.inputValue()}`);
  await page.keyboard.type("ur");
  await list.getByRole("option", { name: /priority:urgent/ }).waitFor();
  await picture("filter");
  await page.keyboard.press("Tab");
  check((await field.inputValue()) === "kettle priority:urgent ", `Tab makes it ${await field.inputValue()}`);
  await option.waitFor();
  await list.getByRole("option", { name: /Kettle is cold/ }).waitFor({ state: "detached" });
  await page.keyboard.type("status:nonsense ");
  await page.getByRole("dialog", { name: "Search and commands" }).getByRole("status").filter({ hasText: /nonsense/ }).waitFor();
  await picture("wrong");
  for (let i = 0; i < "status:nonsense ".length; i++) await page.keyboard.press("Backspace");
  await list.getByRole("option", { name: /All results/ }).click();
  await page.waitForURL(/\/search\?/);

  // Kept as a view: what it cannot hold is said, and the list is that of the view.
  await page.getByRole("button", { name: "Save as a view" }).click();
  await page.getByText("It leaves out: kettle.").waitFor();
  await page.getByLabel("Name of the view").fill("Urgent ones");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/tickets\?.*own=\d+/);
  await page.getByRole("button", { name: "Urgent ones" }).waitFor();
  const kept = (await call("GET", "/views")).items.find((v) => v.title === "Urgent ones");
  check(kept?.selection.priority === "urgent" && kept.count.count === 1, `kept is ${JSON.stringify(kept)}`);
});

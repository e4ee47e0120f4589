// Views made from the screen, in a browser: a table with chosen columns, grouped, kept for oneself, changed, deleted
// and taken back; one for everybody; the same list for whoever opens its address. Tickets are opened over the API before.
//   node e2e/views.mjs WORKSPACE OUT
import { check, job } from "./tour.mjs";

await job("views", "views went through", async ({ base, somebody }) => {
  const { page, context, call, picture } = await somebody("agent@company.example");
  for (const [subject, priority] of [["Alpha stops", "urgent"], ["Beta stops", "low"], ["Gamma stops", "urgent"], ["مرحبا 🙂 Delta", "low"]]) await call("POST", "/tickets", { subject, priority, text: "It stops.", requester: { email: "kim@views.example", name: "K".repeat(300) }, public: false });

  // A table by one key, grouped by priority, with one column less.
  await page.goto(`${base}/tickets?status=new,open&priority=low,urgent`);
  await page.getByText("Gamma stops").waitFor();
  await page.keyboard.press("t");
  await page.getByText("Subject", { exact: true }).waitFor();
  await page.keyboard.press("d");
  await page.getByLabel("Grouped by").first().click();
  await page.getByRole("option", { name: "Priority" }).click();
  await page.getByRole("checkbox", { name: "Requester" }).click();
  await page.getByText("Urgent", { exact: true }).first().waitFor();
  await picture("table");

  // Kept for oneself: it stands in the picker with its count, and its address says what it shows.
  await page.getByRole("button", { name: "Save as a view" }).click();
  await page.getByLabel("Name of the view").fill("Ends of the scale");
  await page.keyboard.press("Enter");
  await page.getByText("The view Ends of the scale is kept.").waitFor();
  const own = (await call("GET", "/views")).items.find((v) => v.id);
  check(own?.title === "Ends of the scale" && own.group === "priority" && !own.columns.includes("requester") && own.count.count === 4, `kept is ${JSON.stringify(own)}`);
  check(/own=\d+/.test(page.url()) && page.url().includes("priority=low,urgent"), `the address is ${page.url()}`);
  await page.reload();
  await page.getByRole("button", { name: "Ends of the scale" }).waitFor();
  check((await page.getByRole("button", { name: /Requester/ }).count()) === 0 && (await page.getByText("Requester", { exact: true }).count()) === 0, "the column came back");

  // Changed: the difference is noticed and kept.
  await page.keyboard.press("d");
  await page.getByRole("checkbox", { name: "Tags" }).click();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("is kept.").first().waitFor();
  check((await call("GET", "/views")).items.find((v) => v.id).columns.includes("tags"), "the change is not kept");

  // Side by side, and the next ticket without going back.
  await page.keyboard.press("Escape");
  await page.locator("body").click({ position: { x: 3, y: 3 } });
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.locator(".comp").waitFor();
  const first = page.url();
  await page.keyboard.press("j");
  await page.waitForURL((u) => u.href !== first && u.pathname.startsWith("/tickets/"));
  await picture("beside");
  await page.keyboard.press("u");
  await page.getByText("Subject", { exact: true }).waitFor();

  // Deleted, and taken back.
  await page.keyboard.press("d");
  await page.getByRole("button", { name: "Delete view" }).click();
  await page.getByText("is deleted.").waitFor();
  check(!(await call("GET", "/views")).items.some((v) => v.id), "it is still there");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Ends of the scale" }).waitFor();

  // One for everybody is a change of the configuration.
  await page.goto(`${base}/tickets?status=new&priority=urgent`);
  await page.getByText("Gamma stops").waitFor();
  await page.keyboard.press("d");
  await page.getByRole("button", { name: "Save as a view" }).click();
  await page.getByLabel("Name of the view").fill("All: urgent & new");
  await page.getByText("Everybody", { exact: true }).click();
  await page.getByRole("button", { name: "Save the view" }).click();
  await page.waitForURL(/view=all-urgent-new/);
  await page.getByRole("button", { name: "All: urgent & new" }).waitFor();
  const all = (await call("GET", "/views")).items.find((v) => v.name === "all-urgent-new");
  check(all?.count.count === 2, `the view of all is ${JSON.stringify(all)}`);
  await picture("for-everybody");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  check(wide <= 0, `${wide} px wider than the window`);

  // A search of tickets, kept as a view: what a view does not hold is said before, and the list shows the rest.
  await page.goto(`${base}/search?q=${encodeURIComponent("stops priority:urgent status:new,open")}`);
  await page.getByRole("button", { name: "Save as a view" }).click();
  await page.getByText("It leaves out: stops.").waitFor();
  await picture("search-to-view");
  await page.getByLabel("Name of the view").fill("Urgent from a search");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/tickets\?.*own=\d+/);
  const found = (await call("GET", "/views")).items.find((v) => v.title === "Urgent from a search");
  check(found?.selection.status === "new,open" && found.selection.priority === "urgent" && found.count.count === 2, `kept from the search is ${JSON.stringify(found)}`);

  // The keys of a ticket work on the marked row: it opens, and the answer begins.
  await page.getByText("Subject", { exact: true }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("n");
  await page.locator(".comp.noting").waitFor();
  await page.locator(".rich:focus").waitFor();
  await page.keyboard.press("Escape");

  // A new ticket that is being written survives a reload.
  await page.goto(`${base}/tickets/new`);
  await page.getByLabel("Subject").fill("Half a ticket");
  await page.getByRole("combobox", { name: "Tags" }).fill("vpn");
  await page.keyboard.press("Enter");
  await page.reload();
  await page.getByText("This is what you had begun").waitFor();
  check((await page.getByLabel("Subject").inputValue()) === "Half a ticket", "the subject is lost");
  await page.getByText("vpn", { exact: true }).waitFor();
  await picture("begun");
  await page.getByRole("button", { name: "Begin anew" }).click();
  check((await page.getByLabel("Subject").inputValue()) === "", "it did not begin anew");

  // Without a connection a change of a ticket waits and is sent by itself; one that met somebody else's is shown, not lost.
  const colleague = await somebody("agent@company.example");
  const priority = async (word) => {
    await page.getByRole("button", { name: /^Priority/ }).click();
    await page.getByRole("option", { name: word }).or(page.getByRole("menuitemradio", { name: word })).or(page.getByRole("menuitem", { name: word })).first().click();
  };
  await page.goto(`${base}/tickets/1`);
  await page.locator(".comp").waitFor();
  await page.evaluate(() => new Promise((done) => { const look = () => (performance.getEntriesByName("rested").length ? setTimeout(done, 2500) : setTimeout(look, 200)); look(); }));
  await context.setOffline(true);
  await priority("High");
  await page.getByText("1 change is not saved yet").waitFor();
  await picture("waits");
  await context.setOffline(false);
  await page.getByText("Ticket 1: your change was sent.").waitFor();
  check((await call("GET", "/tickets/1")).priority === "high", "what waited was not sent");
  await page.getByText("1 change is not saved yet").waitFor({ state: "hidden" });
  await context.setOffline(true);
  await priority("Low");
  await page.getByText("1 change is not saved yet").waitFor();
  await colleague.call("PATCH", "/tickets/1", { version: (await colleague.call("GET", "/tickets/1")).version, subject: "Changed meanwhile" });
  await context.setOffline(false);
  await page.getByText("Somebody changed this ticket meanwhile").waitFor();
  await picture("conflict");
  await page.getByRole("button", { name: "Apply mine" }).click();
  await page.getByText("1 change is not saved yet").waitFor({ state: "hidden" });
  const both = await call("GET", "/tickets/1");
  check(both.priority === "low" && both.subject === "Changed meanwhile", `after the conflict it is ${both.priority}, ${both.subject}`);
});

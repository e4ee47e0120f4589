// What a ticket needs from others, in a browser: a customer who is not entitled is let in; a ticket waits for an issue of the engineers'
// tracker and goes on once they close it; a known issue is written down and answered to everybody who has it.
//   node e2e/engineering.mjs WORKSPACE OUT CONTROL
import { askUntil, check, job, shows } from "./tour.mjs";

await job("engineering", "the refused were let in, an issue was waited for, and a known issue was answered", async ({ base, more: [control], somebody }) => {
  const { page, call, picture } = await somebody("agent@company.example");
  const outside = async (method, path, values) => {
    const r = await fetch(`${control}${path}?${new URLSearchParams(values)}`, { method });
    check(r.ok, `${path}: ${await r.clone().text()}`);
    return r.json();
  };
  const me = await call("GET", "/me");
  const tracker = await outside("GET", "/tracker");
  await call("POST", "/apply", { documents: [{ path: "tracker.yaml", text: `kind: tracker\nname: works\ntitle: Works\nsoftware: gitlab\nurl: ${tracker}\nprojects: [product/*]\ntoken: env:STEWARD_E2E_TRACKER\nwebhook_secrets: [env:STEWARD_E2E_HOOK]\n` }], message: "The engineers' tracker" });
  await call("POST", "/organizations", { name: "Gate Works", domains: ["gate.example"], attributes: { plan: "expired" } });
  await call("POST", "/organizations", { name: "Door Works", domains: ["door.example"], attributes: { plan: "premium" } });
  const ticket = (subject, name, domain) => call("POST", "/tickets", { subject, text: `${subject}. Please help.`, requester: { email: `${name.toLowerCase()}@${domain}`, name: `${name} Sample` }, public: false, assignee_id: me.person.id }).then((t) => t.id);
  const open = async (id) => { await page.goto(`${base}/tickets/${id}`); await page.locator(".comp").waitFor(); };
  const read = (id) => call("GET", `/tickets/${id}`);
  const tray = page.getByRole("complementary", { name: "Work in the background" });

  // What they bought has ended: nothing is promised, until a colleague says why all the same.
  const first = await ticket("The sync stops", "Kim", "gate.example"), second = await ticket("No sync since noon", "Lee", "door.example");
  await open(first);
  const refused = page.getByRole("region", { name: "Not entitled" });
  await refused.getByText("Nothing is promised for it.").waitFor();
  await refused.getByRole("button", { name: "Let in anyway" }).click();
  const form = page.getByRole("form", { name: "Let in anyway" });
  await form.getByRole("button", { name: "Let in", exact: true }).click();
  await form.getByText("Say why, for colleagues.").waitFor();
  await form.getByRole("textbox", { name: "Why it is let in" }).fill("The order is on its way, their buyer said by phone.");
  await picture("refused");
  await form.getByRole("button", { name: "Let in", exact: true }).click();
  await page.getByText(`Ticket ${first} is let in. Its clocks run.`).waitFor();
  await shows(refused, 0);
  check(!(await read(first)).refused, "it is still refused");

  // Linked to an issue by its address; the second one waits for it.
  const engineering = page.getByRole("region", { name: "Engineering" });
  const link = async (id, waits) => {
    await open(id);
    await engineering.getByRole("button", { name: "Link an issue" }).click();
    await engineering.getByRole("textbox", { name: "Address of an issue or merge request" }).fill(`${tracker}/product/app/-/issues/12`);
    if (waits) await engineering.getByRole("checkbox", { name: "Wait for it, on hold" }).check();
    await engineering.getByRole("button", { name: "Link", exact: true }).click();
    await page.getByText(waits ? "The ticket waits for product/app#12." : "Linked to product/app#12.").waitFor();
    await engineering.getByRole("link", { name: "Sync stops at midnight" }).waitFor();
  };
  await link(first, false);
  await link(second, true);
  await page.getByRole("button", { name: /^Status:.*On hold/ }).waitFor();
  await engineering.getByRole("button", { name: "Waiting", exact: true }).waitFor();
  await picture("waits");

  // The issue as the desk sees it: who asks for it.
  await engineering.getByRole("link", { name: "Sync stops at midnight" }).click();
  await page.getByRole("heading", { name: "Sync stops at midnight" }).waitFor();
  for (const subject of ["The sync stops", "No sync since noon"]) await page.getByRole("link", { name: subject }).waitFor();
  await picture("issue");

  // A known issue: what helps meanwhile, told to everybody who has it.
  await page.goto(`${base}/known-issues`);
  await page.getByRole("link", { name: /New known issue|Write/ }).or(page.getByRole("button", { name: /New known issue|Write/ })).first().click();
  await page.getByRole("textbox", { name: "Title" }).fill("The sync stops at midnight");
  await page.getByRole("textbox", { name: "Symptom" }).fill("Nothing is synced after midnight.");
  await page.getByRole("textbox", { name: "Workaround" }).fill("Start the sync service again at one.");
  await page.getByRole("button", { name: "Write it down" }).click();
  await page.getByRole("heading", { name: "The sync stops at midnight" }).waitFor();
  const issues = page.getByRole("region", { name: "Linked issues" });
  await issues.getByRole("textbox", { name: "Address of an issue" }).fill("product/app#12");
  await issues.getByRole("button", { name: "Link", exact: true }).click();
  await issues.getByRole("link", { name: "Sync stops at midnight" }).waitFor();
  await page.reload();
  for (const subject of ["The sync stops", "No sync since noon"]) await page.getByRole("link", { name: subject }).waitFor();
  await picture("known");
  await page.getByRole("button", { name: "Answer all tickets" }).click();
  const answer = page.getByRole("form", { name: "Answer all tickets" });
  check((await answer.getByRole("textbox", { name: "Answer" }).inputValue()).includes("Start the sync service again at one."), "the answer does not begin with the workaround");
  await picture("answer");
  await answer.getByRole("button", { name: "Send to all tickets" }).click();
  await tray.getByText("2 tickets changed").waitFor();
  for (const to of ["kim@gate.example", "lee@door.example"]) await outside("GET", "/mail", { to, says: "Start the sync service again at one." });

  // The engineers close it: who waited goes on, and says why.
  await open(second);
  await outside("POST", "/close");
  await page.getByRole("button", { name: /^Status:.*Open/ }).waitFor();
  await askUntil(() => read(second), (t) => t.status === "open");
  check((await read(first)).status !== "hold", "the other ticket waits for nothing, but is on hold");
  await engineering.getByText("Closed", { exact: true }).waitFor();
  await page.getByRole("log", { name: "Conversation" }).getByText(/product\/app#12/).first().waitFor();
  await picture("goes-on");
});

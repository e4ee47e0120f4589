// Two colleagues on one ticket, in two browsers: each sees the other look and write, and what the other does arrives without taking words, place or
// focus away. Then a ticket is put off: it comes back when something happens to it, and by itself at its time.
//   node e2e/together.mjs WORKSPACE OUT
import { askUntil, check, job, shows } from "./tour.mjs";

await job("together", "two colleagues met on a ticket, and what was put off came back", async ({ base, somebody }) => {
  const agent = await somebody("agent@company.example"), { page, call } = agent;
  const me = await call("GET", "/me");
  await call("POST", "/people", { name: "Noa Sample", email: "noa@company.example", roles: ["agent"], password: "a long enough password" });
  await call("POST", "/organizations", { name: "Gate Works", domains: ["gate.example"], attributes: { plan: "premium" } });
  const t = await call("POST", "/tickets", { subject: "The gate stays shut", text: "It stays shut.", requester: { email: "kim@gate.example", name: "Kim Sample" }, public: false, assignee_id: me.person.id });
  for (let i = 1; i <= 12; i++) await call("POST", `/tickets/${t.id}/comments`, { text: `Line ${i} of what was tried. ${"It goes on and on. ".repeat(14)}`, public: false });
  const noa = await somebody("noa@company.example");

  // Who looks and who writes.
  await page.goto(`${base}/tickets/${t.id}`);
  await page.locator(".comp").waitFor();
  await noa.page.goto(`${base}/tickets/${t.id}`);
  await noa.page.locator(".comp").waitFor();
  const seen = (who) => who.page.locator(".head").getByRole("status");
  await seen(agent).getByText("Noa is here").waitFor();
  await seen(noa).getByText(/ is here$/).waitFor();
  // The live stream tells it: far sooner than the sign of life that each page gives every ten seconds.
  const within = async (ms, what, look) => {
    const begun = Date.now();
    await look.waitFor();
    check(Date.now() - begun < ms, `${what} was seen after ${Date.now() - begun} ms`);
  };
  await noa.page.keyboard.press("n");
  await noa.page.keyboard.type("Looking at the hinges");
  await within(5_000, "who writes", seen(agent).getByText("Noa is writing"));
  await agent.picture("writing");

  // Half a sentence, further up in the conversation, when a note and a change arrive.
  await page.keyboard.press("r");
  await page.keyboard.type("Please try the lever");
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowLeft");
  const feed = page.getByRole("log", { name: "Conversation" });
  const place = () => feed.evaluate((e) => Math.round(e.scrollTop));
  await feed.evaluate((e) => { e.scrollTop = 200; });
  await askUntil(place, (at) => at === 200);
  await noa.page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "1 new below" }).waitFor();
  await noa.call("PATCH", `/tickets/${t.id}`, { version: (await noa.call("GET", `/tickets/${t.id}`)).version, priority: "high" });
  await page.getByRole("button", { name: /^Priority.*High/ }).waitFor();
  await page.keyboard.type("red ");
  const words = page.getByLabel("Reply to Kim Sample");
  check((await words.innerText()).trim() === "Please try the red lever", `the words became ${JSON.stringify(await words.innerText())}`);
  check((await place()) === 200, `the conversation moved to ${await place()}`);
  await seen(agent).getByText("Noa is here").waitFor(); // done with writing
  // Who leaves is gone at once, and who comes back is there.
  await noa.page.goto(`${base}/work`);
  const gone = Date.now();
  await shows(seen(agent).getByText("Noa is here"), 0);
  check(Date.now() - gone < 5_000, `who left was seen for ${Date.now() - gone} ms`);
  await noa.page.goto(`${base}/tickets/${t.id}`);
  await within(5_000, "who came back", seen(agent).getByText("Noa is here"));

  // An answer of the other is said before one's own leaves.
  await noa.call("POST", `/tickets/${t.id}/comments`, { text: "It is mended.", public: true });
  await page.getByText("Noa Sample replied").waitFor();
  await agent.picture("meanwhile");
  check((await words.innerText()).trim() === "Please try the red lever", "the words are gone");
  await page.keyboard.press("Control+Enter");
  await page.getByText("Sending.").first().waitFor();

  // Put off by its key; it is among what is put off, with when it comes back.
  const squeak = await call("POST", "/tickets", { subject: "The door squeaks", text: "It squeaks.", requester: { email: "kim@gate.example" }, public: false, assignee_id: me.person.id });
  await page.goto(`${base}/work`);
  const item = page.getByRole("link", { name: /The door squeaks/ });
  const mine = async (due) => (await call("GET", `/work?${due}limit=50`)).items.find((i) => i.title.includes("The door squeaks"));
  await item.waitFor();
  // A script presses faster than keys are listened to again after a step: the way down, and the key, are taken until they were heard.
  const marked = page.locator(".wk.at"), threeHours = page.getByRole("menuitem", { name: /In three hours/ });
  const shown = (what, text) => what.filter(text ? { hasText: text } : {}).first().waitFor({ timeout: 1_000 }).then(() => true, () => false);
  await askUntil(async () => (await shown(marked, "The door squeaks")) || (await page.keyboard.press("j"), false), Boolean);
  await askUntil(async () => (await shown(threeHours)) || (await page.keyboard.press("s"), false), Boolean);
  await threeHours.click();
  await page.getByText("Put off until").waitFor();
  await shows(item, 0);
  await page.getByRole("button", { name: /^Put off \d/ }).click();
  await item.waitFor();
  await agent.picture("put-off");
  check((await mine("")) === undefined && (await mine("due=snoozed&")) !== undefined, "it is not put off");

  // It comes back when something happens, on the open page, and at its time without that.
  await page.getByRole("button", { name: /^Open \d/ }).click();
  await noa.call("PATCH", `/tickets/${squeak.id}`, { version: (await noa.call("GET", `/tickets/${squeak.id}`)).version, priority: "urgent" });
  await item.waitFor();
  const back = await mine("");
  await call("POST", `/work/${back.id}/snooze`, { until: new Date(Date.now() + 8_000).toISOString() });
  await shows(item, 0);
  await item.waitFor();
  check((await mine("due=snoozed&")) === undefined, "it is still put off");
  await agent.picture("back");
});

// What helps beside a ticket, in two browsers: a customer finds an article while they type and writes all the same, a reply leads to
// an article, a macro prepares a side conversation, its answer comes as a notice of the browser, which opens it, and one that
// was taken back keeps its marks. A browser that was told to show nothing says so.
//   node e2e/aside.mjs WORKSPACE OUT
import { check, job, wait } from "./tour.mjs";

await job("aside", "an article answered, a macro asked a colleague aside, and a notice opened the answer", async ({ base, somebody }) => {
  const agent = await somebody("agent@company.example"), { page, call, context } = agent;
  const me = await call("GET", "/me");
  await call("POST", "/people", { name: "Noa Sample", email: "noa@company.example", roles: ["admin"], password: "a long enough password" });
  await call("POST", "/apply", { documents: [{ path: "a.yaml", text: "kind: macro\nname: ask-noa\ntitle: Ask Noa aside\nside:\n  subject: \"About {{ticket}}\"\n  to: [noa@company.example]\n  text: \"Have **you** seen this, for {{requester}}?\"\n" }], message: "A macro" });

  // The customer types, and an article is offered before anything is sent.
  const customer = await somebody();
  await customer.page.goto(`${base}/portal/request`);
  await customer.page.locator("#subject").pressSequentially("Jobs wait for a runner since Monday");
  const offer = customer.page.getByRole("region", { name: "This may answer it" }).getByRole("link", { name: "Jobs wait a long time for a runner" });
  await offer.waitFor();
  check((await offer.getAttribute("target")) === "_blank", "the article takes the place of the form");
  await customer.page.locator("#name").fill("Kim Sample");
  await customer.page.locator("#email").fill("kim@runner.example");
  await customer.page.locator("#text").fill("They wait and wait.");
  await customer.picture("offers");
  const ticket = await call("POST", "/tickets", { subject: "Jobs wait for a runner", text: "They wait.", requester: { email: "kim@runner.example", name: "Kim Sample" }, public: false, assignee_id: me.person.id });

  // An article goes into the reply as a link; what fits the ticket comes first.
  await page.goto(`${base}/tickets/${ticket.id}`);
  await page.getByRole("tab", { name: "Reply" }).click();
  await page.getByRole("button", { name: "Insert an article or a known issue" }).click();
  await page.getByRole("menuitem").first().getByText("Jobs wait a long time for a runner").waitFor();
  check((await page.getByRole("menuitem", { name: /Ask for a trace/ }).count()) === 0, "a reply is offered what is for colleagues");
  await agent.picture("articles");
  await page.getByLabel("Find an article or a known issue").fill("runn");
  await wait(400);
  await page.getByLabel("Find an article or a known issue").press("Enter");
  await page.getByRole("textbox", { name: /Reply to Kim/ }).getByRole("link", { name: "Jobs wait a long time for a runner" }).waitFor();
  await page.getByRole("button", { name: /^Send/ }).first().click();
  await page.getByText("Sending.").first().waitFor();

  // The macro prepares a side conversation; taken back, it keeps its marks.
  const talk = page.getByRole("region", { name: "New side conversation" });
  const macro = async () => {
    await page.getByRole("button", { name: "Saved replies" }).click();
    await page.getByLabel("Find a saved reply").fill("Ask Noa");
    await page.getByText("Prepares a side conversation with").waitFor();
    await page.getByLabel("Find a saved reply").press("Enter");
    await talk.getByRole("textbox", { name: "Subject" }).waitFor();
  };
  await macro();
  check((await talk.getByRole("textbox", { name: "Message" }).inputValue()) === "Have **you** seen this, for Kim Sample?", "the words are not those of the macro");
  await agent.picture("prepared");
  await talk.getByRole("button", { name: "Send" }).click();
  await page.getByRole("button", { name: "Take it back" }).click();
  await talk.getByRole("textbox", { name: "Message" }).waitFor();
  check((await talk.getByRole("textbox", { name: "Message" }).inputValue()) === "Have **you** seen this, for Kim Sample?", "what was taken back lost its marks");
  await talk.getByRole("button", { name: "Send" }).click();
  await page.getByRole("region", { name: "Side conversation", exact: true }).waitFor();

  // Noa answers; the notice of the agent's browser opens the conversation.
  await context.grantPermissions(["notifications"], { origin: base });
  await page.addInitScript(() => {
    const Real = window.Notification;
    window.notices = [];
    window.Notification = class extends Real { constructor(title, more) { super(title, more); window.notices.push({ title, body: more.body, shown: this }); } };
  });
  await page.goto(`${base}/notifications`);
  await page.getByRole("main", { name: "Notifications" }).waitFor();
  await wait(1500); // the first look shows none
  const noa = await somebody("noa@company.example");
  const [side] = (await noa.call("GET", `/tickets/${ticket.id}/side-conversations`)).items;
  await noa.page.goto(`${base}/work`);
  await noa.page.getByRole("link", { name: /Side conversation: Jobs wait/ }).click();
  await noa.page.waitForURL(`**/tickets/${ticket.id}?side=${side.id}`);
  const asked = noa.page.getByRole("region", { name: "Side conversation", exact: true });
  await asked.getByRole("textbox", { name: "Message" }).fill("Yes, last week.");
  await asked.getByRole("button", { name: "Send" }).click();
  await noa.page.getByText("Written. It leaves in a moment.").waitFor();
  await page.waitForFunction(() => window.notices.length > 0, null, { timeout: 60_000 });
  const notice = await page.evaluate(() => ({ title: window.notices[0].title, body: window.notices[0].body }));
  check(notice.title === "Noa Sample wrote in a side conversation" && notice.body.includes("Jobs wait for a runner"), `the notice says ${JSON.stringify(notice)}`);
  await page.evaluate(() => window.notices[0].shown.onclick());
  await page.waitForURL(`**/tickets/${ticket.id}?side=${side.id}`);
  await page.getByText("Yes, last week.").waitFor();
  await agent.picture("answer");

  // What was said aside is found, by those who work on tickets.
  const found = await call("GET", "/search?q=%22last+week%22");
  check(JSON.stringify(found.groups).includes(`/tickets/${ticket.id}`), "what was said aside is not found");

  // A browser that may show none says so.
  await page.goto(`${base}/settings`);
  await page.getByText("This browser shows them as long as").waitFor();
  await context.clearPermissions();
  await page.addInitScript(() => { Object.defineProperty(window.Notification, "permission", { get: () => "denied" }); });
  await page.reload();
  await page.getByText("This browser was told not to show any").waitFor();
  await agent.picture("denied");
});

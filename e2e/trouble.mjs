// When something goes wrong, in browsers: a session that ended elsewhere, a server that fails, a network that is slow, a right that was taken
// and a record that was deleted while it was open. What was written stays, what happened is said, and nothing is done twice.
//   node e2e/trouble.mjs WORKSPACE OUT
import { askUntil, check, job, shows } from "./tour.mjs";

await job("trouble", "nothing was lost and nothing was done twice", async ({ base, somebody }) => {
  const admin = await somebody("agent@company.example"), { call } = admin;
  const person = await call("POST", "/people", { name: "Noa Sample", email: "noa@company.example", roles: ["admin"], password: "a long enough password" });
  const noa = await somebody("noa@company.example"), { page, context } = noa;
  const open = (subject) => call("POST", "/tickets", { subject, text: `${subject}. ${"It goes on. ".repeat(60)}`, requester: { email: "kim@trouble.example", name: "Kim Sample" }, public: false });
  const t = await open("The lamp flickers");
  for (let i = 1; i <= 8; i++) await call("POST", `/tickets/${t.id}/comments`, { text: `Tried ${i}. ${"It goes on. ".repeat(40)}`, public: false });
  const said = async (id, text) => (await call("GET", `/tickets/${id}/timeline?limit=100`)).items.filter((e) => e.type === "comment" && e.text.includes(text)).length;
  const words = page.locator(".rich");
  const comp = page.locator(".comp");

  // Signed out elsewhere while half a note is written: it is said, and afterwards everything is as it was.
  await page.goto(`${base}/tickets/${t.id}`);
  await comp.waitFor();
  await page.keyboard.press("n");
  await words.waitFor();
  await page.keyboard.type("The fuse is ");
  const feed = page.getByRole("log", { name: "Conversation" });
  await feed.evaluate((e) => { e.scrollTop = 300; });
  const other = await somebody("noa@company.example");
  for (const s of (await other.call("GET", "/sessions")).items.filter((s) => !s.current)) await other.call("DELETE", `/sessions/${s.id}`);
  await page.keyboard.type("too small");
  await page.getByRole("heading", { name: "Your session ended" }).waitFor();
  check((await page.getByLabel("Email").inputValue()) === "noa@company.example", "one has to say again who one is");
  check(!(await words.isVisible()), "the page behind is in sight");
  await noa.picture("session-ended");
  await page.getByLabel("Password", { exact: true }).fill("a wrong password");
  await page.keyboard.press("Enter");
  await page.getByText("do not belong together").waitFor();
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Your session ended" }).waitFor({ state: "hidden" });
  await page.locator(".rich:focus").waitFor();
  check(page.url() === `${base}/tickets/${t.id}`, `it is at ${page.url()}`);
  check((await words.innerText()).trim() === "The fuse is too small", `the words are ${await words.innerText()}`);
  check((await feed.evaluate((e) => e.scrollTop)) === 300, "the place is lost");
  await page.getByRole("status").filter({ hasText: "Live updates stopped" }).waitFor({ state: "hidden" });
  await noa.picture("session-again");

  // The server fails once: the words stay, and trying again writes them once.
  const fails = (r) => (r.request().method() === "GET" ? r.continue() : r.fulfill({ status: 500, contentType: "text/plain", body: "out of order" }));
  await page.route("**/api/v1/tickets/*/comments", fails);
  await page.keyboard.press("Control+Enter");
  const alert = comp.getByRole("alert");
  await alert.getByText("Not sent.").waitFor();
  check((await words.innerText()).trim() === "The fuse is too small", "the words are lost");
  await noa.picture("failed");
  await page.unroute("**/api/v1/tickets/*/comments");
  await alert.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Note added.").waitFor();
  check((await said(t.id, "The fuse is too small")) === 1, "the note is not there once");
  // A change that fails is put back and offered again.
  await page.route("**/api/v1/tickets/*", fails);
  await page.getByRole("button", { name: /^Priority/ }).click();
  await page.getByRole("option", { name: "High" }).or(page.getByRole("menuitemradio", { name: "High" })).or(page.getByRole("menuitem", { name: "High" })).first().click();
  const wrong = page.getByRole("alert").filter({ hasText: "The change was not saved" });
  await wrong.waitFor();
  await page.getByRole("button", { name: /^Priority.*Normal/ }).waitFor();
  await page.unroute("**/api/v1/tickets/*");
  await wrong.getByRole("button", { name: "Try again" }).click();
  await askUntil(() => call("GET", `/tickets/${t.id}`), (x) => x.priority === "high");
  // A list that fails says so and comes when it is asked for again.
  await page.route(/\/api\/v1\/people(\?|$)/, (r) => r.fulfill({ status: 500, body: "" }));
  await page.goto(`${base}/people`);
  await page.getByText("could not be loaded").first().waitFor();
  await page.unroute(/\/api\/v1\/people(\?|$)/);
  await page.getByRole("button", { name: "Try again" }).first().click();
  await page.getByRole("link", { name: "Kim Sample" }).first().waitFor();

  // A slow network: outlines until something is there, and two presses do one thing.
  const slow = await context.newCDPSession(page);
  await page.goto(`${base}/tickets/new`);
  await page.getByRole("combobox", { name: "Requester's email" }).fill("kim@trouble.example");
  await page.getByLabel("Subject").fill("Asked by phone");
  await page.getByRole("textbox", { name: "What they ask" }).fill("Does it glow?");
  await slow.send("Network.enable");
  await slow.send("Network.emulateNetworkConditions", { offline: false, latency: 900, downloadThroughput: 60_000, uploadThroughput: 60_000 });
  await page.getByRole("button", { name: "Open ticket" }).dblclick();
  await page.getByRole("button", { name: "Opening" }).waitFor();
  await noa.picture("slow");
  await page.waitForURL(/\/tickets\/\d+$/);
  await page.locator("main[aria-busy=true]").waitFor();
  await comp.waitFor();
  check((await call("GET", "/search?q=%22Asked+by+phone%22")) !== null, "");
  await askUntil(() => call("GET", "/tickets?status=new,open&limit=50"), (l) => l.items.filter((x) => x.subject === "Asked by phone").length === 1);
  const id = Number(page.url().split("/").pop());
  await page.keyboard.press("n");
  await words.waitFor();
  await page.keyboard.type("It does glow");
  await page.keyboard.press("Control+Enter");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: /^Add note/ }).first().click({ timeout: 3000 }).catch(() => {});
  await page.getByText("Note added.").waitFor();
  check((await said(id, "It does glow")) === 1, `the note is there ${await said(id, "It does glow")} times`);
  await page.goto(`${base}/organizations`, { waitUntil: "commit" });
  await page.locator("[aria-busy=true]").first().waitFor();
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  await slow.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });

  // A ticket that a colleague deletes while one writes: it is said, and the words can be taken along; restored, it goes on.
  const gone = await open("The lamp is lost");
  const role = async (...roles) => call("PATCH", `/people/${person.id}`, { roles, version: (await call("GET", `/people/${person.id}`)).version });
  await page.goto(`${base}/tickets/${gone.id}`);
  await comp.waitFor();
  await page.keyboard.press("n");
  await words.waitFor();
  await page.keyboard.type("It was on the shelf");
  await call("DELETE", `/tickets/${gone.id}`);
  const left = page.getByRole("region", { name: "What you were writing" });
  await left.waitFor();
  check((await left.getByRole("textbox").inputValue()) === "It was on the shelf", "the words are gone with the ticket");
  await noa.picture("deleted");
  await page.getByRole("button", { name: "Restore" }).click();
  await comp.waitFor();
  await askUntil(() => words.innerText(), (text) => text.trim() === "It was on the shelf");

  // A right that is taken while one writes: reading goes on, writing says that it is over, pages of others' duties close.
  await role("observer");
  await page.getByText("You may read this ticket but not write on it.").waitFor();
  await left.waitFor();
  await noa.picture("right-taken");
  await role("admin");
  await comp.getByRole("tab", { name: "Note" }).waitFor();
  await page.goto(`${base}/configuration/changes`);
  await page.getByRole("link", { name: /^\d+$|#?\d+/ }).first().waitFor();
  await role("observer");
  await page.getByText("is not here for you").waitFor();
  await noa.picture("page-closed");
  check((await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Configuration" }).count()) === 0, "the rail still leads there");
  await role("admin");

  // Somebody who is erased while their page is open.
  const guest = await call("POST", "/people", { name: "Guest Sample", email: "guest@trouble.example" });
  await page.goto(`${base}/people/${guest.id}`);
  await page.getByRole("heading", { name: "Guest Sample" }).waitFor();
  await call("POST", `/people/${guest.id}/erase`, { confirm: guest.id, reason: "They asked for it" });
  await shows(page.getByRole("heading", { name: "Guest Sample" }), 0);
  await noa.picture("erased");
});

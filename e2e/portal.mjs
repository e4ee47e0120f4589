// A customer on the public pages, without any script: asks by the form with a file, signs in by a mailed link, reads the
// answer, writes back, sees what a colleague of theirs asked where that may be, says how it was; nobody else reads along.
//   node e2e/portal.mjs WORKSPACE OUT CONTROL
import { check, job, reloadUntil, shows } from "./tour.mjs";

await job("portal", "a customer asked, answered and judged on the public pages, without script", async ({ base, more: [control], somebody }) => {
  const mailed = async (to, path) => {
    const r = await fetch(`${control}/link?${new URLSearchParams({ to, path })}`);
    if (!r.ok) throw new Error(`${path}: ${await r.text()}`);
    return r.json();
  };
  const agent = await somebody("agent@company.example");
  await agent.call("POST", "/organizations", { name: "Acme Sample", domains: ["acme.example"] });
  const customer = await somebody(null, { javaScriptEnabled: false }), { page } = customer;
  const press = (p, name) => Promise.all([p.waitForNavigation(), p.getByRole("button", { name, exact: true }).click()]);
  const enter = async (p, email) => {
    await p.goto(`${base}/portal/signin`);
    await p.getByLabel("Email address").fill(email);
    await press(p, "Send me the link");
    await p.getByText("a mail with the link is on its way").waitFor();
    await p.goto(await mailed(email, "/portal/signin/"));
    await press(p, "Sign in");
  };

  // The portal's own address leads to the form; what is missing is said where it is, and nothing typed is lost.
  await page.goto(`${base}/portal/`);
  if (await page.getByRole("link", { name: /^Request/ }).count()) await Promise.all([page.waitForNavigation(), page.getByRole("link", { name: /^Request/ }).first().click()]);
  await page.getByLabel("Your name").fill("Robin Sample");
  await page.getByLabel("Subject").fill("Jobs wait for a runner");
  await press(page, "Send request");
  await page.getByRole("alert").first().waitFor();
  check(await page.getByLabel("Subject").inputValue() === "Jobs wait for a runner", "what was typed is lost");
  await customer.picture("missing");
  await page.getByLabel("Email address", { exact: true }).fill("robin@acme.example");
  await page.locator("#text").fill("Since the update all jobs wait.\n\nThe log is attached.");
  for (const s of await page.locator("select").all()) if (!(await s.inputValue())) await s.selectOption({ index: 1 });
  await page.getByLabel("Files").setInputFiles({ name: "runner.log", mimeType: "text/plain", buffer: Buffer.from("waiting for a runner\n") });
  await new Promise((r) => setTimeout(r, 4_000)); // nobody fills a form in within a blink
  await press(page, "Send request");
  for (let n = 0; n < 3 && await page.getByRole("button", { name: "Send request", exact: true }).count(); n++) await press(page, "Send request");
  await customer.picture("sent");
  if (await page.getByText(/confirm/i).count()) {
    await page.goto(await mailed("robin@acme.example", "/portal/confirm/"));
    await page.getByRole("button").first().click();
    await page.waitForLoadState();
  }

  // Signed in by a link, the request stands in the list, with the file.
  await enter(page, "robin@acme.example");
  await page.goto(`${base}/portal/requests`);
  await reloadUntil(page, page.getByRole("link", { name: /Jobs wait for a runner/ }));
  await customer.picture("requests");
  await Promise.all([page.waitForNavigation(), page.getByRole("link", { name: /Jobs wait for a runner/ }).click()]);
  const own = page.url();
  await page.getByText("Since the update all jobs wait.").waitFor();
  await page.getByRole("link", { name: "runner.log" }).waitFor();

  // The answer of the desk stands there; a note of colleagues never does.
  const ticket = (await agent.call("GET", "/tickets?status=new,open&limit=10")).items.find((t) => t.subject === "Jobs wait for a runner");
  await agent.call("POST", `/tickets/${ticket.id}/comments`, { text: "Between us: the runners of this customer are old.", public: false });
  await agent.call("POST", `/tickets/${ticket.id}/comments`, { text: "Please restart one of the runners, and tell us what it says.", public: true, status: "pending" });
  await reloadUntil(page, page.getByText("Please restart one of the runners"));
  await shows(page.getByText("Between us"), 0);
  await page.getByLabel(/answer|reply|write/i).first().fill("It starts again. Thank you!");
  await page.getByLabel("Files").setInputFiles({ name: "after.log", mimeType: "text/plain", buffer: Buffer.from("it runs\n") });
  await press(page, "Send");
  await page.getByText("It starts again. Thank you!").waitFor();
  await page.getByRole("link", { name: "after.log" }).waitFor();
  await customer.picture("answered");
  await agent.page.goto(`${base}/tickets/${ticket.id}`);
  await agent.page.getByText("It starts again. Thank you!").waitFor();

  // Somebody of another customer neither finds it nor opens it.
  const other = await somebody(null, { javaScriptEnabled: false });
  await agent.call("POST", "/people", { name: "Noor Sample", email: "noor@other.example" });
  await enter(other.page, "noor@other.example");
  await other.page.goto(`${base}/portal/requests`);
  await other.page.getByText("You have no requests yet.").waitFor();
  const answer = await other.page.goto(own);
  check(answer.status() === 404 || answer.status() === 403, `another customer got ${answer.status()}`);
  await shows(other.page.getByText("Jobs wait"), 0);

  // Solved: the survey comes by mail; a low answer with a remark stands on the ticket.
  await agent.call("POST", `/tickets/${ticket.id}/comments`, { text: "Then we close this one.", public: true, status: "solved" });
  await page.goto(await mailed("robin@acme.example", "/portal/survey/"));
  await customer.picture("survey");
  await page.getByRole("radio").nth(1).check({ force: true });
  await page.getByRole("textbox").first().fill("It took long.");
  await Promise.all([page.waitForNavigation(), page.getByRole("button").first().click()]);
  await customer.picture("judged");
  await agent.page.reload();
  await reloadUntil(agent.page, agent.page.getByText("It took long."));

  // On a phone nothing is wider than it, and "It is not solved" opens the request again.
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto(own);
  await press(page, "It is not solved");
  await page.getByText("In progress").first().waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth).catch(() => 0);
  check(wide <= 0, `the request is ${wide} px wider than a phone`);
  await customer.picture("phone");
});

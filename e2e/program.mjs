// A year with a program, in browsers: somebody applies on the public page, is asked for a document and uploads it, a
// colleague looks and approves, the benefit is claimed; a year later the renewal is invited and goes the same way.
//   node e2e/program.mjs WORKSPACE OUT CONTROL
import { check, job, onward, reloadUntil, signIn } from "./tour.mjs";

await job("program", "a year with a program went through", async ({ base, more: [control], somebody }) => {
  const ask = async (method, path, values) => {
    const r = await fetch(`${control}${path}?${new URLSearchParams(values)}`, { method });
    if (!r.ok) throw new Error(`${path}: ${await r.text()}`);
    return r.json();
  };
  const move = (by) => ask("POST", "/move", { by });
  const mailed = (path) => ask("GET", "/link", { to: "robin@people.example", path });
  const applicant = await somebody(), { page } = applicant;
  const reviewer = await somebody("agent@company.example");
  await reviewer.call("POST", "/pools/ultimate-year/codes", { codes: ["FIRST-YEAR", "SECOND-YEAR"] });

  // The form has a page for each of its sections: onward to the one with a field, or with a button.
  const reach = async (what) => {
    for (let n = 0; n < 5 && !(await what.isVisible()); n++) await onward(page, page.getByRole("button", { name: "Go on", exact: true }));
    return what;
  };
  const sending = () => reach(page.getByRole("button", { name: "Send application" }));

  // The public page, and the form; an answer leads to more questions.
  await page.goto(`${base}/portal/programs/education`);
  await page.getByText("institutions of education").waitFor();
  await applicant.picture("page");
  await page.getByRole("link", { name: "Apply", exact: true }).click();
  await page.getByLabel("Your name").fill("Robin Sample");
  await page.getByLabel("Email address", { exact: true }).fill("robin@people.example");
  await page.locator("#organization").fill("Cinderhall University");
  await page.getByLabel("Website").fill("cinderhall.example");
  await (await reach(page.getByLabel("Your role"))).selectOption("teacher");
  const accredited = page.getByLabel(/The institution is accredited/);
  if (!(await accredited.isVisible())) {
    await onward(page, page.getByRole("button", { name: "Go on", exact: true }));
    await page.getByText("Your answers lead to more questions").waitFor();
  }
  await accredited.check();
  await page.getByLabel("What kind of institution it is").selectOption("higher");
  await (await reach(page.getByLabel("Country"))).selectOption("Netherlands");
  await page.getByLabel("Seats").fill("30");
  await move("1m"); // nobody fills it in within seconds
  await applicant.picture("form");
  await onward(page, await sending());
  await page.getByRole("heading", { name: "Please confirm your address" }).waitFor();

  // The address is confirmed by mail; the private address proves nothing, so a document is asked for.
  const prove = async (name, moved = 0) => { // days that the instance's clock was moved by
    await page.reload();
    await reloadUntil(page, page.getByRole("heading", { name: "One more step from you" }));
    await page.getByText("people.example is not a domain of cinderhall.example").waitFor();
    await applicant.picture(`${name}-asked`);
    await page.getByLabel("Document", { exact: true }).setInputFiles({ name: `${name}.pdf`, mimeType: "application/pdf", buffer: Buffer.from(`%PDF-1.7 ${name}`) });
    await page.getByLabel("Day on the document").fill(new Date(Date.now() + (moved - 20) * 86_400_000).toISOString().slice(0, 10));
    await onward(page, page.getByRole("button", { name: "Upload" }));
    await page.getByText("Your document is here.").waitFor();
    await page.getByRole("heading", { name: "In review" }).waitFor();
  };
  await page.goto(await mailed("/portal/applications/confirm/"));
  await onward(page, page.getByRole("button", { name: "Confirm and send" }));
  await page.waitForURL(/\/portal\/applications\/[^/]+$/);
  await prove("contract");

  // A colleague takes the next one of the queue, looks at the document, and approves.
  const approve = async (name) => {
    const desk = reviewer.page;
    await desk.goto(`${base}/applications`);
    await desk.getByRole("region", { name: "Applications" }).getByText("Cinderhall University").waitFor();
    await desk.getByRole("button", { name: "Next", exact: true }).click();
    await desk.getByRole("link", { name: `${name}.pdf` }).waitFor();
    await desk.getByRole("button", { name: "Passed", exact: true }).last().click();
    await desk.getByText("Noted.").waitFor();
    await reviewer.picture(`${name}-case`);
    await desk.getByRole("button", { name: "Approve and next" }).click();
    await desk.getByText("Nothing waits any more.").waitFor();
  };
  await approve("contract");

  // What was granted is shown once the agreement is accepted, and not before.
  const claim = async (code, other) => {
    await page.reload();
    await page.getByRole("heading", { name: "Approved" }).waitFor();
    check(!(await page.content()).includes(code), "the code is shown before it is claimed");
    await onward(page, page.getByRole("button", { name: "Claim" }));
    await page.getByText("Accept the agreement first").waitFor();
    await page.getByRole("checkbox", { name: /I accept/ }).check();
    await onward(page, page.getByRole("button", { name: "Claim" }));
    await page.getByRole("heading", { name: "Member" }).waitFor();
    await page.getByText(code).waitFor();
    check(!(await page.content()).includes(other), "another's code is shown");
    await applicant.picture(`claimed-${code.toLowerCase()}`);
  };
  await claim("FIRST-YEAR", "SECOND-YEAR");
  check((await page.getByRole("button", { name: "Renew" }).count()) === 0, "it can be renewed at once");
  const first = Number((await page.locator(".about").innerText()).match(/\d+/)[0]);

  // A year later: the invitation comes a month ahead, the form is filled in, the proofs are asked for again.
  await move(`${24 * 340}h`);
  await reloadUntil(page, page.getByRole("button", { name: "Renew" }));
  await onward(page, page.getByRole("button", { name: "Renew" }));
  await page.getByText("This renews your membership").waitFor();
  // It is opened where it is sent; what has changed is one press away.
  const row = (title) => page.locator(".check > div", { hasText: title });
  check((await row("Your name").innerText()).includes("Robin Sample") && (await row("Seats").innerText()).includes("30"), "the form is not filled in from last time");
  await page.getByRole("button", { name: "Change Email address", exact: true }).click();
  check((await page.getByLabel("Email address", { exact: true }).getAttribute("readonly")) !== null, "the address can be changed");
  await (await reach(page.getByLabel("Seats"))).fill("45");
  await applicant.picture("renewal");
  await onward(page, await sending());
  await prove("new-contract", 340);
  await signIn(reviewer.page, base, "agent@company.example"); // nobody stays signed in for a year
  await approve("new-contract");
  await claim("SECOND-YEAR", "FIRST-YEAR");

  // Both years are on record, one after the other, and neither knows a second code.
  const second = Number((await page.locator(".about").innerText()).match(/\d+/)[0]);
  const before = await reviewer.call("GET", `/applications/${first}`), now = await reviewer.call("GET", `/applications/${second}`);
  check(before.state === "renewed" && now.state === "active" && now.renewal_of === first, `states ${before.state}, ${now.state}, renews ${now.renewal_of}`);
  const pool = (await reviewer.call("GET", "/pools")).items.find((p) => p.name === "ultimate-year");
  check(pool.free.count === 0 && pool.waiting.count === 0 && pool.dispatched.count === 2, `the pool is ${JSON.stringify(pool)}`);
});

// Writing to a customer, in a browser: marks by keys and buttons, a name, a pasted file, Markdown pasted and typed,
// a draft that comes back, and what leaves in the mail. The ticket is opened over the API before.
//   node e2e/write.mjs WORKSPACE OUT
import { writeFileSync } from "node:fs";
import { askUntil, check, job, shows, wait } from "./tour.mjs";

await job("write", "writing went through", async ({ base, out, somebody }) => {
  const { page, context, call, picture } = await somebody("agent@company.example");
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
  const paste = (data) => page.evaluate((data) => {
    const d = new DataTransfer();
    if (data.text) d.setData("text/plain", data.text);
    if (data.html) d.setData("text/html", data.html);
    if (data.file) d.items.add(new File([data.file], "runner.log", { type: "text/plain" }));
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: d, bubbles: true, cancelable: true }));
  }, data);
  const words = page.locator(".rich");
  const id = (await call("POST", "/tickets", { subject: "Builds stop", text: "Builds stop at noon.", requester: { email: "kim@write.example", name: "Kim Sample" }, public: false })).id;
  await page.goto(`${base}/tickets/${id}`);
  await page.getByLabel("Reply to Kim Sample").waitFor();

  // The keyboard alone: bold, a list, code, a link.
  await page.keyboard.press("r");
  await words.waitFor();
  await page.keyboard.type("Hello Kim,");
  await page.keyboard.press("Enter");
  await page.keyboard.type("please ");
  await page.keyboard.press("Control+b");
  await page.keyboard.type("restart");
  await page.keyboard.press("Control+b");
  await page.keyboard.type(" the runner, set `limit` to 5*3 and keep snake_case <b>as is</b>:");
  await page.keyboard.press("Enter");
  await page.keyboard.type("- first");
  await page.keyboard.press("Enter");
  await page.keyboard.type("second");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("See the docs");
  for (let i = 0; i < 8; i++) await page.keyboard.press("Shift+ArrowLeft");
  await page.getByRole("button", { name: "Link", exact: true }).click();
  await page.getByLabel("Address of the link").fill("docs.example/runner");
  await page.keyboard.press("Enter");
  check((await words.locator("strong").innerText()) === "restart" && (await words.locator("code").innerText()) === "limit", "the marks are not there");
  await shows(words.locator("li"), 2);
  await words.locator("a", { hasText: "the docs" }).waitFor();
  await page.locator(".rich:focus").waitFor();
  await wait(100);
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await paste({ text: "Set **both** of:\n\n1. `one`\n2. `two`" });
  await shows(words.locator("ol li"), 2); // pasted Markdown does not stay signs
  await paste({ file: "12:00 no runner" });
  await page.getByRole("list", { name: "Attached files" }).getByText("runner.log").waitFor();
  await page.getByText("15 B").first().waitFor();
  await picture("reply");

  // The draft comes back as it was, on the server's word.
  const { text: draft } = await askUntil(() => call("GET", `/tickets/${id}/draft`), (d) => d.text.includes("`two`"));
  const wanted = "Hello Kim,\n\nplease **restart** the runner, set `limit` to 5\\*3 and keep snake_case \\<b>as is\\</b>:\n\n- first\n- second\n\nSee [the docs](https://docs.example/runner)\n\nSet **both** of:\n\n1. `one`\n2. `two`";
  check(draft === wanted, `the draft is ${JSON.stringify(draft)}`);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await words.locator("strong", { hasText: "restart" }).waitFor();
  await shows(words.locator("li"), 4); // the draft came back with its lists

  // In Markdown and back.
  await page.getByRole("button", { name: "Write in Markdown" }).click();
  check((await page.getByLabel("Reply to Kim Sample").inputValue()) === wanted, "Markdown shows something else than the draft");
  await picture("markdown");
  await page.getByRole("button", { name: "Write as it will look" }).click();
  await words.locator("strong", { hasText: "restart" }).waitFor();

  // What leaves says the same.
  await words.click();
  await page.keyboard.press("Control+Enter");
  await page.getByText("Sending.").first().waitFor();
  const sent = page.locator("article.msg", { hasText: "please restart the runner" });
  await sent.waitFor();
  await sent.getByText("to 5*3 and keep snake_case <b>as is</b>:").waitFor();
  await shows(sent.locator("li"), 4);
  await shows(sent.locator("a[href='https://docs.example/runner']"), 1);
  await picture("sent");

  // A table does not fit: it is written as Markdown, and nothing is lost.
  await call("PUT", `/tickets/${id}/draft`, { text: "| a | b |\n|---|---|\n| 1 | 2 |", public: false });
  await page.reload();
  await page.getByText("Shown as Markdown").waitFor();
  check((await page.locator("textarea[data-writing]").inputValue()).startsWith("| a | b |"), "the table is lost");

  // On paper everything is said in full, and nothing can be pressed: 50 messages, of which the screen folds some.
  for (let i = 1; i <= 50; i++) await call("POST", `/tickets/${id}/comments`, { text: `Line ${i} of the story. ${"It goes on. ".repeat(i % 10 === 0 ? 120 : 4)}`, public: false });
  await page.reload();
  await page.getByRole("button", { name: /^Show \d+ earlier/ }).waitFor();
  const printed = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  writeFileSync(`${out}/ticket.pdf`, printed);
  const sheets = printed.toString("latin1").match(/\/Type \/Page\b/g).length;
  check(sheets >= 5 && sheets <= 14, `the ticket has ${sheets} pages on paper`);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await shows(page.locator("article.msg"), 52);
  check(!(await page.locator(".comp, .middle, .acts, .rail, .side").evaluateAll((all) => all.some((e) => e.checkVisibility()))), "what can only be used on screen is on paper");
  check((await page.locator(".sheet").innerText()).includes("Kim Sample, kim@write.example"), "the requester is not on paper");
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.locator(".comp").waitFor();
});

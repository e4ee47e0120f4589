// Writing to a customer, in a browser: marks by keys and buttons, a name, a pasted file, Markdown pasted and typed,
// a draft that comes back, and what leaves in the mail. The ticket is opened over the API before.
//   node e2e/write.mjs WORKSPACE OUT
import { mkdirSync } from "node:fs";
import { launch, wait } from "./tour.mjs";

const [base, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const check = (ok, what) => { if (!ok) throw new Error(what); };
let step = 0;
const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "Europe/Amsterdam", reducedMotion: "reduce" });
await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
context.setDefaultTimeout(20_000);
const page = await context.newPage();
const picture = (name) => page.screenshot({ path: `${out}/write-${String(++step).padStart(2, "0")}-${name}.png` });
const trouble = [];
page.on("pageerror", (e) => trouble.push(e.message));
const call = (method, path, body) => page.evaluate(async ([method, path, body]) => {
  const r = await fetch("/api/v1" + path, { method, headers: { "Content-Type": "application/json" }, ...(body ? { body: JSON.stringify(body) } : {}) });
  const answer = await r.json().catch(() => null);
  if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${JSON.stringify(answer)}`);
  return answer;
}, [method, path, body]);
const paste = (data) => page.evaluate((data) => {
  const d = new DataTransfer();
  if (data.text) d.setData("text/plain", data.text);
  if (data.html) d.setData("text/html", data.html);
  if (data.file) d.items.add(new File([data.file], "runner.log", { type: "text/plain" }));
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData: d, bubbles: true, cancelable: true }));
}, data);
const words = page.locator(".rich");

try {
  await page.goto(base + "/");
  await page.getByLabel("Email").fill("agent@company.example");
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("region", { name: "Tickets" }).waitFor();
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
  check((await words.locator("strong").innerText()) === "restart" && (await words.locator("code").innerText()) === "limit" && (await words.locator("li").count()) === 2, "the marks are not there");
  await words.locator("a", { hasText: "the docs" }).waitFor();
  await page.locator(".rich:focus").waitFor();
  await wait(100);
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await paste({ text: "Set **both** of:\n\n1. `one`\n2. `two`" });
  check((await words.locator("ol li").count()) === 2, "pasted Markdown stays signs");
  await paste({ file: "12:00 no runner" });
  await page.getByRole("list", { name: "Attached files" }).getByText("runner.log").waitFor();
  await page.getByText("15 B").first().waitFor();
  await picture("reply");

  // The draft comes back as it was, on the server's word.
  let draft = "";
  for (let i = 0; i < 100 && !draft.includes("`two`"); i++) {
    await wait(100);
    draft = (await call("GET", `/tickets/${id}/draft`)).text;
  }
  const wanted = "Hello Kim,\n\nplease **restart** the runner, set `limit` to 5\\*3 and keep snake_case \\<b>as is\\</b>:\n\n- first\n- second\n\nSee [the docs](https://docs.example/runner)\n\nSet **both** of:\n\n1. `one`\n2. `two`";
  check(draft === wanted, `the draft is ${JSON.stringify(draft)}`);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await words.locator("strong", { hasText: "restart" }).waitFor();
  check((await words.locator("li").count()) === 4, "the draft came back without its lists");

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
  check((await sent.locator("li").count()) === 4 && (await sent.locator("a[href='https://docs.example/runner']").count()) === 1, "what was sent lacks lists or the link");
  await picture("sent");

  // A table does not fit: it is written as Markdown, and nothing is lost.
  await call("PUT", `/tickets/${id}/draft`, { text: "| a | b |\n|---|---|\n| 1 | 2 |", public: false });
  await page.reload();
  await page.getByText("Shown as Markdown").waitFor();
  check((await page.locator("textarea[data-writing]").inputValue()).startsWith("| a | b |"), "the table is lost");
  check(trouble.length === 0, `errors in the page: ${trouble.join("; ")}`);
  console.log("writing went through");
} catch (e) {
  await picture("failed").catch(() => {});
  console.error(e.message, "\nerrors in the page:", trouble.join("; "), "\nat", page.url());
  process.exitCode = 1;
} finally {
  await browser.close();
}

// People who come by a file and people who are one, in a browser: columns named by hand, a try, an import with what is done so far, the rows
// that failed mended and imported again; two records made one after a look at what moves, and two again.
//   node e2e/people.mjs WORKSPACE OUT
import { readFileSync } from "node:fs";
import { askUntil, check, job, reloadUntil } from "./tour.mjs";

await job("people", "people were imported, mended and merged", async ({ base, somebody }) => {
  const { page, call, picture } = await somebody("agent@company.example");
  const give = async (name, text, kind) => {
    await page.goto(`${base}/imports`);
    await page.getByRole("radio", { name: kind }).click();
    await page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.getByRole("heading", { name, exact: true }).waitFor();
  };
  const result = page.getByRole("region", { name: "Result" });
  const says = (text) => result.getByText(text).waitFor();
  const found = async (q) => (await call("GET", `/people?q=${encodeURIComponent(q)}&limit=50`)).items;

  await give("companies.csv", "Name,Domains\nSample Works,works.example\nمختبر العينات,lab.example\n", "Organizations");
  await page.getByRole("button", { name: "Import 2 rows" }).click();
  await says("2 new");

  // A column nobody knows is offered; a try changes nothing; then what fails is said with its row.
  await give("people.csv", "Mail address,Full name,Compny,Remark\nrobin@works.example,Robin Sample,Sample Works,Met in May\nnot an address,Pat Sample,Sample Works,\nsam@lab.example,Sam Sample,Nowhere Ltd,\nkim@lab.example,Kim Sample 🙂,مختبر العينات,\n", "People");
  const columns = page.getByRole("region", { name: "Columns" });
  await columns.getByRole("combobox", { name: "What Mail address becomes" }).waitFor();
  if ((await columns.getByRole("combobox", { name: "What Mail address becomes" }).inputValue()) === "Not imported") {
    await columns.getByRole("combobox", { name: "What Mail address becomes" }).click();
    await page.getByRole("option", { name: "Email", exact: true }).click();
  }
  await columns.getByRole("button", { name: "Perhaps Organization, by name" }).click();
  await columns.getByRole("combobox", { name: "What Remark becomes" }).click();
  await page.getByRole("option", { name: "Email", exact: true }).click();
  await columns.getByText("Two columns would become Email.").waitFor();
  check(await columns.getByRole("button", { name: "Import 4 rows" }).isDisabled(), "two columns may become one field");
  await columns.getByRole("combobox", { name: "What Remark becomes" }).click();
  await page.getByRole("option", { name: "Not imported" }).click();
  await picture("columns");
  await columns.getByRole("button", { name: "Try it, nothing changes" }).click();
  await says("Nothing changed. It would have been: 2 new, 0 changed, 0 the same already, 2 would fail.");
  check((await found("robin@works.example")).length === 0, "the try has made somebody");
  await picture("tried");
  await page.getByRole("button", { name: "Import 4 rows" }).click();
  await says("2 new, 0 changed, 0 the same already, 2 failed.");
  await picture("failed-rows");

  // The rows that failed come as a file, which is mended and given back.
  const coming = page.waitForEvent("download");
  await result.getByRole("link", { name: "Download the rows that failed" }).click();
  const file = await coming, text = readFileSync(await file.path(), "utf8");
  check(file.suggestedFilename() === "people.errors.csv", `the file is called ${file.suggestedFilename()}`);
  check(text.split("\n").filter(Boolean).length === 3 && text.includes("There is no organization") && text.includes("Met in May") === false, `the rows that failed are ${text}`);
  await give("people.errors.csv", text.replace("not an address", "pat@works.example").replace("Nowhere Ltd", "Sample Works"), "People");
  if (await columns.getByRole("button", { name: "Perhaps Organization, by name" }).isVisible()) await columns.getByRole("button", { name: "Perhaps Organization, by name" }).click();
  check((await columns.getByRole("combobox", { name: "What _error becomes" }).inputValue()) === "Not imported", "what is wrong with a row would become something");
  await page.getByRole("button", { name: "Import 2 rows" }).click();
  await says("2 new, 0 changed, 0 the same already.");
  check((await found("pat@works.example"))[0]?.organization?.name === "Sample Works", "the mended row is not there as it was mended");

  // A longer file tells how far it is.
  await give("many.csv", "Email,Name\n" + Array.from({ length: 6000 }, (_, i) => `guest${i}@many.example,Guest ${i}\n`).join(""), "People");
  await page.evaluate(() => {
    window.parts = [];
    new MutationObserver(() => { for (const p of document.querySelectorAll("[aria-label='How far the import is']")) window.parts.push(Number(p.ariaValueNow)); }).observe(document.body, { childList: true, subtree: true, attributes: true });
  });
  await page.getByRole("button", { name: "Import 6,000 rows" }).click();
  await says("6,000 new");
  const parts = await page.evaluate(() => window.parts);
  check(parts.length > 0 && parts.every((p, i) => p <= 100 && (i === 0 || p >= parts[i - 1])), `how far it was: ${parts}`);

  // Two records that are one person: what moves is said before, and comes back.
  const [robin] = await found("robin@works.example");
  const twin = await call("POST", "/people", { name: "Robin Twin", email: "robin@home.example" });
  for (const subject of ["From home", "From home again"]) await call("POST", "/tickets", { subject, text: "It stops.", requester_id: twin.id, public: false });
  await page.goto(`${base}/people/${robin.id}`);
  await page.getByRole("button", { name: "More to do with this person" }).click();
  await page.getByRole("menuitem", { name: "Merge another person into this one" }).click();
  await page.getByRole("combobox", { name: "Which person goes" }).fill("Robin Twin");
  await page.getByRole("option", { name: /Robin Twin/ }).click();
  const moves = page.getByRole("region", { name: "What moves" });
  await moves.getByRole("row", { name: /tickets/i }).getByText("2", { exact: true }).first().waitFor();
  check((await call("GET", `/people/${twin.id}`)).name === "Robin Twin", "the look at it has merged them");
  await picture("preview");
  await page.getByRole("button", { name: "Merge Robin Twin into Robin Sample" }).click();
  await page.waitForURL(`**/people/${robin.id}`);
  await page.getByText("Robin Twin is merged into Robin Sample.").waitFor();
  await askUntil(() => call("GET", `/tickets?requester=${robin.id}&limit=5`), (l) => l.items.length === 2);
  await reloadUntil(page, page.getByText("From home again")); // its tickets follow in their own time
  await picture("merged");
  await page.goto(`${base}/people/${twin.id}`);
  await page.getByRole("heading", { name: "Robin Sample" }).waitFor(); // the old address leads to who stayed
  await page.goto(`${base}/people/${robin.id}`);
  await page.getByRole("button", { name: /Undo/ }).first().click();
  await page.getByText("Robin Twin is a record of its own again.").first().waitFor();
  await askUntil(() => call("GET", `/tickets?requester=${twin.id}&limit=5`), (l) => l.items.length === 2);
  check((await call("GET", `/people/${twin.id}`)).name === "Robin Twin", "they are not two again");
});

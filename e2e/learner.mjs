// A learner's reply is read first: an intern writes in one browser, a mentor sees it among their work, changes a
// word and lets it go in another; a second one is given back and becomes the intern's draft.
//   node e2e/learner.mjs WORKSPACE OUT
import { check, job } from "./tour.mjs";

await job("learner", "the learner's replies were read first", async ({ base, somebody }) => {
  const mentor = await somebody("agent@company.example");
  const me = await mentor.call("GET", "/me");
  const team = (await mentor.call("GET", "/teams")).items.find((x) => x.name === "mentors");
  await mentor.call("PUT", "/teams/mentors/members", { person_ids: [me.person.id], version: team.version });
  await mentor.call("POST", "/people", { name: "Noa Sample", email: "noa@company.example", roles: ["intern"], password: "a long enough password" });
  const t = await mentor.call("POST", "/tickets", { subject: "Where is the log", text: "Where does it write its log?", requester: { email: "robin@learner.example" } });
  const replies = async () => (await mentor.call("GET", `/tickets/${t.id}/timeline`)).items.filter((e) => e.type === "comment" && e.public && e.author.name === "Noa Sample");

  const intern = await somebody("noa@company.example");
  const write = async (text) => {
    await intern.page.goto(`${base}/tickets/${t.id}`);
    await intern.page.locator(".comp").waitFor();
    await intern.page.keyboard.press("r");
    await intern.page.getByLabel("Reply to robin").fill(text);
    await intern.page.keyboard.press("Control+Enter");
    await intern.page.getByText("Waits to be read", { exact: true }).waitFor();
  };
  await write("It writes to /var/logs.");
  await intern.picture("waits");
  check((await replies()).length === 0, "an unread reply has left");

  await mentor.page.goto(`${base}/work`);
  await mentor.page.getByRole("link", { name: "Reply to read: Where is the log" }).click();
  await mentor.page.getByText("Waits to be read", { exact: true }).waitFor();
  await mentor.page.getByRole("button", { name: "Change the words" }).click();
  await mentor.page.getByLabel("The reply as it shall leave").fill("It writes to /var/log.");
  await mentor.picture("reading");
  await mentor.page.getByRole("button", { name: "Approve as changed" }).click();
  await mentor.page.getByText("Approved with your changes.").waitFor();
  const [sent] = await replies();
  check(sent && sent.text.includes("/var/log."), `what left is ${JSON.stringify(sent)}`);
  await mentor.picture("approved");

  await write("Please restart it.");
  await mentor.page.reload();
  await mentor.page.getByRole("button", { name: "Give it back" }).click();
  await mentor.page.getByLabel(/What should be different/).fill("Say which service, and how.");
  await mentor.page.getByRole("button", { name: "Give it back" }).click();
  await mentor.page.getByText("has it back with your remark.").waitFor();
  await intern.page.reload();
  await intern.page.getByText("Given back").waitFor();
  await intern.page.getByText("Say which service, and how.").waitFor();
  await intern.picture("given-back");
  check((await replies()).length === 1, "the reply that was given back has left");
});

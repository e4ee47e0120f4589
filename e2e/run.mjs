// A playbook in a browser: a change of its text shows where its runs land, a run is started, its steps are done from
// My work without opening it, and the runs are moved to the newer version together.
//   node e2e/run.mjs WORKSPACE OUT
import { check, job } from "./tour.mjs";

const text = (more) => `kind: playbook
name: newcomer
title: A newcomer
called: First days
subject: person
participants:
  - { role: buddy, title: Buddy, from: starter }
stages:
  - { name: begin, title: Begin }
steps:
  - name: agree
    title: Agree to the start
    kind: approval
    approval: { by: [buddy], declined: go_on }
  - name: desk
    title: Say where they sit
    kind: form
    owner: buddy
    form:
      - { name: room, title: Which room?, required: true }
${more}  - { name: lunch, title: Have lunch together, owner: buddy, due: { days: 3 } }
`;

await job("run", "a run went from its start to a newer version", async ({ base, somebody }) => {
  const agent = await somebody("agent@company.example"), { page } = agent;
  const apply = async (document) => {
    const documents = [{ path: "newcomer.yaml", text: document }], plan = await agent.call("POST", "/plan", { documents });
    await agent.call("POST", "/apply", { documents, base_generation: plan.base_generation, message: "Newcomers" });
  };
  await apply(text(""));
  const me = await agent.call("GET", "/me");
  const start = () => agent.call("POST", "/runs", { playbook: "newcomer", subject: { kind: "person", id: me.person.id } });
  const first = await start();
  await start();

  // My work: decide and answer in place.
  await page.goto(`${base}/work`);
  const rows = page.getByRole("listitem");
  await page.getByRole("button", { name: "Decide" }).first().click();
  await page.getByRole("button", { name: "Agree", exact: true }).waitFor();
  await agent.picture("decide");
  await page.getByRole("button", { name: "Agree", exact: true }).click();
  const answer = rows.filter({ hasText: "Say where they sit" }).getByRole("button", { name: "Answer" });
  await answer.click();
  await page.getByRole("button", { name: "Send answers" }).click(); // the browser, or Steward, asks for the room
  await page.getByLabel("Which room?").fill("12");
  await agent.picture("answer");
  await page.getByRole("button", { name: "Send answers" }).click();
  await rows.filter({ hasText: "Have lunch together" }).first().waitFor();
  // The other is declined with a reason.
  await page.getByRole("button", { name: "Decide" }).first().click();
  await page.getByLabel("Note").fill("They come a week later.");
  await page.getByRole("button", { name: "Decline", exact: true }).click();
  await page.getByRole("button", { name: "Decide" }).first().waitFor({ state: "detached" });
  const runs = (await agent.call("GET", "/runs?playbook=newcomer")).items;
  const votes = runs.flatMap((r) => r.steps[0].votes);
  check(votes.some((v) => v.yes) && votes.some((v) => !v.yes && v.note === "They come a week later."), `the decisions are ${JSON.stringify(votes)}`);

  // A change shows where the runs land, before it is applied.
  const changed = text("  - { name: tour, title: Show the house, owner: buddy }\n").replace("name: desk", "name: place");
  await page.goto(`${base}/configuration/playbook/newcomer`);
  const preview = await agent.call("POST", "/playbooks/newcomer/moves", { text: changed });
  check(preview.total.count === 2 && preview.runs.length === 2, `the preview is ${JSON.stringify(preview)}`);
  await apply(changed);

  // They are moved together.
  await page.goto(`${base}/runs?playbook=newcomer`);
  await page.getByRole("button", { name: "See where they would land" }).click();
  await page.getByText("2 runs under way").waitFor();
  await agent.picture("land");
  await page.getByRole("button", { name: /^Move (all 2|these)$/ }).first().click();
  await page.getByText("No run under way has an older version.").waitFor();
  await page.goto(`${base}/runs/${first.id}`);
  await page.getByText("Show the house").waitFor();
  await agent.picture("moved");
  await page.goto(`${base}/runs?as=board&playbook=newcomer`);
  await page.getByRole("region", { name: "Begin" }).getByRole("article").first().waitFor();
  await page.goto(`${base}/runs?as=calendar`);
  await page.getByRole("heading", { name: "Playbooks" }).waitFor();
});

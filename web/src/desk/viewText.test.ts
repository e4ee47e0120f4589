import { expect, test } from "vitest";
import { viewText } from "./viewText";

const address = (id: string) => (id === "9" ? "ada@example.com" : null);

test("a filter becomes the text of a view", () =>
  expect(viewText({ status: "new,open", assignee: "me", tag: "vip: yes", filter: 'ticket.attributes.severity == "s1"' }, address)).toBe(
    'kind: view\nname: my-view\ntitle: My view\nstatus: [new, open]\nassignee: me\ntag: "vip: yes"\nmatch: "ticket.attributes.severity == \\"s1\\""\nsort: due\n'));
test("a colleague is named by address, and what a text cannot name is said", () => {
  expect(viewText({ assignee: "9" }, address)).toContain('ticket.assignee.email == \\"ada@example.com\\"');
  expect(viewText({ organization: "10" }, address)).toMatch(/^# .*organization 10/);
});

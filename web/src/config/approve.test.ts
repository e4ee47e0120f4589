import { expect, test } from "vitest";
import type { ChangeRequest } from "@/api/configuration";
import { asks, whyNotMe } from "./approve";

const request = (o: Partial<ChangeRequest>) => ({ may_approve: false, approvals: [], authors: [{ id: 1, name: "A" }], state: "open", ...o }) as ChangeRequest;
const me = { person: { id: 1, name: "A", email: "a@example.com", time_zone: null }, can: ["blueprint.approve"] };

test("an author is told that somebody else approves", () => expect(whyNotMe(request({}), me)?.text).toMatch(/somebody else/));
test("who lacks the right is led to the reason", () => expect(whyNotMe(request({ authors: [] }), { ...me, can: [] })?.path).toContain("action=approve"));
test("who may approve is told nothing", () => expect(whyNotMe(request({ may_approve: true }), me)).toBeNull());
test("a requirement is said in words", () => {
  const q = { policy: "p", title: "P", criticality: "", covers: [], approvals: 1, roles: ["lead"], teams: ["desk"] };
  expect(asks(q)).toBe("an approval by the role lead or the team desk");
  expect(asks({ ...q, approvals: 2, roles: [], teams: [] })).toBe("2 approvals by somebody who may approve");
});

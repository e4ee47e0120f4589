import { expect, test } from "vitest";
import { merged } from "./begin";

const empty = { side: 0, subject: "", text: "", people: [], teams: [], files: [], ticket_files: [], updated_at: null };
const supplier = { id: 0, name: "supplier@supplier.example", email: "supplier@supplier.example", agent: false };
const side = { subject: "Ticket 7", text: "Can you look?", people: [supplier], teams: [{ name: "support", title: "Support" }] };

test("a macro fills in an empty conversation", () => {
  const now = merged(empty, side);
  expect({ ...now, updated_at: !!now.updated_at }).toEqual({ ...empty, ...side, updated_at: true });
});
test("what was begun stays, and nobody is there twice", () => {
  const begun = { ...empty, subject: "Mine", text: "Hello\n", people: [supplier], updated_at: "2026-01-01T10:00:00Z" };
  const now = merged(begun, side);
  expect([now.subject, now.text, now.people.length, now.teams.length]).toEqual(["Mine", "Hello\n\nCan you look?", 1, 1]);
});

import { describe, expect, it } from "vitest";
import { insertAt, moveAt, pathAt, pathOf, pathText, placeOf, readTree, removeAt, setAt } from "./tree";

const premium = `# Contract terms: service description, section 4.
kind: sla
name: premium
title: "Premium support"
match: ticket.organization.attributes.plan in ["premium", "ultimate"]   # both plans

# What we promise.
targets:
  # the night shift
  - { metric: first_reply,  priority: urgent, within: 30m, calendar: around-the-clock } # agreed
  - { metric: first_reply,  priority: high,   within: 4h,  calendar: follow-the-sun }

  - metric: next_reply
    priority: high # as the contract says
    within: 8h
    calendar: follow-the-sun
# pauses
pause: [pending]
`;
const order = ["kind", "name", "title", "description", "order", "match", "pause", "targets"];
const t = () => readTree(premium);
const comments = (s: string) => [...s.matchAll(/#.*/g)].map((m) => m[0].trim()).sort();

describe("a text edited by a form", () => {
  it("changes one value and no other byte", () => {
    expect(setAt(t(), ["targets", 1, "within"], "2h")).toBe(premium.replace("within: 4h", "within: 2h"));
    expect(setAt(t(), ["title"], "Premium: the best")).toBe(premium.replace('"Premium support"', '"Premium: the best"'));
    expect(setAt(t(), ["match"], 'ticket.priority == "high"')).toBe(premium.replace('ticket.organization.attributes.plan in ["premium", "ultimate"]', 'ticket.priority == "high"'));
  });
  it("quotes what would be read otherwise", () => {
    expect(readTree(setAt(t(), ["targets", 0, "calendar"], "a, b")).value.targets).toHaveProperty("0.calendar", "a, b");
    expect(readTree(setAt(t(), ["name"], "true")).value.name).toBe("true");
    expect(readTree(setAt(t(), ["title"], "")).value.title).toBe("");
  });
  it("keeps every comment and the order of the rest when lists change", () => {
    for (const text of [
      moveAt(t(), ["targets"], 2, 0), moveAt(t(), ["targets"], 0, 2),
      insertAt(t(), ["targets"], 3, { metric: "next_reply", priority: "low", within: "24h", calendar: "x" }),
      setAt(t(), ["order"], 3, order), setAt(t(), ["pause"], ["pending", "hold"]), setAt(t(), ["description"], "One\nTwo\n", order),
    ]) {
      expect(comments(text)).toEqual(comments(premium));
      expect(text.startsWith("# Contract terms: service description, section 4.\nkind: sla\nname: premium\n")).toBe(true);
      expect(readTree(text).broken).toBeNull();
    }
  });
  it("adds an entry as its neighbours are written, and takes one away", () => {
    const more = insertAt(t(), ["targets"], 3, { metric: "next_reply", priority: "low", within: "24h", calendar: "x" });
    expect(more).toContain("- { metric: next_reply, priority: low, within: 24h, calendar: x }");
    const less = removeAt(t(), ["targets", 1]);
    expect(readTree(less).value.targets).toHaveLength(2);
    expect(less).toContain("# agreed");
    expect(removeAt(t(), ["pause"])).toBe(premium.replace("pause: [pending]\n", ""));
  });
  it("puts a new key where the schema has it", () => {
    expect(setAt(t(), ["order"], 3, order)).toBe(premium.replace("match:", "order: 3\nmatch:"));
    const nested = setAt(readTree("kind: trigger\nname: a\ntitle: A\ndo:\n- priority: high\n  # and\n  note: x\n"), ["do", 0, "team"], "support", ["priority", "team", "note"]);
    expect(nested).toBe("kind: trigger\nname: a\ntitle: A\ndo:\n- priority: high\n  team: support\n  # and\n  note: x\n");
  });
  it("knows what stands where", () => {
    const line = premium.split("\n").findIndex((l) => l.includes("within: 4h"));
    expect(pathAt(t(), line + 1, premium.split("\n")[line].indexOf("4h") + 1)).toEqual(["targets", 1, "within"]);
    expect(placeOf(t(), ["targets", 1, "within"])).toEqual({ line: line + 1, column: premium.split("\n")[line].indexOf("4h") + 1 });
    expect(pathAt(t(), 5, 20)).toEqual(["match"]);
    expect(pathOf(pathText(["do", 0, "notify", "to", 2]))).toEqual(["do", 0, "notify", "to", 2]);
  });
  it("says where a text cannot be read", () => {
    expect(readTree("kind: sla\ntitle: [a\n").broken).toMatchObject({ line: 3 });
    expect(readTree("").broken).not.toBeNull();
  });
  it("turns a short entry into a long one", () => {
    const form = readTree("kind: form\nname: f\ntitle: F\nfields:\n  - severity # first\n  - product\n");
    expect(setAt(form, ["fields", 1], { field: "product", required: true })).toBe("kind: form\nname: f\ntitle: F\nfields:\n  - severity # first\n  - field: product\n    required: true\n");
  });
});

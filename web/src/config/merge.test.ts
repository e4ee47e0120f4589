import { describe, expect, it } from "vitest";
import { bring, isClash, settled } from "./merge";

const base = "a\nb\nc\nd\ne\n";
describe("bringing texts together", () => {
  it("keeps both changes where they do not touch", () => {
    const parts = bring(base, base.replace("b", "B"), base.replace("d", "D"));
    expect(parts.some(isClash)).toBe(false);
    expect(settled(parts, () => "mine")).toBe("a\nB\nc\nD\ne\n");
  });
  it("shows both where they touch, and loses neither", () => {
    const parts = bring(base, base.replace("c", "mine"), base.replace("c", "theirs"));
    expect(parts.filter(isClash)).toEqual([{ mine: "mine", was: "c", theirs: "theirs" }]);
    expect(settled(parts, () => "theirs")).toBe(base.replace("c", "theirs"));
    expect(settled(parts, () => "mine")).toBe(base.replace("c", "mine"));
  });
  it("takes what both did alike once", () => expect(settled(bring(base, base.replace("c", "x"), base.replace("c", "x")), () => "mine")).toBe(base.replace("c", "x")));
});

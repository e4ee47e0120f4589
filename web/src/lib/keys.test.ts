import { describe, expect, it } from "vitest";
import { chordOf, resolve } from "./keys";

const press = (key: string, o = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...o });
const bindings = [{ keys: "j, arrowdown" }, { keys: "g d" }, { keys: "mod+k" }, { keys: "e", who: "page" }, { keys: "e", who: "pane" }];

describe("chordOf", () => {
  it("writes modifiers in one order", () => {
    expect(chordOf(press("k", { ctrlKey: true }))).toBe("mod+k");
    expect(chordOf(press("Enter", { metaKey: true }))).toBe("mod+enter");
  });
  it("does not count shift for a sign that needs it", () => expect(chordOf(press("?", { shiftKey: true }))).toBe("?"));
});

describe("resolve", () => {
  it("runs, waits for the second letter, and lets the latest win", () => {
    expect(resolve(bindings, null, "j", true)).toMatchObject({ kind: "run" });
    expect(resolve(bindings, null, "arrowdown", true)).toMatchObject({ kind: "run" });
    expect(resolve(bindings, null, "g", true)).toEqual({ kind: "wait", prefix: "g" });
    expect(resolve(bindings, "g", "d", true)).toMatchObject({ kind: "run" });
    expect(resolve(bindings, null, "e", true)).toMatchObject({ binding: { who: "pane" } });
  });
  it("keeps modified keys when single letters are off", () => {
    expect(resolve(bindings, null, "j", false)).toEqual({ kind: "none" });
    expect(resolve(bindings, null, "g", false)).toEqual({ kind: "none" });
    expect(resolve(bindings, null, "mod+k", false)).toMatchObject({ kind: "run" });
  });
});

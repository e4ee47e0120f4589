import { expect, it } from "vitest";
import { diffLines, withContext } from "./diff";

it("finds the changed line between equal ends", () => {
  expect(diffLines("a\nb\nc\n", "a\nB\nc\n").map((l) => `${l.kind} ${l.old ?? "-"} ${l.new ?? "-"} ${l.text}`)).toEqual(["same 1 1 a", "del 2 - b", "add - 2 B", "same 3 3 c"]);
});
it("handles a text that is new", () => expect(diffLines("", "a\nb\n").map((l) => l.kind)).toEqual(["add", "add"]));
it("folds what is far from any change", () => {
  const a = Array.from({ length: 20 }, (_, i) => `l${i}`).join("\n");
  const shown = withContext(diffLines(a, a.replace("l10", "x")), 2);
  expect(shown[0]).toEqual({ kind: "gap", count: 8 });
  expect(shown.filter((l) => l.kind === "same")).toHaveLength(4);
});

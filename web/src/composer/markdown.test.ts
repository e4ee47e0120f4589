import { expect, it } from "vitest";
import { apply } from "./markdown";

it("wraps and unwraps", () => {
  const on = apply("bold", { text: "a word here", start: 2, end: 6 });
  expect(on.text).toBe("a **word** here");
  expect(apply("bold", on).text).toBe("a word here");
});
it("marks whole lines and takes the marks off again", () => {
  const on = apply("list", { text: "one\ntwo", start: 1, end: 7 });
  expect(on.text).toBe("- one\n- two");
  expect(apply("list", on).text).toBe("one\ntwo");
});
it("puts the caret where the missing part of a link goes", () => {
  const l = apply("link", { text: "see this", start: 4, end: 8 });
  expect(l.text).toBe("see [this](https://)");
  expect(l.text.slice(0, l.start)).toBe("see [this](https://");
});

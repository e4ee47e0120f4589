import { expect, it } from "vitest";
import { apply, insertAt, linkTo, takeOut } from "./markdown";

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
it("puts a paragraph where the cursor is, and takes it out again", () => {
  const l = insertAt({ text: "Hello\n\nBye", start: 5, end: 5 }, "A link");
  expect(l.text).toBe("Hello\n\nA link\n\nBye");
  expect(takeOut(l.text, "A link")).toBe("Hello\n\nBye");
  expect(insertAt({ text: "", start: 0, end: 0 }, "A link")).toEqual({ text: "A link\n\n", start: 8, end: 8 });
  expect(takeOut("changed since", "A link")).toBe("changed since");
});
it("makes a link of words with signs and an address with brackets", () => {
  expect(linkTo("Use [a] *runner*", "https://docs.company.example/a_(b)")).toBe("[Use \\[a\\] \\*runner\\*](https://docs.company.example/a_%28b%29)");
});

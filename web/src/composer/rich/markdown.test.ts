import { getSchema } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { expect, it } from "vitest";
import { extensions } from "./extensions";
import { parse, serialize } from "./markdown";

const schema = getSchema(extensions(() => ""));
const again = (text: string) => serialize(parse(schema, text)!);

it("keeps what is written in its own way as it stands", () => {
  for (const text of [
    "Hello Casey,\n\nplease set `request_limit` to **12**; the queue _clears_ within a ~~day~~ minute.",
    "- one\n- two\n  - deeper\n\nAfter the list.", "1. first\n2. second", "9.  nine\n10. ten", "> quoted\n>\n> twice",
    "```yaml\nlimit: 12\n```", "````\n```\nin\n```\n````", "## A heading\n\nText", "Line one\nline two", "---",
    "See [the docs](https://docs.example/a_b) and https://docs.example/x_y_z?q=1*2 too.",
    "Please upload the files here: https://steward.example/u/abc_DEF-1\n\nThe link works until 24 November 2026 at 19:30 UTC and takes up to 5 GB.",
    "@jane_doe please look", "2 * 3 * 4 and snake_case_name", "C:\\Users\\name", "a < b and c > d", "R&D & more", "[runner-01] failed", "مرحبا بالعالم 🙂",
  ]) expect(again(text)).toBe(text);
});

it("writes one way what Markdown can say in several", () => {
  expect(again("* a\n* b")).toBe("- a\n- b");
  expect(again("*a* and __b__")).toBe("_a_ and **b**");
  expect(again("a  \nb\\\nc")).toBe("a\nb\nc");
  expect(again("Title\n===")).toBe("# Title");
});

it("says so where a text has what it cannot show", () => {
  expect(parse(schema, "| a | b |\n|---|---|\n| 1 | 2 |")).toBeNull();
  expect(parse(schema, "![a picture](https://docs.example/p.png)")).toBeNull();
  expect(parse(schema, "")?.childCount).toBe(1);
});

/** A document of one paragraph whose lines are these. */
const typed = (...lines: string[]) => schema.node("doc", null, [schema.node("paragraph", null, lines.flatMap((l, i) => [...(i ? [schema.node("hardBreak")] : []), ...(l ? [schema.text(l)] : [])]))]);

/** Its blocks with their text, and every mark in it but links, which addresses become when they are read. */
function said(doc: Node): string[] {
  const out: string[] = [];
  doc.forEach((n) => out.push(`${n.type.name}: ${n.textBetween(0, n.content.size, "|", (leaf) => (leaf.type.name === "hardBreak" ? "\n" : "?"))}`));
  doc.descendants((n) => n.marks.forEach((m) => m.type.name !== "link" && out.push(m.type.name)));
  return out;
}

it("sends typed signs as these signs", () => {
  for (const line of ["# no heading", "- no list", "+ none", "1. none", "12) none", "> no quote", "*stars*", "**two**", "_under_", "`tick", "a `b` c", "~~gone~~", "[x](https://a.example)", "[ ] box", "[a]: b", "<b>bold</b>", "<!-- gone -->",
    "&amp; &lt;", "ends in \\", "\\*", "a\\", "---", "===", "| a |", "|---|---|", "--- | ---", "![p](x)", "* * *", "_ _ _", "$HOME/*.log", "~/.ssh/*_key", "https://a.example/x_(y)_z", "a*b*c", "5 * 3 *"]) {
    for (const doc of [typed(line), typed("before", line), typed(line, "after")]) expect(said(parse(schema, serialize(doc))!), serialize(doc)).toEqual(said(doc));
  }
});

it("survives any signs in any order", () => {
  const signs = ["*", "_", "`", "~", "[", "]", "(", ")", "<", ">", "#", "-", "+", "1.", "|", "!", "\\", "&lt;", "a", "b ", " c", "=", ":", "."];
  let seed = 7;
  const next = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let i = 0; i < 4000; i++) {
    const line = Array.from({ length: 1 + next(9) }, () => signs[next(signs.length)]).join("").replace(/ +/g, " ").trim();
    if (!line) continue;
    const doc = typed("x", line, "y");
    expect(said(parse(schema, serialize(doc))!), JSON.stringify([line, serialize(doc)])).toEqual(said(doc));
  }
});

it("keeps what lines are indented by", () => {
  expect(again(serialize(typed("    at main()")))).toBe("\u00a0\u00a0\u00a0\u00a0at main()");
});

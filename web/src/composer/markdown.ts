/** The toolbar's edits on a text and its selection. Pure, so undo and tests are easy. */

export interface Sel { text: string; start: number; end: number }
export type Mark = "bold" | "italic" | "strike" | "code" | "block" | "list" | "numbers" | "quote" | "heading" | "link";
const around: Partial<Record<Mark, string>> = { bold: "**", italic: "_", strike: "~~", code: "`", block: "```" };
const before: Partial<Record<Mark, string>> = { list: "- ", numbers: "1. ", quote: "> ", heading: "## " };

export function apply(mark: Mark, { text, start, end }: Sel): Sel {
  const chosen = text.slice(start, end);
  const w = mark === "code" && chosen.includes("\n") ? "```" : around[mark];
  if (w) {
    if (w !== "```" && text.slice(start - w.length, start) === w && text.slice(end, end + w.length) === w)
      return { text: text.slice(0, start - w.length) + chosen + text.slice(end + w.length), start: start - w.length, end: end - w.length };
    const [a, b] = w === "```" ? ["```\n", "\n```"] : [w, w];
    return { text: text.slice(0, start) + a + chosen + b + text.slice(end), start: start + a.length, end: end + a.length };
  }
  if (mark === "link") {
    const isUrl = /^https?:\/\//.test(chosen);
    const put = isUrl ? `[](${chosen})` : `[${chosen}](https://)`;
    const at = isUrl ? start + 1 : start + chosen.length + 3 + 8;
    return { text: text.slice(0, start) + put + text.slice(end), start: at, end: at };
  }
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const sign = before[mark]!;
  const lines = text.slice(from, end).split("\n");
  const all = lines.every((l) => l.startsWith(sign));
  const next = lines.map((l) => (all ? l.slice(sign.length) : sign + l)).join("\n");
  return { text: text.slice(0, from) + next + text.slice(end), start: from, end: from + next.length };
}

/** Puts a paragraph where the cursor is: a line of its own, with what was chosen kept before it. The selection is behind it. */
export function insertAt({ text, end }: Sel, paragraph: string): Sel {
  const at = Math.min(end, text.length);
  const before = text.slice(0, at).trimEnd(), after = text.slice(at).trimStart();
  const head = (before ? `${before}\n\n` : "") + paragraph;
  return { text: head + (after ? `\n\n${after}` : "\n\n"), start: head.length + 2, end: head.length + 2 };
}

/** Takes a paragraph out again that insertAt put in; a text without it stays. */
export function takeOut(text: string, paragraph: string): string {
  const at = text.indexOf(paragraph);
  if (at < 0) return text;
  const before = text.slice(0, at).trimEnd(), after = text.slice(at + paragraph.length).trimStart();
  return before && after ? `${before}\n\n${after}` : before || after;
}

/** A link as Markdown, whatever signs its words have. */
export const linkTo = (words: string, url: string): string => `[${words.replace(/[\\`*_~[\]<>]/g, "\\$&")}](${url.replace(/\s/g, "%20").replace(/\(/g, "%28").replace(/\)/g, "%29")})`;

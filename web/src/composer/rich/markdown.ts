/** Between what one sees while writing and the Markdown that is stored and sent. What the editor does not know (tables, pictures) does not fit. */
import MarkdownIt from "markdown-it";
import type { Mark, Node, Schema } from "@tiptap/pm/model";
import { defaultMarkdownSerializer as usual, MarkdownParser, MarkdownSerializer, type MarkdownSerializerState } from "prosemirror-markdown";
import { escape } from "./escape";

const reader = MarkdownIt({ html: false, linkify: true, breaks: true });
reader.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

/** What a text will look like, as HTML. */
export const show = (text: string): string => reader.render(text, {});

const parsers = new WeakMap<Schema, MarkdownParser>();
const parserOf = (schema: Schema) => {
  const known = parsers.get(schema);
  if (known) return known;
  const p = new MarkdownParser(schema, reader, {
    paragraph: { block: "paragraph" }, blockquote: { block: "blockquote" }, list_item: { block: "listItem" }, bullet_list: { block: "bulletList" },
    ordered_list: { block: "orderedList", getAttrs: (t) => ({ start: Number(t.attrGet("start") ?? 1) }) },
    heading: { block: "heading", getAttrs: (t) => ({ level: Math.min(3, Number(t.tag.slice(1))) }) },
    code_block: { block: "codeBlock", noCloseToken: true },
    fence: { block: "codeBlock", getAttrs: (t) => ({ language: t.info.trim() || null }), noCloseToken: true },
    hr: { node: "horizontalRule" }, hardbreak: { node: "hardBreak" }, softbreak: { node: "hardBreak" },
    strong: { mark: "bold" }, em: { mark: "italic" }, s: { mark: "strike" }, code_inline: { mark: "code", noCloseToken: true },
    link: { mark: "link", getAttrs: (t) => ({ href: t.attrGet("href") }) },
  });
  parsers.set(schema, p);
  return p;
};

/** The document of a text; null where the text has what the editor cannot show. */
export function parse(schema: Schema, text: string): Node | null {
  try {
    const doc = parserOf(schema).parse(text);
    return doc.childCount > 0 ? doc : schema.topNodeType.createAndFill();
  } catch {
    return null;
  }
}

/** The Markdown of a document: no blank lines at its ends. */
export const serialize = (doc: Node): string => writer.serialize(doc, { tightLists: true }).replace(/^\n+|\s+$/g, "");

const { blockquote, horizontal_rule } = usual.nodes;
const writer = new MarkdownSerializer({
  paragraph: (s, n) => { s.renderInline(n); s.closeBlock(n); },
  heading: (s, n) => { s.write("#".repeat(n.attrs.level) + " "); s.renderInline(n, false); s.closeBlock(n); },
  blockquote, horizontalRule: horizontal_rule,
  codeBlock: (s, n) => {
    // The fence is longer than any within.
    const fence = "`".repeat(Math.max(3, ...(n.textContent.match(/`{3,}/g) ?? []).map((t) => t.length + 1)));
    s.write(`${fence}${n.attrs.language ?? ""}\n`);
    s.text(n.textContent, false);
    s.write("\n");
    s.write(fence);
    s.closeBlock(n);
  },
  bulletList: (s, n) => s.renderList(n, "  ", () => "- "),
  orderedList: (s, n) => { const first = n.attrs.start ?? 1; const wide = String(first + n.childCount - 1).length + 2; s.renderList(n, " ".repeat(wide), (i) => `${first + i}. `.padEnd(wide)); },
  listItem: (s, n) => s.renderContent(n),
  // The reader of what is sent breaks lines where they are broken.
  hardBreak: (s, n, parent, index) => { for (let i = index + 1; i < parent.childCount; i++) if (parent.child(i).type !== n.type) return s.write("\n"); },
  text: (s, n, parent, index) => s.text(itself(n) ? n.text! : escape(n.text!, index === 0 || parent.child(index - 1).type.name === "hardBreak"), false),
}, {
  bold: { open: "**", close: "**", mixable: true, expelEnclosingWhitespace: true },
  italic: { open: "_", close: "_", mixable: true, expelEnclosingWhitespace: true },
  strike: { open: "~~", close: "~~", mixable: true, expelEnclosingWhitespace: true },
  code: usual.marks.code,
  link: {
    mixable: true,
    open: (s, mark, parent, index) => (bare(parent.child(index)) ? "" : callMark(usual.marks.link.open, s, mark, parent, index)),
    close: (s, mark, parent, index) => (bare(parent.child(index - 1)) ? "" : callMark(usual.marks.link.close, s, mark, parent, index)),
  },
}, { hardBreakNodeName: "hardBreak" });

type Side = string | ((s: MarkdownSerializerState, mark: Mark, parent: Node, index: number) => string);
const callMark = (side: Side, s: MarkdownSerializerState, mark: Mark, parent: Node, index: number) => (typeof side === "string" ? side : side(s, mark, parent, index));

const linkOf = (n: Node) => n.marks.find((m) => m.type.name === "link");
const itself = (n: Node) => n.text === linkOf(n)?.attrs.href;

/** An address that is its own text needs no signs around it, if nothing at its end could be taken for the sentence's. */
function bare(n: Node): boolean {
  return n.isText && itself(n) && n.marks.length === 1 && /^https?:\/\/[^\s<>"]*[\p{L}\p{N}/]$/u.test(n.text!);
}

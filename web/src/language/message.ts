/** Messages as translators write them: a small part of ICU MessageFormat, read once and kept. */

/** A piece of a message: words, a value, a number in a plural, an element, or one of several wordings. */
export type Node =
  | string
  | { kind: "value"; name: string }
  | { kind: "count" }
  | { kind: "element"; index: number; inside: Node[] | null }
  | { kind: "plural" | "select"; name: string; of: Record<string, Node[]> };

const kept = new Map<string, Node[]>();

/** Reads a message: {name}, {n, plural, one {…} other {# …}}, {x, select, yes {…} other {…}}, <0>…</0>, <0/>. An apostrophe before one of these quotes it. */
export function parse(text: string): Node[] {
  let nodes = kept.get(text);
  if (!nodes) {
    if (/[{<']/.test(text)) {
      const r = new Reader(text);
      nodes = r.nodes(false);
      if (r.at < text.length) throw new SyntaxError(`Unexpected “${text[r.at]}” at ${r.at + 1}: ${text}`);
    } else nodes = [text];
    kept.set(text, nodes);
  }
  return nodes;
}

class Reader {
  at = 0;
  constructor(private text: string) {}

  nodes(counting: boolean): Node[] {
    const out: Node[] = [];
    let words = "";
    const flush = () => { if (words) out.push(words); words = ""; };
    const { text } = this;
    while (this.at < text.length) {
      const c = text[this.at];
      if (c === "'" && text[this.at + 1] === "'") { words += "'"; this.at += 2; }
      else if (c === "'" && (/[{}<]/.test(text[this.at + 1] ?? "") || (counting && text[this.at + 1] === "#"))) {
        const end = text.indexOf("'", this.at + 1);
        if (end < 0) throw new SyntaxError(`A quote is not closed: ${text}`);
        words += text.slice(this.at + 1, end);
        this.at = end + 1;
      }
      else if (c === "{") { flush(); out.push(this.place()); }
      else if (c === "#" && counting) { flush(); out.push({ kind: "count" }); this.at++; }
      else if (c === "}" || text.startsWith("</", this.at)) break;
      else if (c === "<" && /^<\d/.test(text.slice(this.at, this.at + 2))) { flush(); out.push(this.element(counting)); }
      else { words += c; this.at++; }
    }
    flush();
    return out;
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const m = pattern.exec(this.text);
    if (!m) throw new SyntaxError(`Not understood at ${this.at + 1}: ${this.text}`);
    this.at = pattern.lastIndex;
    return m[1] ?? "";
  }

  private place(): Node {
    const name = this.take(/\{\s*(\w+)\s*/y);
    if (this.text[this.at] === "}") { this.at++; return { kind: "value", name }; }
    const kind = this.take(/,\s*(plural|select)\s*,\s*/y) as "plural" | "select";
    const of: Record<string, Node[]> = {};
    while (this.text[this.at] !== "}") {
      const key = this.take(/(=?\w+)\s*\{/y);
      of[key] = this.nodes(kind === "plural");
      this.take(/\}\s*/y);
    }
    if (!of.other) throw new SyntaxError(`“other” is missing: ${this.text}`);
    this.at++;
    return { kind, name, of };
  }

  private element(counting: boolean): Node {
    const index = Number(this.take(/<(\d+)/y));
    if (this.text.startsWith("/>", this.at)) { this.at += 2; return { kind: "element", index, inside: null }; }
    this.take(/>/y);
    const inside = this.nodes(counting);
    this.take(new RegExp(`</${index}>`, "y"));
    return { kind: "element", index, inside };
  }
}

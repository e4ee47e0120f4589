/** Finds the text of one source file and says what to put in its place, so that it is looked up in a catalogue. */
import ts from "typescript";
import { isJoin, isOne, Message, pluralCall, worded } from "./message.ts";
import { calledName, hasLetters, holdsText, isPhrase, isSentence, isString, isWord, looksPlain, plainCalls, plainElements, plainNames, staticText, textCalls, textNames, unwrap } from "./text.ts";

export interface Edit { start: number; end: number; code: string }
/** A message as it stands in the source, and where. */
export interface Found { key: string; line: number }
/** A string that may be language and is not taken as such. */
export interface Doubt { text: string; line: number }
export interface Result { edits: Edit[]; messages: Found[]; doubts: Doubt[] }

/** All text of a file. What follows the comment "as is" is left alone, a file that begins with it altogether. */
export function find(name: string, code: string): Result {
  const out: Result = { edits: [], messages: [], doubts: [] };
  if (/^\/\* as is\b/.test(code)) return out;
  const file = ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true, name.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  out.edits = new Finder(file, code, out).edits(file, false);
  return out;
}

class Finder {
  constructor(private file: ts.SourceFile, private code: string, private out: Result) {}

  /** The source of a node with its text replaced. */
  private source = (node: ts.Node, text = false): string => {
    const start = node.getStart(this.file);
    return apply(this.code.slice(start, node.end), text && ts.isExpression(node) ? this.text(node) : this.edits(node, false), start);
  };
  private message = () => new Message((n) => this.source(n), (n) => this.source(n, true));
  private line = (n: ts.Node) => this.file.getLineAndCharacterOfPosition(n.getStart(this.file)).line + 1;
  private asIs = (n: ts.Node) => /\/\* as is[^*]*\*\/\s*$/.test(this.code.slice(Math.max(0, n.getStart(this.file) - 80), n.getStart(this.file)));

  /** Edits within a node that need not be text. named: something whose name says that it holds words. */
  edits(node: ts.Node, named: boolean): Edit[] {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return [];
    if (ts.isJsxElement(node) || ts.isJsxFragment(node)) return this.jsx(node);
    if (ts.isJsxAttribute(node)) return this.attribute(node);
    if (isString(node)) return this.perhaps(node as ts.Expression, named);
    if (ts.isConditionalExpression(node) && isOne(node.condition) && sentences(node.whenTrue) && sentences(node.whenFalse)) return this.text(node);
    if (isJoin(node as ts.Expression) && isSentence(joined(node as ts.Expression))) return this.text(node as ts.Expression);
    if (ts.isPropertyAssignment(node)) return this.property(node, named);
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) return this.call(node, named);
    if (ts.isTaggedTemplateExpression(node)) return [];
    if (ts.isBinaryExpression(node)) return this.binary(node, named);
    if (ts.isCaseClause(node)) return node.statements.flatMap((s) => this.edits(s, named));
    if (ts.isElementAccessExpression(node)) return this.children(node, named, (c) => !isString(c));
    const own = (ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node) || ts.isPropertyDeclaration(node) || ts.isMethodDeclaration(node)) && node.name && ts.isIdentifier(node.name) ? holdsText(node.name.text) : false;
    if (ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node)) return this.children(node, own);
    // A function within has a name of its own, or none that speaks of words.
    if (ts.isBlock(node) && named) return this.children(node, true);
    return this.children(node, named || own);
  }

  private children(node: ts.Node, named: boolean, only: (n: ts.Node) => boolean = () => true): Edit[] {
    const all: Edit[] = [];
    ts.forEachChild(node, (c) => { if (only(c)) all.push(...this.edits(c, named)); });
    return all;
  }

  /** A string in a place that need not be text. */
  private perhaps(node: ts.Expression, named: boolean): Edit[] {
    const said = staticText(node)!;
    const inner = () => this.children(node, false);
    if (this.asIs(node) || !hasLetters(said)) return inner();
    const bare = said.replaceAll("…", " ");
    if (!looksPlain(bare) && (isSentence(said.replace(/^…/, "X")) || (isWord(said) && (said.endsWith(".") || standsAlone(node))) || (named && (/\s/.test(said.trim()) ? standsAlone(node) : isAnswer(node))))) return this.text(node);
    if (isPhrase(bare) || (isWord(said) && !ts.isLiteralTypeNode(node.parent))) this.out.doubts.push({ text: said, line: this.line(node) });
    return inner();
  }

  /** Edits of an expression that is read by people. */
  private text(outer: ts.Expression): Edit[] {
    const e = unwrap(outer);
    if (this.asIs(e) || (isString(e) && /:\/\/$/.test(staticText(e)!))) return [];
    if (isString(e) || isJoin(e)) {
      const m = this.message();
      m.expression(e);
      if (!m.letters) return this.children(e, false);
      return [this.say(e, m, false)];
    }
    if (ts.isConditionalExpression(e)) {
      if (isOne(e.condition) && worded(e.whenTrue) && worded(e.whenFalse) && plain(e.whenTrue) && plain(e.whenFalse)) {
        const m = this.message();
        m.choice(e.condition, e.whenTrue, e.whenFalse);
        return [this.say(e, m, false)];
      }
      return [...this.edits(e.condition, false), ...this.text(e.whenTrue), ...this.text(e.whenFalse)];
    }
    if (ts.isBinaryExpression(e) && /^(\|\||\?\?)$/.test(e.operatorToken.getText())) return [...this.text(e.left), ...this.text(e.right)];
    if (ts.isBinaryExpression(e) && e.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) return [...this.edits(e.left, false), ...this.text(e.right)];
    if (ts.isArrayLiteralExpression(e)) return e.elements.flatMap((x) => this.text(x));
    return this.edits(e, false);
  }

  private say(at: ts.Node, m: Message, nodes: boolean): Edit {
    this.out.messages.push({ key: m.key.trim(), line: this.line(at) });
    return { start: at.getStart(this.file), end: at.end, code: m.call(nodes) };
  }

  private attribute(node: ts.JsxAttribute): Edit[] {
    const name = node.name.getText(this.file);
    const value = node.initializer;
    if (!value || name === "className" || name === "classNames" || name === "style") return [];
    const tag = node.parent.parent.tagName.getText(this.file);
    const plainly = plainNames.has(name) || name.startsWith("data-") || (name.startsWith("aria-") && !textNames.has(name)) || (name === "name" && /^[a-z]/.test(tag));
    if (ts.isStringLiteral(value)) {
      if (plainly || !hasLetters(value.text) || !(textNames.has(name) || isSentence(value.text) || isWord(value.text) || isPhrase(value.text))) return [];
      const m = this.message();
      m.literal(decoded(value.text));
      const edit = this.say(value, m, false);
      return [{ ...edit, code: `{${edit.code}}` }];
    }
    if (!ts.isJsxExpression(value) || !value.expression) return this.children(value, false);
    if (textNames.has(name)) return this.text(value.expression);
    const inner = unwrap(value.expression);
    if (plainly && (isString(inner) || ts.isConditionalExpression(inner))) return this.quiet(inner);
    return this.edits(value.expression, !plainly && (ts.isConditionalExpression(inner) || isString(inner)) && sentences(inner));
  }

  /** What stands where no text stands: its strings are left alone. */
  private quiet(node: ts.Node): Edit[] {
    if (isString(node)) return [];
    if (ts.isConditionalExpression(node)) return [node.condition, node.whenTrue, node.whenFalse].flatMap((n) => this.quiet(unwrap(n)));
    return this.edits(node, false);
  }

  private property(node: ts.PropertyAssignment, named: boolean): Edit[] {
    const name = ts.isIdentifier(node.name) || ts.isStringLiteral(node.name) ? node.name.text : "";
    if (name === "className" || name === "classNames") return [];
    if (textNames.has(name) && !ts.isFunctionLike(node.initializer)) return this.text(node.initializer);
    if (plainNames.has(name) && (isString(node.initializer) || ts.isConditionalExpression(node.initializer))) return this.quiet(node.initializer);
    return this.edits(node.initializer, named || textNames.has(name));
  }

  private call(node: ts.CallExpression | ts.NewExpression, named: boolean): Edit[] {
    const name = calledName(node);
    const args = [...(node.arguments ?? [])];
    if (name === "phrase" && args[0] && ts.isCallExpression(node)) {
      const m = this.message();
      m.expression(args[0]);
      if (args[1] && ts.isStringLiteral(args[1])) m.key += `\u0004${args[1].text}`;
      return [this.say(node, m, false)];
    }
    const counted = ts.isCallExpression(node) ? pluralCall(node) : null;
    if (counted) {
      this.out.messages.push({ key: `{n, plural, one {# ${counted.one}} other {# ${counted.many}}}`, line: this.line(node) });
      return this.edits(counted.count, false);
    }
    if (name === "countNoun" && args[1] && ts.isStringLiteral(args[1])) {
      const many = args[2] && ts.isStringLiteral(args[2]) ? args[2].text : args[1].text + "s";
      this.out.messages.push({ key: `{n, plural, one {{count} ${args[1].text}} other {{count} ${many}}}`, line: this.line(node) }, { key: many, line: this.line(node) });
      return this.edits(args[0], false);
    }
    const before = this.edits(node.expression, false);
    if (textCalls.has(name) && args[0]) return [...before, ...(sentences(args[0]) ? this.text(args[0]) : this.edits(args[0], false)), ...args.slice(1).flatMap((a) => this.edits(a, false))];
    if (plainCalls.has(name)) return [...before, ...args.flatMap((a) => (isString(a) ? this.children(a, false) : this.edits(a, false)))];
    return [...before, ...args.flatMap((a) => this.edits(a, named && ts.isFunctionLike(a)))];
  }

  private binary(node: ts.BinaryExpression, named: boolean): Edit[] {
    const op = node.operatorToken.getText(this.file);
    if (/^[!=]==?$|^[<>]=?$|^in$/.test(op)) return [node.left, node.right].flatMap((n) => (isString(n) ? [] : this.edits(n, false)));
    if (op === "=" && /(^|\.)(title|textContent|ariaLabel)$/.test(node.left.getText(this.file))) return this.text(node.right);
    return [...this.edits(node.left, named), ...this.edits(node.right, named)];
  }

  /** The children of an element: the words among them are one message, with the elements between them. */
  private jsx(node: ts.JsxElement | ts.JsxFragment): Edit[] {
    const opening = ts.isJsxElement(node) ? this.children(node.openingElement, false) : [];
    if (ts.isJsxElement(node) && plainElements.has(node.openingElement.tagName.getText(this.file))) return [...opening, ...node.children.flatMap((c) => (ts.isJsxText(c) ? [] : this.edits(c, false)))];
    const said = (c: ts.JsxChild) => ts.isJsxText(c) && hasLetters(decoded(trimmed(c.text)));
    if (!node.children.some(said)) return [...opening, ...node.children.flatMap((c) => this.child(c))];
    let from = 0, to = node.children.length;
    const edge = (c: ts.JsxChild | undefined) => !c || (ts.isJsxText(c) ? trimmed(c.text).trim() === "" : ts.isJsxExpression(c) ? !c.expression || elementOnly(c.expression) : !this.speaks(c));
    while (from < to && edge(node.children.at(from))) from++;
    while (to > from && edge(node.children.at(to - 1))) to--;
    const m = this.message();
    const inside = node.children.slice(from, to);
    this.fill(m, inside);
    const first = inside[0], last = inside[inside.length - 1];
    this.out.messages.push({ key: m.key.trim(), line: this.line(first) });
    const lead = /^\s*/.exec(m.key)![0], trail = /\s*$/.exec(m.key)![0];
    m.key = m.key.trim();
    const code = `${lead && `{" "}`}{${m.call(true)}}${trail && `{" "}`}`;
    return [...opening, ...node.children.slice(0, from).flatMap((c) => this.child(c)), { start: first.pos, end: last.end, code }, ...node.children.slice(to).flatMap((c) => this.child(c))];
  }

  private child(c: ts.JsxChild): Edit[] {
    return ts.isJsxExpression(c) && c.expression ? this.text(c.expression) : ts.isJsxText(c) ? [] : this.edits(c, false);
  }

  private fill(m: Message, children: readonly ts.JsxChild[]): void {
    for (const c of children) {
      if (ts.isJsxText(c)) m.literal(decoded(trimmed(c.text)));
      else if (ts.isJsxExpression(c)) { if (c.expression) m.expression(c.expression); }
      else if (ts.isJsxElement(c) && this.speaks(c)) m.element(this.emptied(c), () => this.fill(m, c.children));
      else m.element(this.source(c), null);
    }
  }
  /** Whether words stand directly in an element, so that it belongs to the sentence. */
  private speaks = (c: ts.JsxChild): boolean =>
    ts.isJsxElement(c) && !plainElements.has(c.openingElement.tagName.getText(this.file)) &&
    c.children.some((x) => (ts.isJsxText(x) ? hasLetters(x.text) : ts.isJsxExpression(x) && x.expression ? isString(unwrap(x.expression)) || simple(x.expression) : this.speaks(x)));
  private emptied(c: ts.JsxElement): string {
    const o = c.openingElement;
    const start = o.attributes.getStart(this.file);
    const attributes = apply(this.code.slice(start, o.attributes.end), this.children(o.attributes, false), start);
    return `<${o.tagName.getText(this.file)} ${attributes} />`;
  }
}

const simple = (e: ts.Expression): boolean => { const x = unwrap(e); return ts.isIdentifier(x) || ts.isPropertyAccessExpression(x); };
const elementOnly = (outer: ts.Expression): boolean => {
  const e = unwrap(outer);
  if (ts.isJsxElement(e) || ts.isJsxSelfClosingElement(e) || ts.isJsxFragment(e) || e.kind === ts.SyntaxKind.NullKeyword) return true;
  if (ts.isConditionalExpression(e)) return elementOnly(e.whenTrue) && elementOnly(e.whenFalse);
  return ts.isBinaryExpression(e) && e.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken && elementOnly(e.right);
};
const plain = (outer: ts.Expression): boolean => { const e = unwrap(outer); return isString(e) || isJoin(e) || (ts.isConditionalExpression(e) && plain(e.whenTrue) && plain(e.whenFalse)); };
const joined = (outer: ts.Expression): string => { const e = unwrap(outer); return isJoin(e) ? joined(e.left) + joined(e.right) : staticText(e) ?? "…"; };
const sentences = (outer: ts.Expression): boolean => {
  const e = unwrap(outer);
  if (ts.isConditionalExpression(e)) return sentences(e.whenTrue) || sentences(e.whenFalse);
  const s = isJoin(e) ? joined(e) : staticText(e);
  return s !== null && (isSentence(s.replace(/^…/, "X")) || isWord(s) || isPhrase(s));
};

/** Whether a string is a value of its own: of a property, in a list, returned, one of two. */
function standsAlone(node: ts.Node): boolean {
  const p = node.parent;
  if (ts.isParenthesizedExpression(p) || ts.isAsExpression(p)) return standsAlone(p);
  if (ts.isConditionalExpression(p)) return p.condition !== node;
  if (ts.isBinaryExpression(p)) return /^(\?\?|\|\||&&|\+)$/.test(p.operatorToken.getText()) && p.right === node;
  return ts.isPropertyAssignment(p) || ts.isArrayLiteralExpression(p) || ts.isReturnStatement(p) || ts.isArrowFunction(p) || ts.isVariableDeclaration(p) || ts.isBindingElement(p) || ts.isTemplateSpan(p);
}

/** Whether a string is what a function gives, or one of two: "nothing", "yes". */
const isAnswer = (node: ts.Node): boolean => ts.isReturnStatement(node.parent) || ts.isArrowFunction(node.parent) || (ts.isConditionalExpression(node.parent) && node.parent.condition !== node) || ts.isTemplateSpan(node.parent);

/** Text between elements as React shows it: lines are joined, indentation is nothing. */
export function trimmed(s: string): string {
  const lines = s.split(/\r?\n/);
  const kept = lines.map((l, i) => { let x = l.replaceAll("\t", " "); if (i > 0) x = x.replace(/^ +/, ""); if (i < lines.length - 1) x = x.replace(/ +$/, ""); return x; });
  return kept.filter((l) => l !== "").join(" ");
}
const entities: Record<string, string> = { nbsp: "\u00a0", amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", mdash: "—", ndash: "–", hellip: "…", times: "×", middot: "·" };
const decoded = (s: string): string => s.replace(/&(\w+);/g, (all, n: string) => entities[n] ?? all);

export function apply(code: string, edits: Edit[], offset = 0): string {
  let out = "", at = 0;
  for (const e of [...edits].sort((a, b) => a.start - b.start)) {
    out += code.slice(at, e.start - offset) + e.code;
    at = e.end - offset;
  }
  return out + code.slice(at);
}

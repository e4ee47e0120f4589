/** One message: the English text with named places for values, plurals, choices and elements, and the code that gives them. */
import ts from "typescript";
import { calledName, hasLetters, isString, unwrap } from "./text.ts";

type Source = (node: ts.Node) => string;

/** Builds a message out of the pieces that a sentence is written in. */
export class Message {
  key = "";
  /** Expressions by the name that they have in the message. */
  values = new Map<string, string>();
  elements: string[] = [];
  letters = false;
  private guards: string[] = [];
  private counting = 0;
  constructor(private source: Source, private textSource: Source) {}

  literal(s: string): void {
    if (hasLetters(s)) this.letters = true;
    this.key += escaped(s, this.counting > 0);
  }

  /** A value: the code that gives it, under a name for translators. */
  private value(e: ts.Expression, code: string, bare = false): string {
    const guarded = bare || ts.isIdentifier(unwrap(e)) ? code : this.guards.reduceRight((c, g) => g.replace("\0", () => c), `(${code})`);
    const base = nameOf(e) || "value";
    for (let n = 1; ; n++) {
      const name = n === 1 ? base : base + n;
      const was = this.values.get(name);
      if (was === `(${code})`) return name;
      if (was !== undefined && was !== guarded) continue;
      this.values.set(name, guarded);
      return name;
    }
  }

  /** Any expression in the middle of a sentence. */
  expression(outer: ts.Expression): void {
    const e = unwrap(outer);
    if (ts.isStringLiteral(e) || ts.isNoSubstitutionTemplateLiteral(e)) return this.literal(e.text);
    if (ts.isTemplateExpression(e)) {
      this.literal(e.head.text);
      for (const s of e.templateSpans) { this.expression(s.expression); this.literal(s.literal.text); }
      return;
    }
    if (isJoin(e)) { this.expression(e.left); return this.expression(e.right); }
    if (ts.isConditionalExpression(e) && this.choosable(e.whenTrue) && this.choosable(e.whenFalse) && (worded(e.whenTrue) || worded(e.whenFalse))) {
      return this.choice(e.condition, e.whenTrue, e.whenFalse);
    }
    if (ts.isBinaryExpression(e) && e.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken && worded(e.right) && this.choosable(e.right)) {
      return this.choice(e.left, e.right, null);
    }
    if (ts.isCallExpression(e) && calledName(e) === "phrase" && e.arguments.length === 1) return this.expression(e.arguments[0]);
    const counted = pluralCall(e);
    if (counted) {
      const name = this.value(counted.count, this.source(counted.count));
      this.letters = true;
      this.key += `{${name}, plural, one {# ${escaped(counted.one, true)}} other {# ${escaped(counted.many, true)}}}`;
      return;
    }
    this.key += `{${this.value(e, this.textSource(e))}}`;
  }

  /** Words of which one is said: a plural when it depends on whether there is one, else a selection. */
  choice(condition: ts.Expression, yes: ts.Expression, no: ts.Expression | null): void {
    const code = this.source(condition);
    const one = isOne(condition);
    const name = one ? this.value(one, this.source(one)) : this.value(condition, `(${code}) ? "yes" : ""`, this.guards.length === 0);
    const branch = (e: ts.Expression | null, guard: string): void => {
      this.guards.push(guard);
      if (one) this.counting++;
      if (e && !isNothing(e)) this.expression(e);
      if (one) this.counting--;
      this.guards.pop();
    };
    this.key += one ? `{${name}, plural, one {` : `{${name}, select, yes {`;
    branch(yes, `((${code}) ? \0 : "")`);
    this.key += "} other {";
    branch(no, `((${code}) ? "" : \0)`);
    this.key += "}}";
  }

  /** Whether a branch is made of words and plain values, without elements. */
  private choosable(outer: ts.Expression): boolean {
    const e = unwrap(outer);
    if (ts.isConditionalExpression(e)) return this.choosable(e.whenTrue) && this.choosable(e.whenFalse);
    if (isJoin(e)) return this.choosable(e.left) && this.choosable(e.right);
    if (isString(e) || isNothing(e)) return true;
    return ts.isIdentifier(e) || ts.isPropertyAccessExpression(e) || ts.isCallExpression(e) || ts.isElementAccessExpression(e) ? !containsElement(e) : false;
  }

  /** An element with words of its own, as <0>…</0>, or a whole one, as <0/>. */
  element(code: string, inside: (() => void) | null): void {
    const i = this.elements.push(code) - 1;
    if (!inside) { this.key += `<${i}/>`; return; }
    this.key += `<${i}>`;
    inside();
    this.key += `</${i}>`;
  }

  /** The call that says the message; nodes when values may be elements. */
  call(nodes: boolean): string {
    const lead = /^\s*/.exec(this.key)![0], trail = this.key.trim() ? /\s*$/.exec(this.key)![0] : "";
    const key = this.key.trim();
    const values = [...this.values].map(([n, code]) => (n === code ? n : `${n}: ${code}`)).join(", ");
    const args = [JSON.stringify(key), ...(values || this.elements.length ? [`{ ${values} }`] : []), ...(this.elements.length ? [`[${this.elements.join(", ")}]`] : [])];
    const fn = nodes && (values || this.elements.length) ? "$r" : "$t";
    const call = `${fn}(${args.join(", ")})`;
    if (!lead && !trail) return call;
    if (fn === "$r") return `<>${lead && `{${JSON.stringify(lead)}}`}{${call}}${trail && `{${JSON.stringify(trail)}}`}</>`;
    return `(${lead ? JSON.stringify(lead) + " + " : ""}${call}${trail ? " + " + JSON.stringify(trail) : ""})`;
  }
}

/** Literal text in a message: braces, tags and, in a plural, # are quoted. */
export function escaped(s: string, counting: boolean): string {
  return s.replace(counting ? /'(?=['{}<#])|[{}#]|<(?=[\d/])/g : /'(?=['{}<])|[{}]|<(?=[\d/])/g, (c) => (c === "'" ? "''" : `'${c}'`));
}

export const isJoin = (e: ts.Expression): e is ts.BinaryExpression =>
  ts.isBinaryExpression(e) && e.operatorToken.kind === ts.SyntaxKind.PlusToken && (stringy(e.left) || stringy(e.right));
const stringy = (outer: ts.Expression): boolean => {
  const e = unwrap(outer);
  return isString(e) || isJoin(e) || (ts.isConditionalExpression(e) && stringy(e.whenTrue) && stringy(e.whenFalse));
};

/** Whether an expression has words in one of its branches. */
export function worded(outer: ts.Expression): boolean {
  const e = unwrap(outer);
  if (ts.isStringLiteral(e) || ts.isNoSubstitutionTemplateLiteral(e)) return hasLetters(e.text);
  if (ts.isTemplateExpression(e)) return hasLetters(e.head.text) || e.templateSpans.some((s) => hasLetters(s.literal.text) || worded(s.expression));
  if (ts.isConditionalExpression(e)) return worded(e.whenTrue) || worded(e.whenFalse);
  if (isJoin(e)) return worded(e.left) || worded(e.right);
  if (ts.isBinaryExpression(e) && /^(&&|\|\||\?\?)$/.test(e.operatorToken.getText())) return worded(e.right);
  return pluralCall(e) !== null;
}

const isNothing = (outer: ts.Expression): boolean => {
  const e = unwrap(outer);
  return e.kind === ts.SyntaxKind.NullKeyword || e.kind === ts.SyntaxKind.FalseKeyword || (ts.isIdentifier(e) && e.text === "undefined");
};
const containsElement = (n: ts.Node): boolean => ts.isJsxElement(n) || ts.isJsxSelfClosingElement(n) || ts.isJsxFragment(n) || (ts.forEachChild(n, containsElement) ?? false);

/** The count of `count === 1`. */
export function isOne(outer: ts.Expression): ts.Expression | null {
  const e = unwrap(outer);
  if (!ts.isBinaryExpression(e) || e.operatorToken.kind !== ts.SyntaxKind.EqualsEqualsEqualsToken) return null;
  return ts.isNumericLiteral(e.right) && e.right.text === "1" ? e.left : null;
}

/** plural(count, "ticket") and plural(count, "party", "parties") with words that stand there. */
export function pluralCall(outer: ts.Expression): { count: ts.Expression; one: string; many: string } | null {
  const e = unwrap(outer);
  if (!ts.isCallExpression(e) || calledName(e) !== "plural" || e.arguments.length < 2) return null;
  const [count, one, many] = e.arguments;
  if (!ts.isStringLiteral(one) || (many && !ts.isStringLiteral(many))) return null;
  return { count, one: one.text, many: many && ts.isStringLiteral(many) ? many.text : one.text + "s" };
}

const ordinary = new Set(["name", "title", "length", "id", "text", "at", "data", "count", "value", "current"]);
/** A name for a value that says to a translator what it is. */
export function nameOf(outer: ts.Expression): string {
  const e = unwrap(outer);
  if (ts.isIdentifier(e)) return e.text;
  if (ts.isPropertyAccessExpression(e)) {
    const own = e.name.text;
    const inner = unwrap(e.expression);
    if (!ordinary.has(own)) return own;
    const of = ts.isIdentifier(inner) && inner.text.length < 3 ? "" : nameOf(inner);
    return of || own;
  }
  if (ts.isElementAccessExpression(e)) return nameOf(e.expression);
  if (ts.isCallExpression(e) && /^[A-Z]/.test(e.expression.getText())) return nameOf(e.arguments.at(-1) ?? e.expression);
  if (ts.isNumericLiteral(e)) return "";
  if (ts.isCallExpression(e)) return (e.arguments.length && nameOf(e.arguments[0])) || (ts.isPropertyAccessExpression(e.expression) ? nameOf(e.expression.expression) : calledName(e));
  if (ts.isConditionalExpression(e)) return nameOf(e.condition);
  if (ts.isBinaryExpression(e)) return nameOf(e.left) || nameOf(e.right);
  if (ts.isPrefixUnaryExpression(e)) return nameOf(e.operand);
  return "";
}

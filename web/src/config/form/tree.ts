/** The text of a blueprint as a tree that a form edits. What an edit does not touch keeps its bytes; comments and order stay. */
import { Document, isAlias, isCollection, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, Scalar, visit, type Node, type Pair, type ParsedNode, type YAMLMap, type YAMLSeq } from "yaml";
import { phrase } from "@/language/phrase";

export type Path = (string | number)[];
export interface Place { line: number; column: number }
export interface Tree {
  text: string;
  /** Where the text cannot be read, and why. */
  broken: (Place & { message: string }) | null;
  value: Record<string, unknown>;
  doc: Document.Parsed;
  lines: LineCounter;
}

export const pathText = (p: Path): string => p.reduce<string>((s, k) => (typeof k === "number" ? `${s}[${k}]` : s ? `${s}.${k}` : k), "");
export const pathOf = (text: string): Path => [...text.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map((m) => (m[2] !== undefined ? Number(m[2]) : m[1]));

export function readTree(text: string): Tree {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const e = doc.errors[0];
  const tree: Tree = { text, doc, lines, broken: null, value: {} };
  if (e) {
    const at = lines.linePos(e.pos[0]);
    return { ...tree, broken: { message: e.message, line: at.line, column: at.col } };
  }
  if (!isMap(doc.contents)) return { ...tree, broken: { message: "The text is not a list of fields with their values.", line: 1, column: 1 } };
  try {
    tree.value = doc.toJS() as Record<string, unknown>;
  } catch (x) {
    tree.broken = { message: (x as Error).message, line: 1, column: 1 };
  }
  return tree;
}

/** The value at a path, undefined where there is none. */
export const valueAt = (value: unknown, path: Path): unknown => path.reduce<unknown>((v, k) => (v !== null && typeof v === "object" ? (v as Record<string | number, unknown>)[k] : undefined), value);

/** The path of what stands at a place in the text. */
export function pathAt(tree: Tree, line: number, column: number): Path {
  const start = tree.lines.lineStarts[line - 1];
  if (start === undefined) return [];
  const at = start + column - 1;
  const path: Path = [];
  let node: unknown = tree.doc.contents;
  for (;;) {
    let next: unknown = null;
    if (isMap(node)) {
      for (const p of node.items as Pair<ParsedNode, ParsedNode | null>[]) {
        const end = p.value?.range ? p.value.range[1] : (p.key.range?.[1] ?? 0);
        if (p.key.range && at >= p.key.range[0] && at <= end) { path.push(keyOf(p)); next = p.value; break; }
      }
    } else if (isSeq(node)) {
      const i = node.items.findIndex((x) => { const r = (x as Node).range; return r && at >= r[0] && at <= r[1]; });
      if (i >= 0) { path.push(i); next = node.items[i]; }
    }
    if (!next || !isCollection(next)) return path;
    node = next;
  }
}

/** Where the value of a path stands; the nearest that exists above it otherwise. */
export function placeOf(tree: Tree, path: Path): Place {
  for (let p = path; p.length > 0; p = p.slice(0, -1)) {
    const node = tree.doc.getIn(p, true) as Node | undefined;
    if (node?.range) {
      const at = tree.lines.linePos(node.range[0]);
      return { line: at.line, column: at.col };
    }
  }
  return { line: 1, column: 1 };
}

type Edit = (doc: Document) => void;

/** Sets a value, in the order of the schema's keys where it is new; undefined takes it away. */
export function setAt(tree: Tree, path: Path, value: unknown, order: string[] = []): string {
  if (value === undefined) return removeAt(tree, path);
  const old = tree.doc.getIn(path, true) as Node | undefined;
  if (old && isScalar(old) && old.range && old.range[1] > old.range[0] && !isBlock(old) && isPlain(value)) {
    const written = scalarText(value, old, inFlow(tree, path));
    const text = tree.text.slice(0, old.range[0]) + written + tree.text.slice(old.range[1]);
    if (same(readTree(text).value, expected(tree, (d) => d.setIn(path, value)))) return text;
  }
  return change(tree, path, (doc) => {
    const node = doc.createNode(value);
    const before = doc.getIn(path, true);
    if (isCollection(before) && isCollection(node)) node.flow = before.flow;
    else if (Array.isArray(value) && value.every(isPlain) && value.length < 6) (node as YAMLSeq).flow = true;
    put(doc, path, node, order);
  });
}

export function removeAt(tree: Tree, path: Path): string {
  if (tree.doc.getIn(path, true) === undefined && !tree.doc.hasIn(path)) return tree.text;
  return change(tree, path, (doc) => { doc.deleteIn(path); });
}

/** Adds an entry to a list, written as its neighbours are. */
export function insertAt(tree: Tree, path: Path, index: number, value: unknown): string {
  if (!isSeq(tree.doc.getIn(path, true))) return setAt(tree, path, [value]);
  return change(tree, path, (doc) => {
    const seq = doc.getIn(path, true) as YAMLSeq;
    const node = doc.createNode(value) as Node;
    const near = seq.items.find((x) => isCollection(x));
    if (isCollection(node) && isCollection(near)) node.flow = near.flow;
    seq.items.splice(index, 0, node);
  });
}

export function moveAt(tree: Tree, path: Path, from: number, to: number): string {
  return change(tree, path, (doc) => {
    const seq = doc.getIn(path, true) as YAMLSeq;
    const [item] = seq.items.splice(from, 1);
    seq.items.splice(to, 0, item);
  });
}

/** Runs an edit on the part of the text that its first key spans, or on the whole where that is not enough. */
function change(tree: Tree, path: Path, edit: Edit): string {
  const want = expected(tree, edit);
  for (const tried of [() => changePart(tree, String(path[0]), edit), () => changeWhole(tree, edit)]) {
    let text: string | null;
    try {
      text = tried();
    } catch {
      continue; // an anchor elsewhere: the whole document knows it
    }
    if (text !== null && same(readTree(text).value, want)) return text;
  }
  throw new Error(phrase("This cannot be written into the text. Change it there."));
}

function expected(tree: Tree, edit: Edit): unknown {
  const doc = parseDocument(tree.text);
  edit(doc);
  return doc.toJS();
}

function changeWhole(tree: Tree, edit: Edit): string {
  const doc = parseDocument(tree.text);
  edit(doc);
  return doc.toString(styleOf(tree.text));
}

function changePart(tree: Tree, key: string, edit: Edit): string | null {
  const root = tree.doc.contents;
  if (!isMap(root) || root.flow) return null;
  const at = span(tree, root, key);
  if (!at) { // a key of its own: after the last key
    const doc = new Document({});
    edit(doc);
    if (!isMap(doc.contents) || doc.contents.items.length === 0) return tree.text;
    const added = doc.toString(styleOf(tree.text));
    const before = afterOf(tree, root, edit, key);
    const head = tree.text.slice(0, before);
    return (head === "" || head.endsWith("\n") ? head : head + "\n") + added + tree.text.slice(before);
  }
  const doc = parseDocument(tree.text.slice(at[0], at[1]));
  edit(doc);
  const empty = !isMap(doc.contents) || doc.contents.items.length === 0;
  let text = empty ? "" : doc.toString(styleOf(tree.text));
  if (!empty && at[1] === tree.text.length && !tree.text.endsWith("\n")) text = text.trimEnd();
  return tree.text.slice(0, at[0]) + text + tree.text.slice(at[1]);
}

/** The lines of a key and its value, without comments that stand before the next key. */
function span(tree: Tree, root: YAMLMap, key: string): [number, number] | null {
  const items = root.items as Pair<ParsedNode, ParsedNode | null>[];
  const i = items.findIndex((p) => keyOf(p) === key);
  if (i < 0) return null;
  const start = lineStart(tree.text, items[i].key.range![0]);
  let end = i + 1 < items.length ? lineStart(tree.text, items[i + 1].key.range![0]) : tree.text.length;
  for (;;) { // comments and empty lines before the next key are its own
    const before = lineStart(tree.text, end - 1);
    if (before <= start || end <= start || !/^(#.*|\s*|---.*|\.\.\..*)\n?$/.test(tree.text.slice(before, end))) break;
    end = before;
  }
  return [start, end];
}

/** Where a new key goes: behind the last key that stands before it in the schema, known from the edit's own order. */
function afterOf(tree: Tree, root: YAMLMap, edit: Edit, key: string): number {
  const doc = parseDocument(tree.text);
  edit(doc);
  const keys = (doc.contents as YAMLMap).items.map(keyOf);
  const before = keys[keys.indexOf(key) - 1];
  return before === undefined ? 0 : span(tree, root, before)![1];
}

/** Puts a node under its key: in the place that the order gives it. */
function put(doc: Document, path: Path, node: unknown, order: string[]): void {
  const key = path[path.length - 1];
  const fresh = !doc.hasIn(path);
  doc.setIn(path, node);
  const holder = path.length > 1 ? doc.getIn(path.slice(0, -1), true) : doc.contents;
  if (!fresh || typeof key !== "string" || !isMap(holder)) return;
  const rank = (p: unknown) => (isPair(p) ? order.indexOf(keyOf(p)) : -1);
  const pair = holder.items.pop()!;
  const mine = rank(pair);
  let i = holder.items.length;
  if (mine >= 0) while (i > 0 && rank(holder.items[i - 1]) > mine) i--;
  holder.items.splice(i, 0, pair);
}

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;
const keyOf = (p: Pair): string => String(isScalar(p.key) ? p.key.value : p.key);
const isPlain = (v: unknown): v is string | number | boolean => typeof v === "string" || typeof v === "number" || typeof v === "boolean";
const isBlock = (s: Scalar): boolean => s.type === Scalar.BLOCK_LITERAL || s.type === Scalar.BLOCK_FOLDED;
const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sorted = (v: unknown): unknown => (Array.isArray(v) ? v.map(sorted) : v && typeof v === "object" ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, x]) => [k, sorted(x)])) : v);

function inFlow(tree: Tree, path: Path): boolean {
  for (let n = path.length - 1; n > 0; n--) {
    const node = tree.doc.getIn(path.slice(0, n), true);
    if (isCollection(node) && node.flow) return true;
  }
  return false;
}

/** A value as it is written where another stood: quoted alike, and safe between brackets. */
function scalarText(value: string | number | boolean, old: Scalar, flow: boolean): string {
  const s = new Scalar(value);
  if (typeof value === "string" && (old.type === Scalar.QUOTE_DOUBLE || old.type === Scalar.QUOTE_SINGLE)) s.type = old.type;
  const doc = new Document(flow ? [s] : s);
  if (flow) (doc.contents as unknown as YAMLSeq).flow = true;
  const text = doc.toString({ lineWidth: 0, flowCollectionPadding: false }).trimEnd();
  return flow ? text.slice(1, -1) : text;
}

/** How the author indents. */
function styleOf(text: string): { lineWidth: 0; indent: number; indentSeq: boolean } {
  const nested = /^[^\s#-][^\n]*:[^\n]*\n(?:\s*#[^\n]*\n)*( +)\S/m.exec(text)?.[1].length ?? 2;
  return { lineWidth: 0, indent: Math.min(8, Math.max(2, nested)), indentSeq: !/^[\w-]+:[^\S\n]*(?:#[^\n]*)?\n- /m.test(text) };
}

/** Whether names are given to parts of the text and used again: those are changed in the text. */
export function hasAliases(tree: Tree): boolean {
  let found = false;
  visit(tree.doc, { Alias: () => { found = true; return visit.BREAK; } });
  return found || isAlias(tree.doc.contents);
}

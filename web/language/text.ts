/** What is text that people read: attributes, properties and calls that hold it, and how a sentence looks. */
import ts from "typescript";

/** Attributes and properties whose strings people read, however they look. */
export const textNames = new Set([
  "aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "label", "title", "placeholder", "alt", "description", "tip", "word", "legend",
  "hint", "note", "error", "nothingFoundMessage", "beforeName", "afterName", "caption", "heading", "help", "sub", "empty", "summary", "message", "say", "says", "text", "lead",
]);
/** Attributes and properties whose strings are for machines, whatever they look like. */
export const plainNames = new Set([
  "className", "classNames", "class", "style", "id", "key", "type", "kind", "role", "to", "href", "src", "rel", "d", "viewBox", "as", "dir", "value", "keys", "of", "strokeDasharray",
  "autoComplete", "inputMode", "pattern", "accept", "htmlFor", "position", "variant", "size", "color", "fill", "stroke", "method", "path", "queryKey", "fontFamily", "transform",
  "points", "d3", "name:", "code", "cursor", "field", "tag", "lang", "Content-Type", "Accept", "selector", "scheme", "fontFeatureSettings", "tone", "action", "state", "status", "slot", "section", "event", "unit", "cls", "look",
]);
/** Functions whose strings people read. */
export const textCalls = new Set(["say", "fail", "setError", "setWrong", "setProblem", "setSaid", "announce"]);
/** Functions whose strings are for machines. */
export const plainCalls = new Set([
  "read", "write", "watch", "useStored", "querySelector", "querySelectorAll", "closest", "matches", "getItem", "setItem", "fmt", "addEventListener", "removeEventListener", "require", "Error", "TypeError",
  "RegExp", "lazyRouteComponent", "page", "startsWith", "endsWith", "includes", "indexOf", "split", "replace", "replaceAll", "join", "has", "get", "matchMedia", "useMedia", "createElement", "setAttribute",
  "getAttribute", "toggle", "execCommand", "warn", "log", "is", "useState",
]);
/** Functions, constants and variables named like this hold words. */
const textual = /(words?|texts?|labels?|titles?|sentences?|phrases?|said|says|reasons?|hints?|headings?|describe|told|tell|noun|verb|notes?|lead|relative|stamp|duration|percent|bytes|inFuture|dueLabel)$/i;
export const holdsText = (name: string): boolean => textual.test(name) && !/class|file|queryname/i.test(name);

/** Elements whose text is not language. */
export const plainElements = new Set(["kbd", "code", "pre", "style", "script"]);

const keyNames = new Set(["Enter", "Escape", "Tab", "Backspace", "Home", "End", "Insert", "Shift", "Control", "Alt", "Meta", "Space", "Ctrl", "Mod", "Etc", "Mantine", "Inter"]);
export const hasLetters = (s: string): boolean => /\p{L}/u.test(s);

/** "Waits for you", "“x” is made.", with what stands for values left out. */
export function isSentence(s: string): boolean {
  const x = s.trim().replace(/^[“"(«]+/, "");
  return /^\p{Lu}/u.test(x) && /\s/.test(x) && /\p{Ll}{2}/u.test(x) && !looksPlain(x);
}
/** One word that begins with a capital: "Open", "Today". */
export const isWord = (s: string): boolean => /^\p{Lu}\p{Ll}+([’'-]\p{Ll}+)*[.,:…?]?$/u.test(s) && !keyNames.has(s) && !s.startsWith("Arrow");

/** Lower-case words in a row; class names look so too, so this is only a doubt. */
export const isPhrase = (s: string): boolean => /\p{Ll}{2,}[,;:.]? \p{Ll}{2,}/u.test(s) && !looksPlain(s);

/** Addresses, styles, paths, keys of data: never language. */
export function looksPlain(s: string): boolean {
  return /^[#./?&@$]|:\/\/|[{}<>=|\\]|var\(--|^[MLHVCSQTAZ] ?[\d.-]|^[A-Z]+\/|\d(px|fr|rem)\b|minmax\(|^[\w-]+\([^)]*\)$|^[a-z_]+[._:/][a-z_.:/]+$|^\S+\/\S+$/.test(s.trim());
}

export const unwrap = (e: ts.Expression): ts.Expression =>
  ts.isParenthesizedExpression(e) || ts.isAsExpression(e) || ts.isSatisfiesExpression(e) || ts.isNonNullExpression(e) ? unwrap(e.expression) : e;

/** The static text of a string or template, values left out; null for anything else. */
export function staticText(node: ts.Node): string | null {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map((s) => branch(s.expression) + s.literal.text).join("");
  return null;
}
/** What a value in a template may say: the longest of its branches, "…" for what is not written there. */
function branch(outer: ts.Expression): string {
  const e = unwrap(outer);
  if (!ts.isConditionalExpression(e)) return (isString(e) && staticText(e)) || "…";
  const [a, b] = [branch(e.whenTrue), branch(e.whenFalse)];
  return a.length > b.length ? a : b;
}
export const isString = (n: ts.Node): boolean => ts.isStringLiteral(n) || ts.isNoSubstitutionTemplateLiteral(n) || ts.isTemplateExpression(n);

/** The name something is called by: "say" of say(…) and of x.say(…). */
export function calledName(call: ts.CallExpression | ts.NewExpression): string {
  const e = call.expression;
  return ts.isIdentifier(e) ? e.text : ts.isPropertyAccessExpression(e) ? e.name.text : "";
}

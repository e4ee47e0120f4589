/** Text as Markdown that says just these characters, with as few backslashes as will do. Pure. */

const address = /https?:\/\/[^\s<>"]+/g;
const space = /\s/;
const word = /[\p{L}\p{N}]/u;

/** start: the text begins a line, where more signs mean something. */
export function escape(text: string, start: boolean): string {
  let out = "", at = 0;
  for (const m of text.matchAll(address)) {
    out += signs(text, at, m.index) + m[0];
    at = m.index + m[0].length;
  }
  out += signs(text, at, text.length);
  return start ? lineStart(out) : out;
}

function signs(text: string, from: number, to: number): string {
  let out = "";
  for (let i = from; i < to; i++) out += meant(text, i) ? "\\" + text[i] : text[i];
  return out;
}

/** Whether the sign would mean something to a reader of Markdown. */
function meant(text: string, i: number): boolean {
  const c = text[i], before = text[i - 1] ?? "", after = text[i + 1] ?? "";
  const loose = before !== "" && after !== "" && space.test(before) && space.test(after);
  switch (c) {
    case "`": return true;
    case "\\": return after === "" || /[!-/:-@[-`{-~]/.test(after);
    case "*": case "~": return !loose;
    case "_": return !loose && !(word.test(before) && word.test(after));
    case "]": return /[([:]/.test(after);
    case "<": return /[a-z/!?]/i.test(after);
    case "&": return /^&(#\d+|#x[\da-f]+|[a-z][a-z\d]*);/i.test(text.slice(i, i + 40));
    default: return false;
  }
}

function lineStart(line: string): string {
  // Markdown drops what a line is indented by, or takes it for code.
  const lead = /^[ \t]+/.exec(line)?.[0] ?? "";
  const rest = line.slice(lead.length);
  const kept = lead.length > 1 ? lead.replaceAll("\t", "    ").replaceAll(" ", "\u00a0") : "";
  if (kept) return kept + rest;
  if (/^(#{1,6}|[-+])(\s|$)|^>|^(-{2,}|=+)\s*$|^\|?\s*:?-+:?\s*(\||$)|^\[[ xX]\](\s|$)/.test(rest)) return "\\" + rest;
  return rest.replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
}

/** Naming colleagues and teams in a note: where one is being typed, and what takes its place. Pure. */

/** The @ being typed before the caret: where it stands and what follows it so far; null when none is. */
export function naming(text: string, caret: number): { from: number; word: string } | null {
  const from = text.lastIndexOf("@", caret - 1);
  if (from < 0 || (from > 0 && !/[\s(\[,;:]/.test(text[from - 1]))) return null;
  const word = text.slice(from + 1, caret);
  return /^[\p{L}\p{N}._-]{0,60}$/u.test(word) ? { from, word } : null;
}

/** The text with a name in place of what was typed, and where the caret goes. */
export function named(text: string, from: number, caret: number, handle: string): { text: string; caret: number } {
  const rest = text.slice(caret);
  const put = `@${handle}${/^\s/.test(rest) ? "" : " "}`;
  return { text: text.slice(0, from) + put + rest, caret: from + put.length + (/^\s/.test(rest) ? 1 : 0) };
}

/** How a colleague is named: what stands before the @ of their address. */
export const handleOf = (email: string | null): string => (email ?? "").split("@")[0].toLowerCase();

/** The word a search ends in, and the text with that word completed. */

/** The last word: what follows the last space that is not inside quotes. */
export const lastWord = (text: string): string => /(?:[^\s"]|"[^"]*"?)*$/.exec(text)?.[0] ?? "";

/** The text with its last word replaced. A finished filter gets a space, one that still wants a value does not. */
export function complete(text: string, by: string): string {
  const word = lastWord(text);
  return text.slice(0, text.length - word.length) + by + (by.endsWith(":") ? "" : " ");
}

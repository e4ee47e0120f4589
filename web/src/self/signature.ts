/** A signature under a public reply. Pure. */
/** The words with the signature below them, once. */
export function signed(text: string, signature: string | undefined): string {
  const s = (signature ?? "").trim();
  if (!s || !text.trim() || text.trimEnd().replace(/ +\n/g, "\n").endsWith(s)) return text;
  return `${text.trimEnd()}\n\n--  \n${s.replace(/\n/g, "  \n")}`;
}

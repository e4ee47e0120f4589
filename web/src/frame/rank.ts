/** Orders things by how well they match what was typed: start of a word beats the middle, letters in order come last. */
export function rank<T>(all: T[], query: string, text: (v: T) => string): T[] {
  const q = query.trim().toLowerCase();
  if (!q) return all;
  return all
    .map((v, i) => ({ v, i, s: score(text(v).toLowerCase(), q) }))
    .filter((x) => x.s > 0)
    .sort((a, b) => b.s - a.s || a.i - b.i)
    .map((x) => x.v);
}

function score(t: string, q: string): number {
  const at = t.indexOf(q);
  if (at === 0) return 4;
  if (at > 0) return /\s/.test(t[at - 1]) ? 3 : 2;
  let from = 0;
  for (const ch of q) {
    from = t.indexOf(ch, from) + 1;
    if (from === 0) return 0;
  }
  return 1;
}

/** The address bar's query: plain names and values, so a link reads like a sentence. */

export type Search = Record<string, string | undefined>;

export function parseSearch(s: string): Search {
  return Object.fromEntries(new URLSearchParams(s));
}

export function stringifySearch(o: Record<string, unknown>): string {
  const q = new URLSearchParams();
  for (const [k, v] of Object.entries(o)) if (v !== undefined && v !== null && v !== "") q.set(k, String(v));
  const s = q.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return s ? "?" + s : "";
}

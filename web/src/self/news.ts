/** What one is told of and how, as it is kept: "assigned:amb,due:". Pure. */
export const newsKinds = ["assigned", "mentioned", "replied", "due", "breached", "approval", "decision", "aside", "discussed", "stock", "health"] as const;
export type NewsKind = (typeof newsKinds)[number];
export type Ways = { app: boolean; mail: boolean; browser: boolean };
/** What holds until somebody chooses; the server has the same. */
export const usual: Record<NewsKind, string> = { assigned: "ab", mentioned: "ab", replied: "a", due: "a", breached: "ab", approval: "ab", decision: "a", aside: "ab", discussed: "ab", stock: "am", health: "am" };

export function waysOf(kept: string | undefined): Record<NewsKind, Ways> {
  const text: Record<string, string> = { ...usual };
  for (const part of (kept ?? "").split(",")) {
    const [kind, ways] = part.split(":");
    if (ways !== undefined && (newsKinds as readonly string[]).includes(kind)) text[kind] = ways;
  }
  return Object.fromEntries(newsKinds.map((k) => [k, { app: text[k].includes("a"), mail: text[k].includes("m"), browser: text[k].includes("b") }])) as Record<NewsKind, Ways>;
}
export const keptOf = (ways: Record<NewsKind, Ways>): string => newsKinds.map((k) => `${k}:${ways[k].app ? "a" : ""}${ways[k].mail ? "m" : ""}${ways[k].browser ? "b" : ""}`).join(",");

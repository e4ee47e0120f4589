/** Three texts brought together: what both began from, mine, and theirs. */
import { diff3Merge } from "node-diff3";

export interface Clash { mine: string; theirs: string; was: string }
export type Part = { same: string } | Clash;
export const isClash = (p: Part): p is Clash => "mine" in p;
const lines = (t: string) => t.split("\n");

export function bring(base: string, mine: string, theirs: string): Part[] {
  return diff3Merge(lines(mine), lines(base), lines(theirs), { excludeFalseConflicts: true }).map((r) => (r.ok ? { same: r.ok.join("\n") } : { mine: r.conflict!.a.join("\n"), was: r.conflict!.o.join("\n"), theirs: r.conflict!.b.join("\n") }));
}

/** The whole text, each clash settled one way. */
export const settled = (parts: Part[], choose: (clash: number) => "mine" | "theirs"): string => {
  let n = 0;
  return parts.map((p) => (isClash(p) ? p[choose(n++)] : p.same)).join("\n");
};

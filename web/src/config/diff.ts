/** Line by line, what changed between two texts. */
import { diffLines as changed, diffWordsWithSpace } from "diff";

export interface Line { kind: "same" | "add" | "del"; old: number | null; new: number | null; text: string }

export function diffLines(a: string, b: string): Line[] {
  const out: Line[] = [];
  let x = 1, y = 1;
  for (const part of changed(ended(a), ended(b))) {
    for (const text of part.value.replace(/\n$/, "").split("\n")) {
      if (part.added) out.push({ kind: "add", old: null, new: y++, text });
      else if (part.removed) out.push({ kind: "del", old: x++, new: null, text });
      else out.push({ kind: "same", old: x++, new: y++, text });
    }
  }
  return out;
}
const ended = (t: string) => (t === "" || t.endsWith("\n") ? t : t + "\n");

export type Shown = Line | { kind: "gap"; count: number };
/** Keeps `around` equal lines beside every change and folds the rest. */
export function withContext(lines: Line[], around = 3): Shown[] {
  const keep = lines.map((_, i) => lines.slice(Math.max(0, i - around), i + around + 1).some((l) => l.kind !== "same"));
  const out: Shown[] = [];
  lines.forEach((l, i) => {
    if (keep[i]) return out.push(l);
    const last = out[out.length - 1];
    if (last?.kind === "gap") last.count++;
    else out.push({ kind: "gap", count: 1 });
  });
  return out;
}

export type Pair = { kind: "gap"; count: number } | { left: Line | null; right: Line | null };
/** The same, with what stands in for what beside it. */
export function sideBySide(lines: Shown[]): Pair[] {
  const out: Pair[] = [];
  for (let i = 0; i < lines.length;) {
    const l = lines[i];
    if (l.kind === "gap") { out.push(l); i++; continue; }
    if (l.kind === "same") { out.push({ left: l, right: l }); i++; continue; }
    const gone: Line[] = [], come: Line[] = [];
    for (; i < lines.length && (lines[i].kind === "del" || lines[i].kind === "add"); i++) (lines[i].kind === "del" ? gone : come).push(lines[i] as Line);
    for (let n = 0; n < Math.max(gone.length, come.length); n++) out.push({ left: gone[n] ?? null, right: come[n] ?? null });
  }
  return out;
}

/** The parts of a line, those that differ from the line it stands in for marked. Nothing is marked where little is alike. */
export function marks(line: string, other: string | undefined, side: "add" | "del"): { text: string; on: boolean }[] {
  if (other === undefined) return [{ text: line, on: false }];
  const parts = diffWordsWithSpace(side === "del" ? line : other, side === "del" ? other : line);
  const alike = parts.filter((p) => !p.added && !p.removed).reduce((n, p) => n + p.value.trim().length, 0);
  if (alike * 2 < line.trim().length) return [{ text: line, on: false }];
  return parts.filter((p) => (side === "del" ? !p.added : !p.removed)).map((p) => ({ text: p.value, on: side === "del" ? !!p.removed : !!p.added }));
}

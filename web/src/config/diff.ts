/** Line by line, what changed between two texts. Longest common subsequence after trimming equal ends. */
export interface Line { kind: "same" | "add" | "del"; old: number | null; new: number | null; text: string }

export function diffLines(a: string, b: string): Line[] {
  const x = split(a), y = split(b);
  let s = 0;
  while (s < x.length && s < y.length && x[s] === y[s]) s++;
  let e = 0;
  while (e < x.length - s && e < y.length - s && x[x.length - 1 - e] === y[y.length - 1 - e]) e++;
  const out: Line[] = [];
  for (let i = 0; i < s; i++) out.push({ kind: "same", old: i + 1, new: i + 1, text: x[i] });
  const mx = x.slice(s, x.length - e), my = y.slice(s, y.length - e);
  const len = Array.from({ length: mx.length + 1 }, () => new Uint32Array(my.length + 1));
  for (let i = mx.length - 1; i >= 0; i--) for (let j = my.length - 1; j >= 0; j--) len[i][j] = mx[i] === my[j] ? len[i + 1][j + 1] + 1 : Math.max(len[i + 1][j], len[i][j + 1]);
  let i = 0, j = 0;
  while (i < mx.length || j < my.length) {
    if (i < mx.length && j < my.length && mx[i] === my[j]) out.push({ kind: "same", old: s + i + 1, new: s + j + 1, text: mx[i++] }), j++;
    else if (i < mx.length && (j >= my.length || len[i + 1][j] >= len[i][j + 1])) out.push({ kind: "del", old: s + i + 1, new: null, text: mx[i++] });
    else out.push({ kind: "add", old: null, new: s + j + 1, text: my[j++] });
  }
  for (let k = 0; k < e; k++) out.push({ kind: "same", old: x.length - e + k + 1, new: y.length - e + k + 1, text: x[x.length - e + k] });
  return out;
}
const split = (t: string) => (t === "" ? [] : t.replace(/\n$/, "").split("\n"));

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

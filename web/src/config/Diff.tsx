/** A difference of texts: side by side where there is room and it is wished for, otherwise removed lines marked minus and added lines plus. */
import { useMemo } from "react";
import { diffLines, marks, sideBySide, withContext, type Line } from "./diff";

const sign = { same: "", del: "−", add: "+" } as const;
export function Diff({ before, after, beside }: { before: string; after: string; beside?: boolean }) {
  const lines = useMemo(() => withContext(diffLines(before, after)), [before, after]);
  const pairs = useMemo(() => sideBySide(lines), [lines]);
  const others = useMemo(() => {
    const of = new Map<Line, string>();
    for (const p of pairs) if (!("kind" in p) && p.left && p.right && p.left !== p.right) { of.set(p.left, p.right.text); of.set(p.right, p.left.text); }
    return of;
  }, [pairs]);
  const words = (l: Line) => (l.kind === "same" ? l.text : marks(l.text, others.get(l), l.kind).map((m, i) => (m.on ? <mark key={i}>{m.text}</mark> : m.text)));
  if (lines.every((l) => l.kind === "gap")) return <p className="m2" style={{ padding: "12px 24px" }}>Both texts are the same.</p>;
  const half = (l: Line | null, side: "old" | "new") => <td className={l ? l.kind : "none"}>{l && <><i>{l[side]}</i><u><span aria-hidden="true">{sign[l.kind]}</span>{l.kind !== "same" && <span className="sr">{l.kind === "add" ? "added" : "removed"}</span>}</u><span>{words(l)}</span></>}</td>;
  if (beside) return (
    <div className="diff beside" role="group" aria-label="Difference" tabIndex={0}><table><tbody>{pairs.map((p, i) => ("kind" in p ? <tr key={i}><td colSpan={2} className="gap">{p.count} equal lines</td></tr> : <tr key={i}>{half(p.left, "old")}{half(p.right, "new")}</tr>))}</tbody></table></div>
  );
  return (
    <div className="diff" role="group" aria-label="Difference" tabIndex={0}>
      {lines.map((l, i) =>
        l.kind === "gap" ? <div key={i} className="gap">{l.count} equal lines</div>
        : <div key={i} className={l.kind}><i>{l.old}</i><i>{l.new}</i><u><span aria-hidden="true">{sign[l.kind]}</span>{l.kind !== "same" && <span className="sr">{l.kind === "add" ? "added" : "removed"}</span>}</u><span>{words(l)}</span></div>)}
    </div>
  );
}

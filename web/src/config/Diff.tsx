/** A difference of texts, removed lines marked minus and added lines plus. */
import { useMemo } from "react";
import { diffLines, withContext } from "./diff";

const sign = { same: "", del: "−", add: "+" } as const;
export function Diff({ before, after }: { before: string; after: string }) {
  const lines = useMemo(() => withContext(diffLines(before, after)), [before, after]);
  return (
    <div className="diff" role="group" aria-label="Difference" tabIndex={0}>
      {lines.map((l, i) =>
        l.kind === "gap" ? <div key={i} className="gap">{l.count} equal lines</div>
        : <div key={i} className={l.kind}><i>{l.old}</i><i>{l.new}</i><u><span aria-hidden="true">{sign[l.kind]}</span>{l.kind !== "same" && <span className="sr">{l.kind === "add" ? "added" : "removed"}</span>}</u><span>{l.text}</span></div>)}
    </div>
  );
}

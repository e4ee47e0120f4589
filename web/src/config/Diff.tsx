/** A difference of texts, removed lines marked minus and added lines plus. */
import { useMemo } from "react";
import { diffLines, withContext } from "./diff";

const sign = { same: "", del: "−", add: "+" } as const;
export function Diff({ before, after }: { before: string; after: string }) {
  const lines = useMemo(() => withContext(diffLines(before, after)), [before, after]);
  return (
    <div className="diff" role="table" aria-label="Difference" tabIndex={0}>
      {lines.map((l, i) =>
        l.kind === "gap" ? <div key={i} className="gap" role="row">{l.count} equal lines</div>
        : <div key={i} className={l.kind} role="row"><i>{l.old}</i><i>{l.new}</i><u aria-label={l.kind === "add" ? "added" : l.kind === "del" ? "removed" : undefined}>{sign[l.kind]}</u><span>{l.text}</span></div>)}
    </div>
  );
}

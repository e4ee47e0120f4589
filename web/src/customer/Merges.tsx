/** What was merged into a record, each with the way back. Nothing when nothing was. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { mergesQuery } from "@/api/query";
import type { Merge, MergeKind } from "@/api/types";
import { useCan } from "@/app/session";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { When } from "@/ui/When";
import { undoMerge } from "./MergePage";

const moving: Merge["state"][] = ["moving", "undoing"];

export function Merges({ kind, id }: { kind: MergeKind; id: number }) {
  const q = useQueryClient();
  const can = useCan(`${kind}.merge`);
  const query = useQuery({ ...mergesQuery(kind, id), enabled: can, refetchInterval: (x) => (x.state.data?.some((m) => moving.includes(m.state)) ? 2000 : false) });
  const rows = (query.data ?? []).filter((m) => m.winner.id === id);
  if (rows.length === 0) return null;
  return (
    <section className="block" aria-label="Merged">
      <h2 className="h3" style={{ marginBottom: 6 }}>Merged into this</h2>
      <ul style={{ display: "grid", gap: 6 }}>{rows.map((m) => {
        const left = m.moves.reduce((n, x) => n + x.left, 0);
        return (
          <li key={m.id} className="row"><span className="grow"><span className="b5">{m.loser.name}</span><span className="sub" style={{ display: "block" }}>
            {m.state === "moving" ? "Its records are on their way here" : m.state === "undoing" ? "Its records are on their way back" : m.state === "undone" ? `Undone${left ? `; ${plural(left, "record")} stayed, because somebody changed them since` : ""}` : <>{m.by?.name ?? "Steward"}{m.at && <>, <When at={m.at} /></>}</>}
          </span></span>{m.state === "merged" && <Btn small onClick={() => void undoMerge(m).then(() => q.invalidateQueries())}>Undo</Btn>}</li>
        );
      })}</ul>
    </section>
  );
}

/** One bulk change: what it did, to which tickets, and what failed or was left, with the reason. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { batchItemsQuery, batchQuery } from "@/api/query";
import type { BatchItem } from "@/api/types";
import { PageSkeleton } from "@/app/Missing";
import { phrase } from "@/language/phrase";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Empty, Failure } from "@/ui/State";
import { When } from "@/ui/When";
import { outcome } from "./Tray";
import { Asked } from "./Asked";
import { track } from "./tray";
import "./bulk.css";

type Shown = "" | BatchItem["state"];
const words: Record<BatchItem["state"], string> = { waiting: "Not changed", done: "Changed", failed: "Failed", undone: "Put back", kept: "Left" };

export function BatchPage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const query = useQuery(batchQuery(id));
  const [chosen, setShown] = useState<Shown | null>(null);
  const b = query.data;
  const shown: Shown = chosen ?? (b && b.failed > 0 ? "failed" : "");
  const list = useInfiniteQuery({ ...batchItemsQuery(id, shown), enabled: b !== undefined });
  useEffect(() => { if (b) { document.title = `${b.title}, bulk change, Steward`; if (b.undo_until) track(b); } }, [b]);
  if (query.isError && !b) return <main className="pane page"><Failure what="This bulk change" error={query.error} retry={() => query.refetch()} /></main>;
  if (!b) return <PageSkeleton />;
  const word = (s: BatchItem["state"]) => (s === "done" && b.does !== "change" ? phrase("Done") : words[s]);
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <main className="pane page" aria-label={b.title}>
      <header className="top">
        <p className="sub"><Link className="link" to={"/bulk" as "/tickets"}>Your bulk changes</Link></p>
        <h1 className="t20 b6 break">{b.title}</h1>
        <p className="row wrap t12 m2" style={{ gap: 10, marginTop: 2 }}><span>{outcome(b)}</span><span className="m3">{b.by.name}, <When at={b.created_at} as="stamp" /></span></p>
        <Asked batch={b} />
      </header>
      <div className="scroll">
        <div className="pad" style={{ padding: 16 }}><Choice label="Which tickets" value={shown} options={[["", "All"], ["done", word("done")], ["failed", words.failed], ["undone", words.undone], ["kept", words.kept], ["waiting", words.waiting]]} onChange={setShown} /></div>
        {list.isError && <Failure what="The tickets" error={list.error} retry={() => list.refetch()} />}
        {list.isSuccess && rows.length === 0 && <Empty title="No ticket here">{shown === "failed" ? "Every ticket was changed." : "None of its tickets is in this state."}</Empty>}
        <ul className="batchitems">
          {rows.map((r) => (
            <li key={r.ticket}>
              <span className={r.guards.length > 0 && r.guards.every((g) => g.mode === "ask") ? "attention b5" : r.state === "failed" ? "danger b5" : r.state === "kept" ? "attention b5" : "m2"}>{r.guards.some((g) => g.mode === "stop") ? "Refused" : r.guards.length > 0 ? "Asked" : word(r.state)}</span>
              <span className="grow col" style={{ gap: 0, minWidth: 0 }}>
                <Link className="link cut" dir="auto" to={`/tickets/${r.ticket}` as "/tickets"}>{r.subject || `Ticket ${r.ticket}`}</Link>
                {r.note && <span className="t12 m2 break">{r.note}</span>}
              </span>
              <span className="m3 tn t12">{r.ticket}</span>
            </li>
          ))}
        </ul>
        <More query={list} />
      </div>
    </main>
  );
}

/** One's own bulk changes, newest first: what became of each, and which can still be taken back. */
import { IconStack2 } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { batchesQuery } from "@/api/query";
import type { Batch } from "@/api/types";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { done, moving, outcome } from "./Tray";
import "./bulk.css";

export function BatchesPage() {
  const query = useInfiniteQuery(batchesQuery);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Your bulk changes, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Your bulk changes">
      <header className="top"><h1 className="t20 b6">Your bulk changes</h1><p className="sub">A change of many tickets can be taken back for a day.</p></header>
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="Your bulk changes" error={query.error} retry={() => query.refetch()} />
        : query.isPending ? <table className="tbl"><SkelRows cols={3} /></table>
        : rows.length === 0 ? <Empty icon={<IconStack2 size={20} stroke={1.75} aria-hidden />} title="You have changed no tickets together yet">Mark several in a list with x, and change them in the bar below it.</Empty>
        : <table className="tbl"><thead><tr><th>Change</th><th>What became of it</th><th>Begun</th><th className="wide">Can be taken back until</th></tr></thead><tbody>{rows.map((b) => (
          <tr key={b.id}><td className="break"><Link className="link b5" to={`/bulk/${b.id}` as "/tickets"}>{b.title}</Link></td><td>{became(b)}</td><td className="nw"><When at={b.created_at} /></td><td className="nw wide">{b.undo_until ? <When at={b.undo_until} as="stamp" /> : <span className="m3">No longer</span>}</td></tr>
        ))}</tbody></table>}
        <More query={query} />
      </div>
    </main>
  );
}

/** What came of one, as far as a list knows it: why tickets were left is on its own page. */
function became(b: Batch): string {
  if (moving(b)) return outcome(b);
  if (b.state === "undone") return phrase("Put back, but for what somebody had changed since");
  const changed = done(b);
  return b.failed > 0 ? phrase(`${changed}, ${number(b.failed)} not`) : changed;
}

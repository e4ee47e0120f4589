/** Where the runs under way of a playbook land under another version, alike ones together, and the way to move them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Landing } from "@/api/run";
import { countText, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { Wrong } from "@/ui/Wrong";
import { landingsQuery } from "./query";
import "./run.css";

interface Props { name: string; /** A text that is not in force; the version in force when left out. */ text?: string; /** Offers to move them. */ move?: boolean; done?: () => void }
export default function Landings({ name, text = "", move, done }: Props) {
  const query = useQuery(landingsQuery(name, text));
  const q = useQueryClient();
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<unknown>(null);
  const groups = new Map<string, Landing[]>();
  for (const l of query.data?.runs ?? []) {
    const key = JSON.stringify([l.now, l.then, l.dropped, l.over]);
    groups.set(key, [...(groups.get(key) ?? []), l]);
  }
  const go = async (key: string, runs: Landing[]) => {
    setBusy(key);
    setError(null);
    try {
      const r = await api.post<{ moved: number; problems: { id: number; text: string }[] }>("/bulk-runs/move", { ids: runs.map((l) => l.run_id) });
      say(`${plural(r.moved, "run")} moved${r.problems.length ? `; ${r.problems.length} stay: ${r.problems[0].text}` : "."}`);
      void q.invalidateQueries({ queryKey: ["runs"] });
      void q.invalidateQueries({ queryKey: ["work"] });
      await query.refetch();
    } catch (e) { setError(e); }
    setBusy("");
  };
  if (query.isError) return <Failure what="The runs under way" error={query.error} retry={() => query.refetch()} />;
  if (!query.data) return <div style={{ padding: "10px 20px" }} aria-busy="true"><Skel w="50%" /></div>;
  const total = query.data.total, shown = query.data.runs.length;
  return (
    <section className="landings" aria-label="Runs under way">
      <div className="row wrap" style={{ gap: 8 }}>
        <p className="grow">{shown === 0 ? "No run under way has an older version." : <><b className="b6">{countText(total)} {total.count === 1 && !total.capped ? "run" : "runs"} under way</b> {total.count === 1 ? "keeps its" : "keep their"} version until {move ? "moved" : "somebody moves them"}. Moved, {total.count > shown || total.capped ? `the oldest ${shown}` : "they"} would land so:</>}</p>
        {done && <Btn small kind="quiet" onClick={done}>Close</Btn>}
      </div>
      {error !== null && <Wrong what="Nothing was moved." error={error} />}
      {shown > 0 && <ul>{[...groups].map(([key, runs]) => <Group key={key} runs={runs} busy={busy === key} move={move ? () => void go(key, runs) : undefined} />)}</ul>}
      {move && groups.size > 1 && <div><Btn kind="pri" busy={busy === "all"} onClick={() => void go("all", query.data.runs)}>Move all {shown}</Btn></div>}
    </section>
  );
}

function Group({ runs, busy, move }: { runs: Landing[]; busy: boolean; move?: () => void }) {
  const l = runs[0], same = l.now.join("\n") === l.then.join("\n") && !l.over;
  const text = (steps: string[]) => steps.join(", ") || "Nothing";
  return (
    <li>
      <b className="tn b6">{runs.length}</b>
      <div className="grow">
        <p>{same ? <>Stay at <b className="b5">{text(l.now)}</b></> : <>{text(l.now)} <span aria-hidden>→</span><span className="sr"> becomes </span> <b className={`b5${l.over ? " attention" : ""}`}>{l.over ? "The end: nothing would be left to do" : text(l.then)}</b></>}</p>
        {l.dropped.length > 0 && <p className="sub">Gone: {l.dropped.join(", ")}</p>}
        {l.added.length > 0 && <p className="sub">New ahead: {l.added.join(", ")}</p>}
        <p className="sub cut">{runs.slice(0, 3).map((r, i) => <span key={r.run_id}>{i > 0 && ", "}<Link className="link" to={`/runs/${r.run_id}` as "/tickets"}>{r.title}</Link></span>)}{runs.length > 3 && ` and ${runs.length - 3} more`}</p>
      </div>
      {move && <Btn small busy={busy} onClick={move}>Move {runs.length === 1 ? "it" : "these"}</Btn>}
    </li>
  );
}

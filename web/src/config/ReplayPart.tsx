/** Runs recorded tickets through a proposal, in the background: the window, how far it is, the way to stop it, what it found. */
import { Select } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { replayQuery } from "@/api/query";
import type { Document, Replay } from "@/api/configuration";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";
import { ReplayReport } from "./ReplayReport";

const windows = [["30", "30 days"], ["90", "90 days"], ["180", "180 days"], ["365", "a year"]].map(([value, label]) => ({ value, label: `The last ${label}` }));

export function ReplayPart({ documents, prune = false, begin = false }: { documents: Document[]; prune?: boolean; /** Starts at once. */ begin?: boolean }) {
  const begun = useRef(false);
  const q = useQueryClient();
  const [since, setSince] = useState("90");
  const [id, setId] = useState<number | null>(null);
  const [of, setOf] = useState(documents);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const query = useQuery({ ...replayQuery(id ?? 0), enabled: id !== null });
  const r = query.data;
  const runs = id !== null && !query.isError && (!r || r.state === "waiting" || r.state === "running");
  const old = r?.state === "done" && of.map((d) => d.text).join() !== documents.map((d) => d.text).join();
  async function start() {
    setBusy(true);
    setError(null);
    try {
      const made = await api.post<Replay>("/configuration/replays", { documents: documents.map((d) => ({ path: d.path, text: d.text, ...(d.remove ? { remove: d.remove } : {}) })), prune, since_days: Number(since) });
      q.setQueryData(replayQuery(made.id).queryKey, made);
      setOf(documents);
      setId(made.id);
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  }
  useEffect(() => {
    if (!begin || begun.current) return;
    begun.current = true;
    void start();
  });
  async function cancel() {
    try {
      q.setQueryData(replayQuery(id!).queryKey, await api.post<Replay>(`/configuration/replays/${id}/cancel`));
    } catch (e) {
      fail("The replay goes on", e);
    }
  }
  const share = r && r.total > 0 ? r.done / r.total : 0;
  return (
    <section className="replay" aria-label="Replay">
      <div className="row wrap"><h2 className="b6 t14 grow">Replay</h2>
        {!runs && <><Select size="xs" aria-label="Which tickets" value={since} onChange={(v) => setSince(v ?? "90")} data={windows} allowDeselect={false} style={{ width: 148 }} />
          <Btn small busy={busy} icon={<IconHistory size={16} stroke={1.75} aria-hidden />} onClick={start}>{r ? "Run again" : phrase("Run", "past tickets again")}</Btn></>}
        {runs && <Btn small onClick={cancel}>Cancel</Btn>}
      </div>
      {id === null && !error && <p className="m2">Past tickets run again by these texts and by those in force, so that you see which would have gone otherwise.</p>}
      {runs && <div style={{ marginTop: 8 }}>
        <div className="rbar run" role="progressbar" aria-label="How far the replay is" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}><i style={{ width: `${share * 100}%` }} /></div>
        <p className="sub" role="status">{r && r.total > 0 ? `${number(r.done)} of ${number(r.total)} tickets` : "Counting the tickets"}. You can go on working.</p>
      </div>}
      {error !== null && <Wrong what="The replay was not started." error={error} />}
      {query.isError && <Wrong what="The replay could not be followed." error={query.error} action={<Btn small onClick={() => query.refetch()}>Try again</Btn>} />}
      {r?.state === "cancelled" && <p className="m2">Cancelled. Nothing was found out.</p>}
      {r?.state === "failed" && <p className="danger">{r.error || "The replay failed. Run it again."}</p>}
      {r?.state === "done" && <div style={old ? { opacity: 0.6 } : undefined}>{old && <p className="banner info" style={{ margin: "8px 0" }}>The text changed since this replay. Run it again.</p>}<ReplayReport replay={r} /></div>}
    </section>
  );
}

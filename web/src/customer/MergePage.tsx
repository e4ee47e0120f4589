/** Two records that are one: which goes, what moves with it, and the way back. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { mergePreviewQuery, organizationQuery, personQuery } from "@/api/query";
import type { Merge, MergeKind } from "@/api/types";
import { PageSkeleton } from "@/app/Missing";
import { countOf, countText } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { Wrong } from "@/ui/Wrong";
import { PickRecord } from "./PickRecord";

const places = { person: { list: "people", title: "People", word: "person" }, organization: { list: "organizations", title: "Organizations", word: "organization" } } as const;

export const MergePerson = () => <MergePage kind="person" />;
export const MergeOrganization = () => <MergePage kind="organization" />;

/** Takes a merge back and says what could not be. */
export async function undoMerge(m: Pick<Merge, "id" | "loser">): Promise<void> {
  try {
    await api.post<Merge>(`/merges/${m.id}/undo`);
    say(`${m.loser.name} is a record of its own again. What moves back does so in the background.`);
  } catch (e) {
    fail("The merge was not undone", e);
  }
}

function MergePage({ kind }: { kind: MergeKind }) {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const other = Number((useSearch({ strict: false }) as Record<string, string | undefined>).other) || null;
  const q = useQueryClient();
  const go = useNavigate();
  const person = useQuery({ ...personQuery(id), enabled: kind === "person" });
  const organization = useQuery({ ...organizationQuery(id), enabled: kind === "organization" });
  const record = kind === "person" ? person : organization;
  const preview = useQuery({ ...mergePreviewQuery(kind, id, other ?? 0), enabled: other !== null });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const place = places[kind];
  const w = record.data;
  useEffect(() => { if (w) document.title = `Merge into ${w.name}, Steward`; }, [w]);
  if (record.isError && !w) return <main className="pane page"><Failure what={`This ${place.word}`} error={record.error} retry={() => record.refetch()} /></main>;
  if (!w) return <PageSkeleton />;
  const m = preview.data;
  const moves = m?.moves.filter((x) => countOf(x.count) > 0) ?? [];
  async function merge() {
    setBusy(true);
    setError(null);
    try {
      const done = await api.post<Merge>(`/${place.list}/${id}/merge`, { other });
      for (const k of ["people", "organizations", "person", "organization", "tickets", "merges"]) void q.invalidateQueries({ queryKey: [k] });
      say(`${done.loser.name} is merged into ${done.winner.name}.`, () => undoMerge(done).then(() => q.invalidateQueries()));
      void go({ to: `/${place.list}/${id}` as "/tickets" });
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  }
  return (
    <main className="pane page" aria-label="Merge">
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={`/${place.list}/${id}` as "/tickets"}>{w.name}</Link></p>
        <h1 className="t20 b6 break">Merge another {place.word} into {w.name}</h1>
        <p className="sub">{w.name} stays. The other leads here from then on. It can be undone.</p>
      </header>
      <div className="scroll"><div className="form">
        <PickRecord kind={kind} label={`Which ${place.word} goes`} without={id} value={other === null ? null : String(other)} onChange={(v) => { setError(null); void go({ to: "." as never, replace: true, search: { other: v ?? undefined } as never }); }} />
        {other !== null && preview.isPending && <div><Skel w="50%" /><Skel w="36%" style={{ marginTop: 10 }} /></div>}
        {preview.isError && <Wrong what="These two cannot be merged." error={preview.error} />}
        {m && <>
          <section aria-label="What moves">
            <h2 className="h3" style={{ marginBottom: 4 }}>{moves.length ? `What moves from ${m.loser.name}` : `${m.loser.name} has nothing that would move`}</h2>
            <table className="fields"><tbody>{moves.map((x) => <tr key={x.what}><td style={{ width: "70%" }}>{x.what.replace(/^./, (c) => c.toUpperCase())}</td><td className="num b5">{countText(x.count)}</td></tr>)}</tbody></table>
          </section>
          {m.notes.length > 0 && <ul className="banner attention" style={{ display: "grid", gap: 4 }}>{m.notes.map((n) => <li key={n}>{n}</li>)}</ul>}
          {error !== null && <Wrong what="They were not merged." error={error} />}
          <div className="row wrap"><Btn kind="pri" busy={busy} onClick={merge}>Merge {m.loser.name} into {m.winner.name}</Btn><Btn kind="quiet" onClick={() => history.back()}>Keep both</Btn></div>
        </>}
      </div></div>
    </main>
  );
}

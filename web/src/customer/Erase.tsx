/** Erasing somebody for good: what goes, how much, and their number typed once more. */
import { Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { erasePreviewQuery } from "@/api/query";
import type { Erased, Person } from "@/api/types";
import { countOf, countText } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Skel } from "@/ui/State";
import { Wrong } from "@/ui/Wrong";

export function Erase({ person: p, done }: { person: Person; done: () => void }) {
  const q = useQueryClient();
  const go = useNavigate();
  const preview = useQuery(erasePreviewQuery(p.id));
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const sure = typed.trim() === String(p.id);
  const goes = preview.data?.removes.filter((r) => countOf(r.count) > 0) ?? [];
  async function submit(e: FormEvent) {
    e.preventDefault();
    if (busy || !sure) return;
    setBusy(true);
    setError(null);
    try {
      await api.post<Erased>(`/people/${p.id}/erase`, { confirm: p.id, reason: reason.trim() });
      q.removeQueries({ queryKey: ["person", p.id] });
      for (const k of ["people", "tickets", "ticket", "timeline"]) void q.invalidateQueries({ queryKey: [k] });
      say(`Person ${p.id} is erased. What is left of them goes in the background.`);
      void go({ to: "/people" as "/tickets" });
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  return (
    <form className="form" onSubmit={submit} noValidate aria-label="Erase">
      <div><h2 className="t16 b6">Erase {p.name} for good</h2><p className="m2">This cannot be undone. Tickets, colleagues’ answers and the events themselves stay, without this person’s words and names. Backups keep them until they are replaced.</p></div>
      <section aria-label="What goes">
        <h3 className="h3" style={{ margin: "0 0 4px" }}>What goes</h3>
        {preview.isPending && <><Skel w="50%" /><Skel w="42%" style={{ marginTop: 10 }} /></>}
        {preview.isError && <Wrong what="This person cannot be erased." error={preview.error} />}
        {preview.isSuccess && <table className="fields"><tbody>{goes.map((r) => <tr key={r.what}><td style={{ width: "70%" }}>{r.what.replace(/^./, (c) => c.toUpperCase())}</td><td className="num b5">{countText(r.count)}</td></tr>)}{goes.length === 0 && <tr><td>Only the record itself</td></tr>}</tbody></table>}
      </section>
      {!preview.isError && <>
        <Textarea label="Why" description="Kept on the list of the erased, which does not name them." autosize minRows={1} maxLength={2000} value={reason} onChange={(e) => setReason(e.currentTarget.value)} />
        <TextInput label={`Type ${p.id} to erase ${p.name}`} inputMode="numeric" autoComplete="off" value={typed} onChange={(e) => setTyped(e.currentTarget.value)} style={{ maxWidth: 280 }} />
      </>}
      {error !== null && <Wrong what="Nothing was erased." error={error} />}
      <div className="row wrap"><Btn autoFocus onClick={done}>Keep {p.name}</Btn>{!preview.isError && <Btn kind="bad" type="submit" busy={busy} disabled={!sure || !preview.isSuccess}>Erase for good</Btn>}</div>
    </form>
  );
}

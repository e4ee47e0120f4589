/** The incidents of a problem: answer them all, solve them all. Both run in the background; the tray shows how far. */
import { Select, Textarea } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { incidentsQuery } from "@/api/query";
import type { Batch, Status, Ticket } from "@/api/types";
import { useMe } from "@/app/session";
import { send, track } from "@/bulk/tray";
import { useKeptText } from "@/lib/kept";
import { statusWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Failure, Skel } from "@/ui/State";
import { StatusIcon } from "@/ui/Tag";
import { Wrong } from "@/ui/Wrong";
import "./fate.css";

export function Incidents({ ticket: t }: { ticket: Ticket }) {
  const query = useInfiniteQuery(incidentsQuery(t.id));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const me = useMe().person.id;
  const place = `incidents.${t.id}`;
  const { text, set: setText, clear, begun } = useKeptText(place);
  const [writing, setWriting] = useState(false);
  // What was begun is open again after a reload, and when it was taken back.
  useEffect(() => { if (begun && t.can.edit) setWriting(true); }, [begun, t.can.edit]);
  const then = useKeptText(`${place}.then`); // the status they get, "" for their own
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const open = rows.filter((r) => r.status !== "solved" && r.status !== "closed").length;
  const more = query.hasNextPage ? "+" : "";
  const discard = () => { clear(); then.clear(); };
  async function run(body: { text?: string; status?: Status }) {
    setBusy(true);
    setError(null);
    try {
      const said = body.text;
      const b = await api.post<Batch>(`/tickets/${t.id}/incidents/answer`, { ...body, ...(said ? { undo: true } : {}) });
      if (said) send(b, me, { what: place, text: said, as: { [`${place}.then`]: then.text } });
      else track(b);
      setWriting(false);
      if (body.text) discard();
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  }
  return (
    <section className="fp" aria-label="Incidents">
      <div className="row"><h2 className="b6 t14 grow">Incidents{query.isSuccess && <span className="m3"> {rows.length}{more}</span>}</h2>
        {rows.length > 0 && t.can.edit && !writing && <Btn small onClick={() => setWriting(true)}>Answer all</Btn>}
        {open > 0 && t.can.edit && !writing && <Btn small busy={busy} kind={t.status === "solved" ? "pri" : "plain"} onClick={() => void run({ status: "solved" })}>Solve all</Btn>}
      </div>
      {t.status === "solved" && open > 0 && <p className="banner info">The problem is solved and {open}{more} {open === 1 ? "incident is" : "incidents are"} not.</p>}
      {query.isPending && <><Skel w="80%" /><Skel w="64%" /></>}
      {query.isError && !query.data && <Failure what="The incidents" error={query.error} retry={() => query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className="m3 t12">No incident is linked yet. Open one and choose Link to a problem.</p>}
      {rows.length > 0 && <ul className="incs">{rows.slice(0, 50).map((r) => <li key={r.id} title={statusWord[r.status]}><StatusIcon status={r.status} /><Link className="cut grow" dir="auto" to={`/tickets/${r.id}` as "/tickets"}>{r.subject}</Link><span className="m3 t12 nw">#{r.id}</span></li>)}</ul>}
      {query.hasNextPage && <Btn small kind="quiet" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>Show more</Btn>}
      {writing && <>
        <Textarea label="One reply to every incident" description="Markdown works; {{requester}} stands for the name." autosize minRows={4} maxRows={12} value={text} onChange={(e) => setText(e.currentTarget.value)} autoFocus dir="auto" />
        <Select size="xs" label="And then" clearable placeholder="Leave their status" value={then.text || null} onChange={(v) => then.set(v ?? "")} data={(["open", "pending", "hold", "solved"] as Status[]).map((v) => ({ value: v, label: `Set to ${statusWord[v]}` }))} />
        <p className="sub">It leaves as mail to each requester whose incident is not closed, in your name. It can be taken back for as long as one reply can.</p>
        <div className="row"><Btn kind="pri" busy={busy} aria-disabled={!text.trim() || undefined} onClick={() => text.trim() && void run({ text, ...(then.text ? { status: then.text as Status } : {}) })}>Answer all</Btn><Btn kind="quiet" onClick={() => { discard(); setWriting(false); }}>Discard</Btn></div>
      </>}
      {error !== null && <Wrong what="Nothing was started." error={error} />}
    </section>
  );
}

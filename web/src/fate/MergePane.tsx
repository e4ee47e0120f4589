/** Tickets that are one request become one: which, which way, and what the requester hears. */
import { Checkbox, Textarea } from "@mantine/core";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { isApiError, sentenceOf } from "@/api/error";
import type { MergePlan, Ticket, TicketMerge } from "@/api/types";
import { phrase } from "@/language/phrase";
import { useKeptText } from "@/lib/kept";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { say } from "@/ui/notify";
import { Warn } from "@/ui/Tag";
import { Wrong } from "@/ui/Wrong";
import { PickTickets, type Found } from "./PickTickets";
import { Along } from "./Along";
import { refresh, undoMerge } from "./refresh";

export function MergePane({ ticket: t, close }: { ticket: Ticket; close: () => void }) {
  const q = useQueryClient();
  const go = useNavigate();
  const [into, setInto] = useState<"this" | "other">("this");
  const [chosen, setChosen] = useState<Found[]>([]);
  const { text, set: setText, clear } = useKeptText(`merge.${t.id}`);
  const [open, setOpen] = useState(false);
  const [along, setAlong] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const winner = into === "this" ? t.id : chosen[0]?.id;
  const losers = into === "this" ? chosen.map((c) => c.id) : [t.id];
  const plan = useQuery({
    queryKey: ["merge-plan", winner, losers], queryFn: ({ signal }) => api.get<MergePlan>(`/tickets/${winner}/merge`, { tickets: losers.join(",") }, signal),
    enabled: !!winner && losers.length > 0, retry: false, staleTime: 0, placeholderData: keepPreviousData,
  });
  const does = winner && losers.length > 0 ? plan.data : undefined;
  const joins = does ? does.copied.length + does.followers.length : 0;
  const differ = isApiError(error) && error.field("confirm") !== null && error.field("confirm") !== undefined;
  async function merge(confirm: boolean) {
    if (!winner) return;
    setBusy(true);
    setError(null);
    try {
      const r = await api.post<{ merge: TicketMerge; ticket: Ticket }>(`/tickets/${winner}/merge`, { tickets: losers, public: open, people: along, ...(text.trim() ? { text } : {}), ...(confirm ? { confirm } : {}) });
      refresh(q, winner, ...losers);
      clear();
      close();
      say(`${losers.length === 1 ? `Ticket ${losers[0]} is` : `${plural(losers.length, "ticket")} are`} merged into ticket ${winner}.`, () => undoMerge(q, r.merge));
      if (winner !== t.id) void go({ to: `/tickets/${winner}` as "/tickets" });
    } catch (e) {
      setError(e);
      setBusy(false);
    }
  }
  return (
    <section className="fp" aria-label="Merge tickets">
      <div className="row"><h2 className="b6 t14 grow">Merge tickets</h2><Btn small kind="quiet" onClick={close} aria-label="Esc, close"><kbd>Esc</kbd></Btn></div>
      <Choice label="Which way" value={into} options={[["this", `Others into #${t.id}`], ["other", phrase(`#${t.id} into another`)]] as const} onChange={(v) => { setInto(v); setChosen(chosen.slice(0, v === "this" ? undefined : 1)); setError(null); }} />
      <PickTickets ticket={t} label={into === "this" ? "Which tickets go into this one" : "Which ticket goes on"} many={into === "this"} chosen={chosen} choose={(c) => { setChosen(c); setError(null); }} />
      <Textarea label="Note on the ticket that goes on" placeholder="What was merged is said anyway" autosize minRows={2} maxRows={8} value={text} onChange={(e) => setText(e.currentTarget.value)} />
      <Checkbox size="xs" label="Send it to the requesters; their reply clocks stop" checked={open} onChange={(e) => setOpen(e.currentTarget.checked)} />
      {differ ? <p className="banner attention" role="alert"><span className="attention"><Warn /></span><span className="grow">{sentenceOf(error)}</span></p> : error !== null && <Wrong what="Nothing was merged." error={error} />}
      {does && joins > 0 && <Along plan={does} checked={along} onChange={(on) => { setAlong(on); setError(null); }} />}
      {does && does.incidents > 0 && <p className="sub">{plural(does.incidents, "incident")} {does.incidents === 1 ? "follows" : "follow"} and {does.incidents === 1 ? "belongs" : "belong"} to ticket {winner} then{does.becomes_problem && ", which becomes the problem"}.</p>}
      {does?.copies_off && <p className="sub">Copies are switched off for the mailbox of ticket {winner}, so nobody is copied on it.</p>}
      {plan.isError && losers.length > 0 && <Wrong what="These cannot be merged." error={plan.error} />}
      <p className="sub" role="status">{winner && losers.length ? `${losers.length === 1 ? `Ticket ${losers[0]} closes and keeps its` : `${plural(losers.length, "ticket")} close and keep their`} ${does ? plural(does.messages, "message") : "messages"}. Mail to ${losers.length === 1 ? "it" : "them"} lands on ticket ${winner}. It can be undone for a day.` : "The tickets that go close, keep their messages, and lead here."}</p>
      <div className="row wrap">
        {differ ? <Btn kind="pri" busy={busy} onClick={() => void merge(true)}>Merge all the same</Btn> : <Btn kind="pri" busy={busy} aria-disabled={!winner || !losers.length || undefined} onClick={() => void merge(false)}>Merge</Btn>}
        <Btn kind="quiet" onClick={() => { clear(); close(); }}>Keep apart</Btn>
      </div>
    </section>
  );
}

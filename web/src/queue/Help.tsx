/** On a ticket: the open request for attention as a strip, and the forms to ask for it and to hand the ticket to another region. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { IconBellRinging, IconWorldShare, IconX } from "@tabler/icons-react";
import { useEffect, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import type { Attention, HandoverKind } from "@/api/types";
import { useCommands } from "@/app/commands";
import { useMe } from "@/app/session";
import { sentenceOf } from "@/api/error";
import { keep, kept, useKeptText } from "@/lib/kept";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { fail, say } from "@/ui/notify";
import { When } from "@/ui/When";
import { onHelp } from "./ask";
import { helpQuery } from "./queries";
import { handoverWords, spell, urgencyWords } from "./words";
import "./queue.css";

/** What is kept of what somebody types here. */
const asking = (id: number) => `attention.${id}`, handing = (id: number) => `handover.${id}`, next = (id: number) => `handover.${id}.next`;

export function Help({ id, version }: { id: number; version: number }) {
  const q = useQueryClient();
  const help = useQuery({ ...helpQuery(id), queryKey: [...helpQuery(id).queryKey, version] });
  const me = useMe().person.id;
  // What was begun is open again after a reload.
  const [doing, setDoing] = useState<"" | "ask" | "hand" | "close">(() => (kept(me, handing(id)) || kept(me, next(id)) ? "hand" : kept(me, asking(id)) ? "ask" : ""));
  const leave = () => { for (const what of [handing(id), next(id), asking(id)]) keep(me, what, ""); setDoing(""); };
  const d = help.data;
  const fresh = () => { for (const k of [["ticket", id], ["timeline", id], ["work"], ["queues"], ["handovers"], ["attention"]]) void q.invalidateQueries({ queryKey: k }); setDoing(""); };
  useCommands([
    { id: "attention", title: "Ask for attention", section: "ticket", keys: "", run: () => setDoing("ask") },
    { id: "handover", title: "Hand to another region", section: "ticket", keys: "", run: () => setDoing("hand") },
  ], !!d);
  useEffect(() => onHelp((what) => setDoing((was) => (was === what ? "" : what))), []);
  if (!d) return null;
  const a = d.attention;
  const waiting = d.handovers.find((h) => !h.taken_at);
  const take = (x: Attention): Promise<void> => api.post(`/attention/${x.id}/take`, {}).then(fresh, (e) => fail("It could not be taken", e, () => void take(x)));
  if (!a && !waiting && !doing) return null;
  return (
    <section className={`help${a ? (a.overdue ? " late" : " due") : ""}`} aria-label="Attention and hand-overs">
      {a && <>
        <IconBellRinging size={16} stroke={1.75} aria-hidden />
        <b className="b6">{a.overdue ? "Attention overdue" : "Attention asked for"}</b><span className="tag">{urgencyWords[a.urgency]}</span>
        <span className="reason">{a.asked_by?.name}: {a.reason}</span>
        <span className="sub grow">due <When at={a.due_at} />{a.taken_by && `, ${a.taken_by.name} sees to it`}</span>
        {!a.taken_by && <Btn small onClick={() => take(a)}>See to it</Btn>}
        <Btn small onClick={() => setDoing(doing === "close" ? "" : "close")}>Close</Btn>
      </>}
      {!a && waiting && <><IconWorldShare size={16} stroke={1.75} aria-hidden /><span className="reason">{handoverWords[waiting.kind][0]} to {waiting.to?.title}: {waiting.next_step}</span></>}
      {(doing === "ask" || doing === "hand") && <div className="row fill"><b className="b6 grow">{doing === "ask" ? "Ask for attention" : "Hand to another region"}</b><Btn kind="quiet" small tip="Close" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={leave} /></div>}
      {doing === "ask" && (d.can_ask ? <Ask id={id} minutes={d.minutes} done={fresh} /> : <p className="m2">{a ? "Attention is asked for already." : d.cannot_ask === "off" ? "Nobody is asked for attention here. An attention blueprint turns it on." : d.ask_from ? <>{d.cannot_ask} Attention can be asked for from <When at={d.ask_from} as="stamp" /> on.</> : d.cannot_ask}</p>)}
      {doing === "hand" && (d.can_hand && d.regions.length > 0 ? <Hand id={id} regions={d.regions} done={fresh} /> : <p className="m2">{d.can_hand ? "There are no regions yet. A region blueprint makes one." : "There is nothing to hand over."}</p>)}
      {doing === "close" && a && <Words of={`attention.${a.id}.end`} label="What came of it" verb="Close the request" send={(reason) => api.post(`/attention/${a.id}/close`, { reason })} done={() => { fresh(); say("The request is closed."); }} />}
    </section>
  );
}

/** One field of words and a verb; errors stand below, the words stay. */
function Words({ of, label, verb, send, done }: { of: string; label: string; verb: string; send: (text: string) => Promise<unknown>; done: () => void }) {
  const { text, set: setText, clear } = useKeptText(of);
  const { wrong, busy, submit } = useForm(() => send(text), () => { clear(); done(); });
  return <form onSubmit={submit}><textarea aria-label={label} placeholder={label} value={text} autoFocus onChange={(e) => setText(e.currentTarget.value)} />{wrong && <p className="danger t12" role="alert">{wrong}</p>}<div><Btn type="submit" kind="pri" small busy={busy}>{verb}</Btn></div></form>;
}

function Ask({ id, minutes, done }: { id: number; minutes: Record<string, number>; done: () => void }) {
  const [urgency, setUrgency] = useState<Attention["urgency"]>("timely");
  const options = (Object.keys(urgencyWords) as Attention["urgency"][]).map((u) => [u, `${urgencyWords[u]}, ${spell(minutes[u] ?? 0)}`] as const);
  return <>
    <Choice label="Urgency" value={urgency} options={options} onChange={setUrgency} />
    <Words of={asking(id)} label="What shall be looked at, and why now" verb="Ask for attention" send={(reason) => api.post(`/tickets/${id}/attention`, { urgency, reason })} done={() => { done(); say("Attention asked for. It is on the list of whoever has the ticket."); }} />
  </>;
}

function Hand({ id, regions, done }: { id: number; regions: { name: string; title: string }[]; done: () => void }) {
  const [kind, setKind] = useState<HandoverKind>("handover");
  const [to, setTo] = useState(regions[0].name);
  const { text: reason, set: setReason, clear } = useKeptText(handing(id));
  const { text: step, set: setStep, clear: clearStep } = useKeptText(next(id));
  const { wrong, busy, submit } = useForm(() => api.post(`/tickets/${id}/handover`, { kind, to, reason, next_step: step }), () => { clear(); clearStep(); done(); say("Handed over, with a note."); });
  return (
    <form onSubmit={submit}>
      <Choice label="Kind" value={kind} options={(Object.keys(handoverWords) as HandoverKind[]).map((k) => [k, handoverWords[k][0]] as const)} onChange={setKind} />
      <p className="sub">{handoverWords[kind][1]}</p>
      <Choice label="To" value={to} options={regions.map((r) => [r.name, r.title] as const)} onChange={setTo} />
      <textarea aria-label="How it stands" placeholder="How it stands" value={reason} autoFocus onChange={(e) => setReason(e.currentTarget.value)} />
      <textarea aria-label="Next step" placeholder="What the next colleague does first" value={step} onChange={(e) => setStep(e.currentTarget.value)} />
      {wrong && <p className="danger t12" role="alert">{wrong}</p>}
      <div><Btn type="submit" kind="pri" small busy={busy}>{handoverWords[kind][0]}</Btn></div>
    </form>
  );
}

function useForm(send: () => Promise<unknown>, done: () => void) {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setWrong("");
    void send().then(done, (x) => setWrong(sentenceOf(x))).finally(() => setBusy(false));
  };
  return { wrong, busy, submit };
}

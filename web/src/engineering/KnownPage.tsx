/** A known issue: read by everybody at the desk, edited in place, linked to issues, and answered to all who have it. */
import { Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { IconExternalLink, IconX } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError, sentenceOf } from "@/api/error";
import type { KnownIssue, KnownState } from "@/api/types";
import { useMe } from "@/app/session";
import { send as sent } from "@/bulk/tray";
import { useKeptText } from "@/lib/kept";
import { phrase } from "@/language/phrase";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { Wrong } from "@/ui/Wrong";
import { knownQuery, knownTicketsQuery } from "./query";
import { TicketTable } from "./TicketTable";
import { IssueTag, KnownTag } from "./words";
import "./engineering.css";

export function NewKnown() {
  useEffect(() => { document.title = "New known issue, Steward"; }, []);
  return (
    <main className="pane page" aria-label="New known issue">
      <header className="top"><p className="sub"><Link className="link" to={"/known-issues" as "/tickets"}>Known issues</Link></p><h1 className="t20 b6">New known issue</h1></header>
      <div className="scroll"><KnownForm /></div>
    </main>
  );
}

export function KnownPage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const query = useQuery(knownQuery(id));
  const tickets = useInfiniteQuery(knownTicketsQuery(id));
  const [mode, setMode] = useState<"read" | "edit" | "answer">("read");
  const k = query.data;
  const { begun } = useKeptText(`known.${id}.answer`);
  const may = !!k?.can_edit;
  // What was begun is open again after a reload, and when it was taken back.
  useEffect(() => { if (begun && may) setMode("answer"); }, [begun, may]);
  useEffect(() => { document.title = k ? `${k.title}, Steward` : "Known issue, Steward"; }, [k]);
  if (query.isError && !k) return <main className="pane page" style={{ justifyContent: "center" }}><Failure what="This known issue" error={query.error} retry={() => query.refetch()} /></main>;
  return (
    <main className="pane page" aria-label="Known issue" aria-busy={!k || undefined}>
      <header className="top">
        <p className="sub"><Link className="link" to={"/known-issues" as "/tickets"}>Known issues</Link></p>
        {k ? <div className="row wrap" style={{ gap: 12, marginTop: 2 }}>
          <div className="grow row wrap" style={{ gap: 8, flexBasis: 260 }}><h1 className="t20 b6 break" dir="auto">{k.title}</h1><KnownTag of={k} /></div>
          {k.can_edit && mode === "read" && <><Btn onClick={() => setMode("edit")}>Edit</Btn><Btn kind={k.state === "fixed" ? "pri" : "plain"} onClick={() => setMode("answer")}>Answer all tickets</Btn></>}
        </div> : <Skel w="50%" h={22} style={{ marginTop: 8 }} />}
      </header>
      <div className="scroll">
        {k && mode === "edit" ? <KnownForm known={k} done={() => setMode("read")} /> : k && mode === "answer" ? <Answer known={k} done={() => setMode("read")} /> : k && <>
          <section className="block known">
            <h2 className="h3">Symptom</h2><p className="pre" dir="auto">{k.symptom || <span className="m3">Nothing written.</span>}</p>
            <h2 className="h3">Workaround</h2><p className="pre" dir="auto">{k.workaround || <span className="m3">None yet. Colleagues can insert it into answers once it is written.</span>}</p>
            <p className="sub">{k.affected.length > 0 && <>Affected: {k.affected.join(", ")}. </>}Changed <When at={k.updated_at} />.</p>
          </section>
          <Linked known={k} />
        </>}
        {mode !== "edit" && <><h2 className="h3 block" style={{ borderBottom: 0, paddingBottom: 4 }}>Tickets that have it</h2><TicketTable rows={tickets.data?.pages.flatMap((p) => p.items) ?? []} query={tickets} /></>}
      </div>
    </main>
  );
}

/** The issues of trackers that a known issue names. */
function Linked({ known: k }: { known: KnownIssue }) {
  const q = useQueryClient();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const again = () => void q.invalidateQueries({ queryKey: ["known-issues", k.id] });
  async function add(e: FormEvent) {
    e.preventDefault();
    if (busy || !text.trim()) return;
    setBusy(true);
    setError(null);
    try {
      q.setQueryData(knownQuery(k.id).queryKey, await api.post<KnownIssue>(`/known-issues/${k.id}/issues`, { reference: text.trim() }));
      setText("");
    } catch (err) { setError(err); }
    setBusy(false);
  }
  const drop = async (issue: number, reference: string) => {
    try {
      await api.del(`/known-issues/${k.id}/issues/${issue}`);
      again();
      say("Link taken back.", async () => { await api.post(`/known-issues/${k.id}/issues`, { reference }); again(); });
    } catch (e) { fail("The link was not taken back", e); }
  };
  return (
    <section className="block" aria-label="Linked issues">
      <h2 className="h3">Linked issues</h2>
      <ul>{k.issues.map((i) => (
        <li key={i.id} className="row wrap" style={{ gap: "0 8px", minHeight: 32 }}><IssueTag of={i} /><Link className="link cut" dir="auto" to={`/issues/${i.id}` as "/tickets"} title={i.title}>{i.title || i.reference}</Link><a className="m3 row t12" style={{ gap: 3 }} href={i.url} target="_blank" rel="noreferrer">{i.reference}<IconExternalLink size={14} stroke={1.75} aria-hidden /></a>
          <span className="grow" />{k.can_edit && <Btn small kind="quiet" tip={`Take the link to ${i.reference} back`} icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={() => void drop(i.id, i.url || i.reference)} />}</li>
      ))}</ul>
      {k.issues.length === 0 && <p className="m3">None.</p>}
      {k.can_edit && <form className="row" style={{ gap: 8, marginTop: 8, maxWidth: 560 }} onSubmit={add}><TextInput className="grow" aria-label="Address of an issue" placeholder="Paste the address of an issue, or group/project#12" value={text} onChange={(e) => setText(e.currentTarget.value)} error={isApiError(error) ? (error.field("reference") ?? sentenceOf(error)) : null} /><Btn type="submit" busy={busy}>Link</Btn></form>}
    </section>
  );
}

const states: { value: KnownState; label: string }[] = [{ value: "open", label: phrase("Open", "what is to do") }, { value: "fixed", label: "Fixed" }, { value: "wont_fix", label: "Will not be fixed" }];

function KnownForm({ known: k, done }: { known?: KnownIssue; done?: () => void }) {
  const q = useQueryClient();
  const go = useNavigate();
  const of = k ? `known.${k.id}.${k.version}` : "known.new"; // what a colleague has saved since is not written over
  const { text: title, set: setTitle, clear: clearTitle } = useKeptText(`${of}.title`, k?.title ?? "");
  const { text: symptom, set: setSymptom, clear: clearSymptom } = useKeptText(`${of}.symptom`, k?.symptom ?? "");
  const { text: workaround, set: setWorkaround, clear: clearWorkaround } = useKeptText(`${of}.workaround`, k?.workaround ?? "");
  const clear = () => { clearTitle(); clearSymptom(); clearWorkaround(); };
  const [affected, setAffected] = useState(k?.affected ?? []);
  const [state, setState] = useState<KnownState>(k?.state ?? "open");
  const [fixedIn, setFixedIn] = useState(k?.fixed_in ?? "");
  const [left, setLeft] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const wrong = (name: string) => (isApiError(error) ? error.field(name) : null);
  async function save(e: FormEvent) {
    e.preventDefault();
    setLeft(true);
    if (busy || !title.trim()) return;
    setBusy(true);
    setError(null);
    const input = { title: title.trim(), symptom, workaround, affected, state, fixed_in: state === "fixed" ? fixedIn.trim() : "" };
    try {
      const r = k ? await api.patch<KnownIssue>(`/known-issues/${k.id}`, { version: k.version, ...input }) : await api.post<KnownIssue>("/known-issues", input);
      q.setQueryData(knownQuery(r.id).queryKey, r);
      void q.invalidateQueries({ queryKey: ["known-issues", "list"] });
      clear();
      say(k ? "Saved." : "Written down.");
      if (done) done();
      else void go({ to: `/known-issues/${r.id}` as "/tickets" });
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  return (
    <form className="form" onSubmit={save} noValidate>
      <TextInput label="Title" dir="auto" autoFocus={!k} value={title} onChange={(e) => setTitle(e.currentTarget.value)} onBlur={() => setLeft(true)} error={left && !title.trim() ? "Say in one line what is wrong." : wrong("title")} />
      <Textarea label="Symptom" description="What customers see. Markdown." dir="auto" autosize minRows={3} maxRows={16} value={symptom} onChange={(e) => setSymptom(e.currentTarget.value)} error={wrong("symptom")} />
      <Textarea label="Workaround" description="What helps meanwhile, in words for customers. It is inserted into answers as it stands. Markdown." dir="auto" autosize minRows={4} maxRows={20} value={workaround} onChange={(e) => setWorkaround(e.currentTarget.value)} error={wrong("workaround")} />
      <TagsInput label="Affected versions" value={affected} onChange={setAffected} acceptValueOnBlur error={wrong("affected")} />
      <div className="two"><Select label="State" data={states} allowDeselect={false} value={state} onChange={(v) => setState((v ?? "open") as KnownState)} />{state === "fixed" && <TextInput label="Fixed in version" value={fixedIn} onChange={(e) => setFixedIn(e.currentTarget.value)} error={wrong("fixed_in")} />}</div>
      {error !== null && <Wrong what="Not saved." error={error} />}
      <div className="row"><Btn kind="pri" type="submit" busy={busy}>{k ? "Save" : "Write it down"}</Btn><Btn kind="quiet" onClick={() => { clear(); if (done) done(); else history.back(); }}>Discard</Btn></div>
    </form>
  );
}

/** One answer to all who have it: the text, what it does, to how many. */
function Answer({ known: k, done }: { known: KnownIssue; done: () => void }) {
  const me = useMe().person.id;
  const place = `known.${k.id}.answer`;
  const { text, set: setText, clear } = useKeptText(place, k.state === "fixed" ? `Hello {{requester}},\n\nthis is fixed in version ${k.fixed_in}: ${k.title}.` : `Hello {{requester}},\n\n${k.workaround}`);
  const then = useKeptText(`${place}.then`, k.state === "fixed" ? "solved" : "leave");
  const discard = () => { clear(); then.clear(); };
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function send(e: FormEvent) {
    e.preventDefault();
    if (busy || !text.trim()) return;
    setBusy(true);
    setError(null);
    try {
      const r = await api.post<{ batch_id: number; tickets: number }>(`/known-issues/${k.id}/answer`, { text, undo: true, ...(then.text !== "leave" ? { status: then.text } : {}) });
      sent({ id: r.batch_id }, me, { what: place, text, as: { [`${place}.then`]: then.text } });
      discard();
      say(`${r.tickets} ${r.tickets === 1 ? "ticket is" : "tickets are"} being answered.`);
      done();
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  return (
    <form className="form" onSubmit={send} aria-label="Answer all tickets">
      <Textarea label="Answer" description="Goes to the requester of every ticket below that is not closed. {{requester}} is their name, {{ticket}} the number." dir="auto" autoFocus autosize minRows={5} maxRows={20} value={text} onChange={(e) => setText(e.currentTarget.value)} />
      <Select label="Then" allowDeselect={false} value={then.text} onChange={(v) => then.set(v ?? "leave")} data={[{ value: "leave", label: "Leave the state as it is" }, { value: "pending", label: "Set to pending" }, { value: "solved", label: "Solve" }]} maw={280} />
      {error !== null && <Wrong what="Not sent." error={error} />}
      <div className="row"><Btn kind="pri" type="submit" busy={busy}>Send to all tickets</Btn><Btn kind="quiet" onClick={() => { discard(); done(); }}>Discard</Btn></div>
      <p className="sub">It can be taken back for as long as one reply can. Progress shows in the tray.</p>
    </form>
  );
}

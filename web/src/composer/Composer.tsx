/** Where the answer is written: reply or note, files, who receives it, and the ways to send. The text is never lost. */
import { Menu, Popover } from "@mantine/core";
import { IconChevronDown, IconLock } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { forwardRef, lazy, Suspense, useEffect, useImperativeHandle, useRef, useState } from "react";
import { useAttempt } from "@/api/attempt";
import { api } from "@/api/client";
import { isApiError, sentenceOf, type ApiError } from "@/api/error";
import { normal } from "@/api/normal";
import { timelineQuery, waitsQuery } from "@/api/query";
import type { CommentResult, Draft, Guard, NewComment, Prepared, PreparedSide, Status, Ticket } from "@/api/types";
import { useMe } from "@/app/session";
import { phrase } from "@/language/phrase";
import { exact, now } from "@/lib/time";
import { firstName, inside, listOf, metricWord } from "@/lib/words";
import { settle } from "@/record/settle";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Warn } from "@/ui/Tag";
import { useDraft, type Words } from "./draft";
import { FileList } from "./FileList";
import { MacroChip, MacroMenu, preparedQuery } from "./MacroMenu";
import { takeOut } from "./markdown";
import { Marks, Toolbar, useMarksRow } from "./Toolbar";
import { answeredSince, Meanwhile } from "./Meanwhile";
import { signed } from "@/self/signature";
import { takeBack } from "./takeBack";
import { makeUpload, revokeUpload, uploadWords } from "./uploadLink";
import { useFiles } from "./useFiles";
import { Writing, type Field } from "./Writing";
import "./composer.css";

const InsertMenu = lazy(() => import("./InsertMenu").then((m) => ({ default: m.InsertMenu })));
const Copies = lazy(() => import("./Copies").then((m) => ({ default: m.Copies })));
const SendLater = lazy(() => import("./SendLater").then((m) => ({ default: m.SendLater })));
const Guards = lazy(() => import("@/guard/Guards").then((m) => ({ default: m.Guards })));

export interface ComposerHandle { focus: (reply: boolean) => void; show: (d: Draft) => void }
interface Props { ticket: Ticket; onWriting: (w: boolean) => void; /** A macro prepares a side conversation. */ onAside: (s: PreparedSide) => void; /** Fields must be filled first. */ onMissing: (e: ApiError | null) => void }

export const Composer = forwardRef<ComposerHandle, Props>(function Composer({ ticket: t, onWriting, onAside, onMissing }, ref) {
  const q = useQueryClient();
  const go = useNavigate();
  const me = useMe();
  const { words, change, clear, show, elsewhere, swap, dismiss } = useDraft(me.person.id, t.id);
  // The words may change while a link is made.
  const newest = useRef(words);
  newest.current = words;
  const { files, restore, add, remove, retry, clear: clearFiles, busy } = useFiles();
  const timeline = useQuery({ ...timelineQuery(t.id), enabled: false });
  const [begun, setBegun] = useState(0);
  const [cc, setCc] = useState(false);
  const [later, setLater] = useState<"menu" | "time" | null>(null);
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [again, setAgain] = useState<(() => void) | null>(null);
  const [asked, setAsked] = useState<{ guards: Guard[]; status?: Status; at?: { send_at: string; time_zone: string; if_changed: "hold" | "send" } } | null>(null);
  const [over, setOver] = useState(false);
  const [linking, setLinking] = useState(false);
  const area = useRef<Field>(null);
  const [marks, setMarks] = useState("");
  const [rich, setRich] = useState(false);
  const [marksRow] = useMarksRow();
  const attempt = useAttempt();
  const reply = words.public && t.can.reply;
  // The saved reply whose changes go with the words is part of the draft.
  const chose = useQuery({ ...preparedQuery(t.id, words.macro ?? ""), enabled: !!words.macro });
  const macro = words.macro ? chose.data ?? null : null;
  const lost = !!words.macro && isApiError(chose.error) && chose.error.status === 404;
  useEffect(() => {
    if (!lost) return;
    change({ ...newest.current, macro: undefined });
    say("The saved reply that was chosen is no longer offered on this ticket, so nothing changes with your words.");
  }, [lost, change]);
  const has = words.text.trim() !== "" || files.some((f) => f.done) || !!words.macro;
  useEffect(() => onWriting(has), [has, onWriting]);
  // What was said before one began to write has been read.
  useEffect(() => setBegun((b) => (has ? b || now() : 0)), [has]);
  // A draft names files that have arrived; they show here, and what arrives here becomes part of it.
  const arrived = files.flatMap((f) => (f.done ? [f.done] : []));
  const listed = JSON.stringify((words.files ?? []).map((f) => f.id));
  const shownFiles = JSON.stringify(arrived.map((f) => f.id));
  const known = useRef(listed);
  useEffect(() => {
    if (listed !== known.current || files.length === 0) { // the draft changed by itself
      known.current = listed;
      const missing = (words.files ?? []).filter((f) => !arrived.some((a) => a.id === f.id));
      if (missing.length > 0) return restore(missing);
    }
    if (listed !== shownFiles && !busy && (files.length > 0 || known.current !== "[]")) {
      known.current = shownFiles;
      change({ ...words, files: arrived });
    }
  }, [listed, shownFiles, busy, files.length]); // eslint-disable-line react-hooks/exhaustive-deps
  const copies = words.copies ?? t.copies ?? [];
  const put = (w: Partial<Words>) => change({ ...words, ...w });
  useImperativeHandle(ref, () => ({
    show: (d) => { show(d); area.current?.focus(); },
    focus: (r) => {
      if (r ? t.can.reply : t.can.note) change({ ...words, public: r });
      area.current?.focus();
    },
  }));
  const resend = useRef(send);
  resend.current = send;
  if (!t.can.reply && !t.can.note) return <p className="comp m3 t12" style={{ padding: 12 }}>You may read this ticket but not write on it.</p>;

  const use = (m: Prepared) => {
    q.setQueryData(preparedQuery(t.id, m.name).queryKey, m);
    const name = m.has_changes ? m.name : undefined;
    if (!m.has_text) put({ macro: name });
    else put({ macro: name, text: words.text.trim() ? `${words.text.trimEnd()}\n\n${m.text}` : m.text, public: m.internal ? !t.can.note : t.can.reply });
    if (m.side) onAside(m.side);
    else area.current?.focus();
  };

  const upload = async () => {
    setLinking(true);
    try {
      const l = await makeUpload(q, t.id);
      const text = uploadWords(l);
      area.current?.insert(text);
      say(`Upload link inserted. It works until ${exact(l.expires_at)}.`, async () => {
        change({ ...newest.current, text: takeOut(newest.current.text, text) });
        await revokeUpload(q, t.id, l);
      });
    } catch (e) {
      setError(sentenceOf(e));
    }
    setLinking(false);
  };

  const insert = (text: string) => {
    if (!area.current?.insert(text)) change({ ...words, text: words.text.trim() ? `${words.text.trimEnd()}\n\n${text}` : text });
    area.current?.focus();
  };

  async function send(status?: Status, at?: { send_at: string; time_zone: string; if_changed: "hold" | "send" }, confirm?: string[]) {
    setLater(null);
    setAgain(null);
    if (sending || !has) return area.current?.focus();
    if (!reply && !t.can.note) return setError("You may no longer write notes on this ticket.");
    if (busy) return setError("A file is still on its way. Wait until it has arrived, or remove it.");
    if (files.some((f) => f.error)) return setError("A file was not attached. Try it again or remove it, then send.");
    const body: NewComment = { public: reply, text: reply ? signed(words.text, me.choices?.signature) : words.text, file_ids: files.flatMap((f) => (f.done ? [f.done.id] : [])), ...(status ? { status } : {}), ...(words.macro ? { macro: words.macro } : {}), ...(confirm ? { confirm } : {}),
      ...(reply && words.copies ? { copies: words.copies.map((c) => (c.id ? { id: c.id } : { email: c.email ?? "", name: c.name === c.email ? undefined : c.name })) } : {}), ...(reply ? at ?? { undo: true } : {}) };
    setSending(true);
    setError(null);
    setAsked(null);
    try {
      const headers = attempt.key(body);
      if (words.macro && !words.text.trim() && body.file_ids?.length === 0) {
        settle(q, await api.post<Ticket>(`/tickets/${t.id}/macros/${words.macro}`, { text: "", ...(confirm ? { confirm } : {}) }, headers));
        attempt.over();
        clear(words.public);
        void q.invalidateQueries({ queryKey: ["timeline", t.id] });
        void q.invalidateQueries({ queryKey: ["views"] });
        return say(macro ? `${macro.title}: done.` : "Done.");
      }
      const r = await api.post<CommentResult>(`/tickets/${t.id}/comments`, body, headers);
      attempt.over();
      onMissing(null);
      known.current = "[]";
      clear(true);
      clearFiles();
      setCc(false);
      settle(q, r.ticket);
      const w = r.waiting;
      if (w) {
        q.setQueryData(waitsQuery(t.id).queryKey, (all) => [...(all ?? []).filter((x) => x.id !== w.id), w]);
        if (w.kind === "undo") say(status === "solved" ? "Sending and solving." : "Sending.", () => takeBack(q, w, t.id, show));
        else say("The reply waits for its time.", () => takeBack(q, w, t.id, show));
        void q.invalidateQueries({ queryKey: ["timeline", t.id] });
        return;
      }
      if (r.followup) {
        say(t.merged_into ? `The ticket was merged, so your reply is on ticket ${r.followup}.` : `The ticket was closed, so your reply opened ticket ${r.followup}.`);
        void go({ to: `/tickets/${r.followup}` as "/tickets" });
      } else {
        const c = r.comment;
        q.setQueryData(timelineQuery(t.id).queryKey, (all) => (c && all && !all.some((e) => e.type === "comment" && e.id === c.id) ? [...all, normal(c)] : all));
      }
      void q.invalidateQueries({ queryKey: ["timeline", t.id] });
      void q.invalidateQueries({ queryKey: ["views"] });
      say(!reply ? (r.unseen?.length ? `Note added. ${listOf(r.unseen)} may not see this ticket, so they were not told.` : "Note added.") : status === "solved" ? "Sent and solved." : status === "pending" ? "Sent, now pending." : "Sent.");
    } catch (e) {
      if (isApiError(e) && e.guards.length > 0) setAsked({ guards: e.guards, status, at });
      else {
        setError(sentenceOf(e));
        if (isApiError(e) && e.details.some((d) => "field" in d && d.field.startsWith("attributes."))) onMissing(e);
        if (isApiError(e) && (e.offline || e.status >= 500)) setAgain(() => () => resend.current(status, at, confirm));
      }
    } finally {
      setSending(false);
    }
  }

  const stopped = t.clocks.filter((c) => ["running", "breached", "paused"].includes(c.state) && /_(reply|update)$/.test(c.metric)).map((c) => inside(metricWord[c.metric]));
  const effect = !reply ? "Clocks keep running" : stopped.length ? `Stops the ${listOf([...new Set(stopped)])} clock` : t.merged_into ? `Goes to ticket ${t.merged_into}` : t.status === "closed" ? "Opens a follow-up ticket" : "";
  const sends: [string, Status | undefined][] = reply
    ? [[macro?.changes.some((c) => c.field === "status") ? "Send" : "Send and keep open", undefined], ...(t.statuses.includes("pending") ? [["Send as pending", "pending"] as [string, Status]] : []), ...(t.statuses.includes("solved") ? [["Send and solve", "solved"] as [string, Status]] : [])]
    : [["Add note", undefined], ...(t.statuses.includes("solved") ? [["Add note and solve", "solved"] as [string, Status]] : [])];
  if (reply && !["new", "open"].includes(t.status)) sends[0][0] = phrase("Send");
  // The state chosen with a draft comes first.
  const chosen = words.status && has ? sends.findIndex(([, s]) => s === words.status) : -1;
  if (chosen > 0) sends.unshift(...sends.splice(chosen, 1));
  return (
    <section
      className={`comp${reply ? "" : " noting"}${over ? " over" : ""}`} aria-label={reply ? "Reply" : "Internal note"}
      onDragOver={(e) => { if (e.dataTransfer.types.includes("Files")) { e.preventDefault(); setOver(true); } }}
      onDragLeave={() => setOver(false)} onDrop={(e) => { e.preventDefault(); setOver(false); add([...e.dataTransfer.files]); }}
    >
      <div className="ctabs">
        <div role="tablist" aria-label="Reply or note" className="row" style={{ gap: 16 }}>
          {t.can.reply && <button type="button" role="tab" aria-selected={reply} onClick={() => change({ ...words, public: true })}>Reply{!reply && <kbd className="wide">R</kbd>}</button>}
          {t.can.note && <button type="button" role="tab" aria-selected={!reply} onClick={() => change({ ...words, public: false })}>Note{reply && <kbd className="wide">N</kbd>}</button>}
        </div>
        <span className="grow" />
        {reply
          ? <button type="button" className="m2 cut tobtn" aria-expanded={cc} disabled={!t.can.edit} title={[t.requester, ...copies].map((p) => p.email ?? p.name).join(", ")} onClick={() => setCc(!cc)}>
              To <span dir="auto">{t.requester.name}</span>{copies.length > 0 ? <span className={words.copies ? "b6" : undefined}>, copies to {copies.length <= 2 ? listOf(copies.map((c) => firstName(c.name))) : copies.length}</span> : t.can.edit && <span className="m3 wide">, Cc</span>}
            </button>
          : <span className="attention row cut" style={{ gap: 4 }}><IconLock size={14} stroke={1.75} aria-hidden />Colleagues only</span>}
      </div>
      {cc && reply && <Suspense><Copies ticket={t} copies={copies} onChange={(c) => put({ copies: c })} onLeave={() => { setCc(false); area.current?.focus(); }} /></Suspense>}
      {elsewhere && (
        <p className="comperr info"><span className="grow">{elsewhere.shown ? "Newer words of yours, from another window, are shown here." : "You are writing on this ticket in another window, too."}</span>
          <button type="button" className="link b5" onClick={swap}>{elsewhere.shown ? "Bring back the earlier" : "Show the other"}</button><button type="button" className="link" onClick={dismiss}>Keep this</button></p>
      )}
      <Meanwhile entries={has && reply ? answeredSince(timeline.data ?? [], begun, me.person.id) : []} />
      <Writing
        ref={area} text={words.text} names={!reply} label={reply ? `Reply to ${t.requester.name}` : "Internal note"} placeholder={reply ? `Write to ${firstName(t.requester.name)}` : "Write for your colleagues"}
        onText={(text) => change({ ...newest.current, text })} onFiles={add} onMarks={setMarks} onWay={setRich} onSend={() => void send(sends[0][1])}
      />
      {reply && me.choices?.signature && has && <p className="signs m3 t12 cut" dir="auto" title={me.choices.signature}>-- {me.choices.signature.split("\n")[0]}</p>}
      <FileList files={files} remove={remove} retry={retry} />
      {macro && <MacroChip macro={macro} drop={() => put({ macro: undefined })} />}
      {error && <p className="comperr" role="alert"><span className="danger"><Warn /></span><span className="grow"><b className="b6">Not sent.</b> {error} Your text is kept.</span>{again && <button type="button" className="link b5" onClick={again}>Try again</button>}</p>}
      {asked && <Suspense><Guards guards={asked.guards} what={reply ? "Not sent." : "Not saved."} on={reply ? "Send anyway" : "Go on anyway"} goOn={() => void send(asked.status, asked.at, asked.guards.map((g) => g.name))} leave={() => { setAsked(null); area.current?.focus(); }} /></Suspense>}
      {marksRow && <Marks rich={rich} on={marks} mark={(m) => area.current?.mark(m)} link={(h) => area.current?.link(h)} href={() => area.current?.href() ?? null} />}
      <div className="foot">
        <MacroMenu ticket={t.id} onPick={use} />
        {t.can.note && <Suspense><InsertMenu ticket={t.id} reply={reply} insert={insert} /></Suspense>}
        <Toolbar attach={add} link={reply && t.can.edit && t.status !== "closed" ? () => void upload() : undefined} linking={linking} />
        <span className="grow t12 m3 wide cut effect">{effect}</span><span className="grow narrow" />
        <span className="split">
          <Btn kind={has ? "pri" : "plain"} busy={sending} onClick={() => void send(sends[0][1])}>{sending ? "Sending" : sends[0][0]} <kbd className="wide">Ctrl ↵</kbd></Btn>
          {sends.length > 1 && (
            <Popover opened={later === "time"} onChange={(o) => !o && setLater(null)} position="top-end" width={340} trapFocus withinPortal withRoles={false}>
              <Popover.Target>
                <span>
                  <Menu position="top-end" opened={later === "menu"} onChange={(o) => setLater(o ? "menu" : null)}>
                    <Menu.Target><Btn kind={has ? "pri" : "plain"} tip="More ways to send" icon={<IconChevronDown size={16} stroke={1.75} aria-hidden />} style={has ? undefined : { marginInlineStart: -1 }} /></Menu.Target>
                    <Menu.Dropdown>
                      {sends.map(([w, s]) => <Menu.Item key={w} onClick={() => void send(s)}>{w}</Menu.Item>)}
                      {reply && t.can.edit && <><Menu.Divider /><Menu.Item closeMenuOnClick={false} onClick={() => setLater("time")} disabled={!has}>Send later…</Menu.Item></>}
                    </Menu.Dropdown>
                  </Menu>
                </span>
              </Popover.Target>
              <Popover.Dropdown>{later === "time" && <Suspense><SendLater ticket={t} verb="Send then" onPick={(send_at, time_zone, if_changed) => void send(words.status, { send_at, time_zone, if_changed })} onLeave={() => setLater(null)} /></Suspense>}</Popover.Dropdown>
            </Popover>
          )}
        </span>
      </div>
    </section>
  );
});


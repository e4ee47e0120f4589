/** Where the answer is written: reply or note, files, who receives it, and the ways to send. The text is never lost. */
import { Menu, Textarea } from "@mantine/core";
import { IconChevronDown, IconLock } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { forwardRef, lazy, Suspense, useEffect, useImperativeHandle, useRef, useState } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { normal } from "@/api/normal";
import { timelineQuery } from "@/api/query";
import type { CommentResult, NewComment, Prepared, Status, Ticket } from "@/api/types";
import { metricWord } from "@/lib/words";
import { settle } from "@/record/settle";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Warn } from "@/ui/Tag";
import { useDraft } from "./draft";
import { FileList } from "./FileList";
import { MacroChip, MacroMenu } from "./MacroMenu";
import { apply, type Mark } from "./markdown";
import { Toolbar } from "./Toolbar";
import { useFiles } from "./useFiles";
import "./composer.css";

const KnownMenu = lazy(() => import("@/engineering/KnownMenu").then((m) => ({ default: m.KnownMenu })));

export interface ComposerHandle { focus: (reply: boolean) => void }
interface Props { ticket: Ticket; onWriting: (w: boolean) => void }

export const Composer = forwardRef<ComposerHandle, Props>(function Composer({ ticket: t, onWriting }, ref) {
  const q = useQueryClient();
  const go = useNavigate();
  const { words, change, clear } = useDraft(t.id);
  const { files, add, remove, retry, clear: clearFiles, busy } = useFiles();
  const [sending, setSending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const [macro, setMacro] = useState<Prepared | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const attempt = useRef<{ body: string; key: string } | null>(null);
  const reply = words.public && t.can.reply;
  const has = words.text.trim() !== "" || files.some((f) => f.done) || !!macro;
  useEffect(() => onWriting(has), [has, onWriting]);
  useImperativeHandle(ref, () => ({
    focus: (r) => {
      if (r ? t.can.reply : t.can.note) change({ ...words, public: r });
      area.current?.focus();
    },
  }));
  if (!t.can.reply && !t.can.note) return <p className="comp m3 t12" style={{ padding: 12 }}>You may read this ticket but not write on it.</p>;

  const mark = (m: Mark) => {
    const el = area.current!;
    const next = apply(m, { text: words.text, start: el.selectionStart, end: el.selectionEnd });
    change({ ...words, text: next.text });
    requestAnimationFrame(() => { el.focus(); el.setSelectionRange(next.start, next.end); });
  };

  const use = (m: Prepared) => {
    setMacro(m.has_changes ? m : null);
    if (m.has_text) change({ text: words.text.trim() ? `${words.text.trimEnd()}\n\n${m.text}` : m.text, public: m.internal ? !t.can.note : t.can.reply });
    area.current?.focus();
  };

  const insert = (text: string) => {
    change({ ...words, text: words.text.trim() ? `${words.text.trimEnd()}\n\n${text}` : text });
    area.current?.focus();
  };

  async function send(status?: Status) {
    if (sending || !has) return area.current?.focus();
    if (busy) return setError("A file is still on its way. Wait until it has arrived, or remove it.");
    if (files.some((f) => f.error)) return setError("A file was not attached. Try it again or remove it, then send.");
    const body: NewComment = { public: reply, text: words.text, file_ids: files.flatMap((f) => (f.done ? [f.done.id] : [])), ...(status ? { status } : {}), ...(macro ? { macro: macro.name } : {}) };
    // The same words keep the same key, so a retry after a lost answer cannot send twice.
    const text = JSON.stringify(body);
    if (attempt.current?.body !== text) attempt.current = { body: text, key: newKey() };
    setSending(true);
    setError(null);
    try {
      const headers = { "Idempotency-Key": attempt.current.key };
      if (macro && !words.text.trim() && body.file_ids?.length === 0) {
        settle(q, await api.post<Ticket>(`/tickets/${t.id}/macros/${macro.name}`, { text: "" }, headers));
        attempt.current = null;
        setMacro(null);
        void q.invalidateQueries({ queryKey: ["timeline", t.id] });
        void q.invalidateQueries({ queryKey: ["views"] });
        return say(`${macro.title}: done.`);
      }
      const r = await api.post<CommentResult>(`/tickets/${t.id}/comments`, body, headers);
      attempt.current = null;
      setMacro(null);
      clear(true);
      clearFiles();
      settle(q, r.ticket);
      if (r.followup) {
        say(`The ticket was closed, so your reply opened ticket ${r.followup}.`);
        void go({ to: `/tickets/${r.followup}` as "/tickets" });
      } else {
        q.setQueryData(timelineQuery(t.id).queryKey, (all) => (all && !all.some((e) => e.type === "comment" && e.id === r.comment.id) ? [...all, normal(r.comment)] : all));
      }
      void q.invalidateQueries({ queryKey: ["timeline", t.id] });
      void q.invalidateQueries({ queryKey: ["views"] });
      say(!reply ? "Note added." : status === "solved" ? "Sent and solved." : status === "pending" ? "Sent, now pending." : "Sent.");
    } catch (e) {
      setError(sentenceOf(e));
    } finally {
      setSending(false);
    }
  }

  const stopped = t.clocks.filter((c) => ["running", "breached", "paused"].includes(c.state)).map((c) => metricWord[c.metric].toLowerCase());
  const effect = !reply ? "Clocks keep running" : stopped.length ? `Stops the ${[...new Set(stopped)].join(" and ")} clock` : t.status === "closed" ? "Opens a follow-up ticket" : "";
  const sends: [string, Status | undefined][] = reply
    ? [[macro?.changes.some((c) => c.field === "status") ? "Send" : "Send and keep open", undefined], ...(t.statuses.includes("pending") ? [["Send as pending", "pending"] as [string, Status]] : []), ...(t.statuses.includes("solved") ? [["Send and solve", "solved"] as [string, Status]] : [])]
    : [["Add note", undefined], ...(t.statuses.includes("solved") ? [["Add note and solve", "solved"] as [string, Status]] : [])];
  if (reply && !["new", "open"].includes(t.status)) sends[0][0] = "Send";
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
          ? <span className="m2 cut" title={t.requester.email ?? undefined}>To <span dir="auto">{t.requester.name}</span></span>
          : <span className="attention row cut" style={{ gap: 4 }}><IconLock size={14} stroke={1.75} aria-hidden />Colleagues only</span>}
      </div>
      <Textarea
        ref={area} className="words" variant="unstyled" autosize minRows={2} maxRows={12} dir="auto" value={words.text} aria-label={reply ? `Reply to ${t.requester.name}` : "Internal note"}
        placeholder={reply ? `Write to ${t.requester.name.split(" ")[0]}` : "Write for your colleagues"} onChange={(e) => change({ ...words, text: e.target.value })}
        onPaste={(e) => { const f = [...e.clipboardData.files]; if (f.length) { e.preventDefault(); add(f); } }}
        onKeyDown={(e) => {
          if ((e.ctrlKey || e.metaKey) && e.key === "Enter") { e.preventDefault(); void send(sends[0][1]); }
          else if ((e.ctrlKey || e.metaKey) && e.key === "b") { e.preventDefault(); mark("bold"); }
          else if ((e.ctrlKey || e.metaKey) && e.key === "i") { e.preventDefault(); mark("italic"); }
          else if (e.key === "Escape") { e.stopPropagation(); area.current?.blur(); }
        }}
      />
      <FileList files={files} remove={remove} retry={retry} />
      {macro && <MacroChip macro={macro} drop={() => setMacro(null)} />}
      {error && <p className="comperr" role="alert"><span className="danger"><Warn /></span><span className="grow"><b className="b6">Not sent.</b> {error} Your text is kept.</span></p>}
      <div className="foot">
        <MacroMenu ticket={t.id} onPick={use} />
        {t.can.note && <Suspense><KnownMenu ticket={t.id} insert={insert} /></Suspense>}
        <Toolbar mark={mark} attach={add} />
        <span className="grow t12 m3 wide cut effect">{effect}</span><span className="grow narrow" />
        <span className="split">
          <Btn kind={has ? "pri" : "plain"} busy={sending} onClick={() => void send(sends[0][1])}>{sending ? "Sending" : sends[0][0]} <kbd className="wide">Ctrl ↵</kbd></Btn>
          {sends.length > 1 && (
            <Menu position="top-end">
              <Menu.Target><Btn kind={has ? "pri" : "plain"} tip="More ways to send" icon={<IconChevronDown size={16} stroke={1.75} aria-hidden />} style={has ? undefined : { marginLeft: -1 }} /></Menu.Target>
              <Menu.Dropdown>{sends.map(([w, s]) => <Menu.Item key={w} onClick={() => void send(s)}>{w}</Menu.Item>)}</Menu.Dropdown>
            </Menu>
          )}
        </span>
      </div>
    </section>
  );
});

const newKey = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`);

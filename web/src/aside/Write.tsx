/** Writing in a side conversation: to whom, about what, the words, files of one's own and of the ticket. Kept on the server while one writes. */
import { Textarea } from "@mantine/core";
import { IconPaperclip, IconPlus, IconSend, IconUsersGroup, IconX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/api/client";
import { teamsQuery } from "@/api/query";
import type { ID, PersonRef, TeamRef, Ticket, TimelineEntry } from "@/api/types";
import { FileList } from "@/composer/FileList";
import { useFiles } from "@/composer/useFiles";
import { bytes } from "@/lib/words";
import { Pick } from "@/property/Pick";
import { FindPerson } from "@/record/FindPerson";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Skel } from "@/ui/State";
import { sideDraftQuery, sideQuery, sidesPath, type SideFull, type SideDraft } from "./query";

interface Props { ticket: Ticket; side: SideFull | null; timeline: TimelineEntry[]; opened: (side: ID) => void }

export function Write(p: Props) {
  const draft = useQuery(sideDraftQuery(p.ticket.id, p.side?.id ?? 0));
  if (draft.isPending) return <Skel h={80} />;
  return <Form {...p} begun={draft.data?.updated_at ? draft.data : null} />;
}

function Form({ ticket: t, side, timeline, opened, begun }: Props & { begun: SideDraft | null }) {
  const q = useQueryClient();
  const at = side?.id ?? 0;
  const [subject, setSubject] = useState(begun?.subject || (side ? "" : t.subject));
  const [text, setText] = useState(begun?.text ?? "");
  const [people, setPeople] = useState<PersonRef[]>(begun && begun.people.length + begun.teams.length > 0 ? begun.people : side?.people ?? []);
  const [teams, setTeams] = useState<TeamRef[]>(begun && begun.people.length + begun.teams.length > 0 ? begun.teams : side?.teams ?? []);
  const [own, setOwn] = useState<ID[]>(begun?.ticket_files ?? []);
  const [adding, setAdding] = useState(!side && people.length + teams.length === 0);
  const [picking, setPicking] = useState((begun?.ticket_files.length ?? 0) > 0);
  const [busy, setBusy] = useState(false);
  const { files, restore, add, remove, retry, clear, busy: going } = useFiles();
  const choose = useRef<HTMLInputElement>(null);
  const allTeams = useQuery(teamsQuery).data ?? [];
  useEffect(() => { if (begun) restore(begun.files); }, [begun, restore]);

  const there = useMemo(() => timeline.flatMap((e) => (e.type === "comment" ? e.attachments.filter((a) => !a.inline) : [])), [timeline]);
  const ids = files.flatMap((f) => (f.done ? [f.done.id] : []));
  const kept = JSON.stringify({ subject: side ? undefined : subject, text, people: people.filter((x) => x.id).map((x) => x.id), teams: teams.map((x) => x.name), file_ids: ids, ticket_files: own });
  const last = useRef(kept);
  useEffect(() => {
    if (kept === last.current || busy) return;
    const timer = setTimeout(() => { last.current = kept; void api.put(`${sidesPath(t.id)}/${at}/draft`, JSON.parse(kept)).catch(() => { last.current = ""; }); }, 800);
    return () => clearTimeout(timer);
  }, [kept, busy, t.id, at]);

  const to = () => [...people.map((x) => (x.id ? { id: x.id } : { email: x.email })), ...teams.map((x) => ({ team: x.name }))];
  const ready = (text.trim() !== "" || ids.length + own.length > 0) && people.length + teams.length > 0 && (side || subject.trim()) && !going;
  async function send() {
    if (!ready || busy) return;
    setBusy(true);
    const words = { text, file_ids: ids, ticket_files: own, undo: true, to: to() };
    try {
      const s = side ? await api.post<SideFull>(`${sidesPath(t.id)}/${side.id}/messages`, words) : await api.post<SideFull>(sidesPath(t.id), { ...words, subject });
      q.setQueryData(sideQuery(t.id, s.id).queryKey, s);
      for (const k of [["sides", t.id], ["timeline", t.id], ["ticket", t.id], ["work"]]) void q.invalidateQueries({ queryKey: k });
      q.removeQueries({ queryKey: ["side-draft", t.id, at] });
      setText(""); setOwn([]); clear();
      last.current = "";
      say("Written. It leaves in a moment.");
      opened(s.id);
    } catch (e) {
      fail("It was not sent", e, () => void send());
    }
    setBusy(false);
  }
  return (
    <div className="awrite" onDragOver={(e) => e.preventDefault()} onDrop={(e) => { e.preventDefault(); add(e.dataTransfer.files); }}
      onKeyDown={(e) => { if ((e.ctrlKey || e.metaKey) && e.key === "Enter") { e.preventDefault(); e.stopPropagation(); void send(); } }}>
      <div className="cline">
        <span className="m3 t12">To</span>
        {people.map((x) => <Chip key={x.id || x.email} name={x.name} title={x.email} off={() => setPeople(people.filter((y) => y !== x))} />)}
        {teams.map((x) => <Chip key={x.name} name={x.title} team off={() => setTeams(teams.filter((y) => y !== x))} />)}
        {adding ? <span className="cfind"><FindPerson label="Write to somebody" without={[t.requester.id, ...people.map((x) => x.id)]} onLeave={() => { if (people.length + teams.length > 0) setAdding(false); }}
            onPick={(x, name) => { setPeople([...people, { id: x.id ?? 0, name, email: x.email ?? null }]); setAdding(false); }} /></span>
          : <button type="button" className="link t12 row" style={{ gap: 4 }} onClick={() => setAdding(true)}><IconPlus size={14} stroke={1.75} aria-hidden />Somebody</button>}
        <Pick label="Write to a team" search value="" shown={<span className="link t12 row" style={{ gap: 4 }}><IconUsersGroup size={14} stroke={1.75} aria-hidden />A team</span>}
          choices={allTeams.filter((x) => !teams.some((y) => y.name === x.name)).map((x) => ({ value: x.name, label: x.title }))}
          onPick={(v) => { const x = allTeams.find((y) => y.name === v); if (x) { setTeams([...teams, { name: x.name, title: x.title }]); setAdding(false); } }} />
      </div>
      {!side && <input className="in" aria-label="Subject" placeholder="Subject" maxLength={500} dir="auto" value={subject} onChange={(e) => setSubject(e.target.value)} />}
      <Textarea variant="unstyled" className="awords" autosize minRows={side ? 3 : 5} maxRows={14} dir="auto" aria-label="Message" placeholder={side ? "Go on" : "What do you want to know?"} value={text} onChange={(e) => setText(e.target.value)}
        onPaste={(e) => { const f = [...e.clipboardData.files]; if (f.length) { e.preventDefault(); add(f); } }} data-writing="" />
      <FileList files={files} remove={remove} retry={retry} />
      {picking && <fieldset className="afiles"><legend className="t12 m3">Send along from the ticket</legend>
        {there.map((f) => <label key={f.id} className="one"><input type="checkbox" checked={own.includes(f.id)} onChange={(e) => setOwn(e.target.checked ? [...own, f.id] : own.filter((x) => x !== f.id))} /><span className="cut grow">{f.filename}</span><span className="t12 m3 nw">{bytes(f.size)}</span></label>)}
        {there.length === 0 && <p className="t12 m3">This ticket has no files.</p>}</fieldset>}
      <div className="row wrap" style={{ gap: 8 }}>
        <input ref={choose} type="file" multiple hidden onChange={(e) => { if (e.target.files) add(e.target.files); e.target.value = ""; }} />
        <Btn small kind="quiet" tip="Attach files" icon={<IconPaperclip size={16} stroke={1.75} aria-hidden />} onClick={() => choose.current?.click()} />
        {there.length > 0 && <button type="button" className="link t12" aria-expanded={picking} onClick={() => setPicking(!picking)}>{own.length ? `${own.length} from the ticket` : "Files of the ticket"}</button>}
        <span className="grow" />
        <Btn kind="pri" small keys="mod+enter" tip="Send" busy={busy} disabled={!ready} icon={<IconSend size={14} stroke={1.75} aria-hidden />} onClick={() => void send()}>Send</Btn>
      </div>
    </div>
  );
}

function Chip({ name, title, team, off }: { name: string; title?: string | null; team?: boolean; off: () => void }) {
  return <span className="tag">{team && <IconUsersGroup size={12} stroke={2} aria-hidden />}<span className="cut" dir="auto" title={title ?? undefined}>{name}</span><button type="button" aria-label={`Do not write to ${name}`} onClick={off}><IconX size={12} stroke={2} aria-hidden /></button></span>;
}

/** One change to all selected tickets: what is left alone stays as it is on each. */
import { Autocomplete, Checkbox, Select, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { agentsQuery, bulkMacrosQuery, fieldsQuery, formsQuery, teamsQuery } from "@/api/query";
import type { BatchChange, Priority, Status, TicketType } from "@/api/types";
import { FieldInput } from "@/field/FieldInput";
import { BULK, BULK_KIND, useKeptText } from "@/lib/kept";
import { partsOf } from "@/lib/nested";
import { priorityWord, statusWord, ticketTypes, typeWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { TagsIn } from "@/ui/TagsIn";
import { Wrong } from "@/ui/Wrong";
import "./bulk.css";

const NOBODY = "-";
interface Props { words: string; run: (c: BatchChange) => Promise<unknown>; busy: boolean; close: () => void }

export function Edit({ words, run, busy, close }: Props) {
  const agents = useQuery(agentsQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  const forms = useQuery(formsQuery).data ?? [];
  const macros = useQuery(bulkMacrosQuery).data ?? [];
  const fields = (useQuery(fieldsQuery("ticket")).data ?? []).filter((f) => f.edit);
  const [change, setChange] = useState<BatchChange>({});
  const [field, setField] = useState<string | null>(null);
  const [value, setValue] = useState<unknown>(null);
  const { text, set: setText, clear } = useKeptText(BULK);
  const said = useKeptText(BULK_KIND, "note");
  const kind = said.text === "reply" ? "reply" : "note";
  const [due, setDue] = useState("");
  const [noDay, setNoDay] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const set = <K extends keyof BatchChange>(k: K, v: BatchChange[K] | undefined) => setChange((c) => {
    const n = { ...c, [k]: v };
    if (v === undefined) delete n[k];
    return n;
  });
  const named = fields.find((f) => f.title === field);
  const macro = macros.find((m) => m.name === change.macro);
  const mails = Boolean(macro?.has_text && !macro.internal);
  const leaves = (kind === "reply" && text.trim() !== "") || mails;
  const whole: BatchChange = { ...change, ...(noDay ? { task_due_at: null } : due ? { task_due_at: new Date(due).toISOString() } : {}), ...(named ? { attributes: { [named.name]: value ?? null } } : {}), ...(text.trim() ? { comment: { text, public: kind === "reply" } } : {}) };
  const empty = Object.keys(whole).length === 0;
  async function submit(e: FormEvent) {
    e.preventDefault();
    if (empty || busy) return;
    const wrong = await run(whole);
    if (wrong === null) { clear(); said.clear(); }
    setError(wrong);
  }
  return (
    <form className="bulkedit" onSubmit={submit} noValidate aria-label={`Change ${words}`} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); close(); } }}>
      <h2 className="t14 b6">Change {words}</h2>
      <div className="two">
        <Select label="Status" placeholder="As it is" clearable data={(["open", "pending", "hold", "solved", "closed"] as Status[]).map((v) => ({ value: v, label: statusWord[v] }))} value={change.status ?? null} onChange={(v) => set("status", (v as Status) ?? undefined)} />
        <Select label="Priority" placeholder="As it is" clearable data={(["urgent", "high", "normal", "low"] as Priority[]).map((v) => ({ value: v, label: priorityWord[v] }))} value={change.priority ?? null} onChange={(v) => set("priority", (v as Priority) ?? undefined)} />
        <Select label="Assignee" placeholder="As it is" clearable searchable data={[{ value: NOBODY, label: "Nobody" }, ...agents.map((a) => ({ value: String(a.id), label: a.name }))]} value={change.assignee_id === undefined ? null : change.assignee_id === null ? NOBODY : String(change.assignee_id)} onChange={(v) => set("assignee_id", v === null ? undefined : v === NOBODY ? null : Number(v))} />
        <Select label="Team" placeholder="As it is" clearable searchable data={[{ value: NOBODY, label: "None" }, ...teams.map((t) => ({ value: t.name, label: t.title }))]} value={change.team === undefined ? null : change.team ?? NOBODY} onChange={(v) => set("team", v === null ? undefined : v === NOBODY ? null : v)} />
        <Select label="Type" placeholder="As it is" clearable data={ticketTypes.map((v) => ({ value: v, label: typeWord[v] }))} value={change.type ?? null} onChange={(v) => set("type", (v as TicketType) ?? undefined)} />
        {forms.length > 1 && <Select label="Form" placeholder="As it is" clearable data={forms.map((f) => ({ value: f.name, label: f.title }))} value={change.form ?? null} onChange={(v) => set("form", v ?? undefined)} />}
        <div className="wideone">
          <TextInput type="datetime-local" label="Task due" description={due && !noDay ? "Set on tasks; other tickets are left." : undefined} value={noDay ? "" : due} disabled={noDay} onChange={(e) => setDue(e.currentTarget.value)} />
          <Checkbox mt={6} label="Take the day away" checked={noDay} onChange={(e) => setNoDay(e.currentTarget.checked)} />
        </div>
        <TagsIn label="Add tags" value={change.add_tags ?? []} onChange={(v) => set("add_tags", v.length ? v : undefined)} />
        <TagsIn label="Take tags away" value={change.remove_tags ?? []} onChange={(v) => set("remove_tags", v.length ? v : undefined)} />
        {fields.length > 0 && <Autocomplete label="Another field" placeholder="None" data={fields.map((f) => f.title)} value={field ?? ""} onChange={(v) => { setField(v || null); setValue(null); }} />}
        {named && <FieldInput key={named.name} field={{ ...named, required: false }} value={value} onChange={setValue} />}
      </div>
      {macros.length > 0 && (
        <Select label="Saved reply" placeholder="None" clearable searchable value={change.macro ?? null} onChange={(v) => set("macro", v ?? undefined)}
          data={macros.map((m) => ({ value: m.name, label: partsOf(m.title).join(" › ") }))}
          description={macro && (mails ? "Its reply leaves as mail to each requester. It can be taken back for as long as one reply can." : "Applied to each ticket it is offered on, before the other changes.")} />
      )}
      <div className="row wrap" style={{ gap: 8 }}><Choice label="Message" value={kind} options={[["note", "Internal note"], ["reply", "Reply to everybody"]]} onChange={said.set} /></div>
      <Textarea aria-label={kind === "reply" ? "Reply to everybody" : "Internal note"} autosize minRows={2} maxRows={8} value={text} onChange={(e) => setText(e.currentTarget.value)} placeholder={kind === "reply" ? "Hello {{requester}}, …" : "For colleagues only"}
        description={kind === "reply" && text.trim() ? "Leaves as mail to each requester. It can be taken back for as long as one reply can." : undefined} />
      {error !== null && <Wrong what="Nothing was changed." error={error} />}
      <div className="row ends"><Btn onClick={close}>Leave as they are</Btn><Btn kind="pri" type="submit" busy={busy} disabled={empty}>{leaves ? `Send and change ${words}` : `Change ${words}`}</Btn></div>
    </form>
  );
}

/** Takes words or files out of a ticket for ever. It says exactly what goes before it asks. */
import { Checkbox, Modal, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Attachment, Redaction, Ticket, TimelineEntry } from "@/api/types";
import { phrase } from "@/language/phrase";
import { bytes, listOf, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";
import { Findings } from "./Findings";
import { refresh } from "./refresh";
import "./fate.css";

export function RedactDialog({ ticket: t, timeline, close }: { ticket: Ticket; timeline: TimelineEntry[]; close: () => void }) {
  const q = useQueryClient();
  const [text, setText] = useState("");
  const [files, setFiles] = useState<number[]>([]);
  const [plan, setPlan] = useState<Redaction | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const all: Attachment[] = timeline.flatMap((e) => (e.type === "comment" ? e.attachments : []));
  const words = text.split("\n").map((w) => w.trim()).filter(Boolean);
  const ask = words.length + files.length > 0;
  const nothing = plan !== null && plan.attachments.length === 0 && plan.messages + plan.files + plan.covered + plan.drafts + plan.texts + plan.attributes + plan.originals + plan.sent + plan.withdrawn === 0 && !plan.subject;
  const empty = plan !== null && plan.messages + plan.files + plan.covered + plan.drafts + plan.texts + plan.attributes + plan.originals + plan.sent + plan.withdrawn === 0 && !plan.subject;
  async function run(dry: boolean, more: number[] = []) {
    const chosen = [...files, ...more];
    if (!ask) return;
    setFiles(chosen);
    setBusy(true);
    setError(null);
    try {
      const r = await api.post<Redaction>(`/tickets/${t.id}/redact`, { ...(words.length ? { words } : {}), ...(chosen.length ? { file_ids: chosen } : {}), dry_run: dry });
      if (dry) setPlan(r);
      else {
        refresh(q, t.id, ...r.others);
        close();
        say(`Redacted: ${listOf([r.characters ? plural(r.characters, "character") : "", r.files ? plural(r.files, "file") : "", r.covered ? phrase(`words in ${plural(r.covered, "file")}`) : ""].filter(Boolean)) || "done"}.`);
      }
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  }
  return (
    <Modal opened onClose={close} title={<span className="b6 t16">Redact words or files</span>} size={560} closeButtonProps={{ "aria-label": "Close" }}>
      <div style={{ display: "grid", gap: 12 }}>
        {plan === null ? <>
          <p className="m2">What you name is taken out of everything on ticket {t.id}, and cannot be brought back.</p>
          <Textarea label="Words or phrases, one a line" description="Capitals and line breaks between words do not matter." autosize minRows={2} maxRows={6} value={text} onChange={(e) => setText(e.currentTarget.value)} data-autofocus spellCheck={false} autoComplete="off" />
          {all.length > 0 && <fieldset style={{ display: "grid", gap: 4, border: 0, padding: 0, margin: 0 }}><legend className="b5 t12" style={{ marginBottom: 4 }}>Files</legend>
            <div style={{ display: "grid", gap: 6, maxHeight: 200, overflowY: "auto" }}>{all.map((f) => <Checkbox key={f.id} size="xs" label={`${f.filename}, ${bytes(f.size)}`} checked={files.includes(f.id)} onChange={() => setFiles((s) => (s.includes(f.id) ? s.filter((x) => x !== f.id) : [...s, f.id]))} />)}</div></fieldset>}
          {error !== null && <Wrong what="That cannot be redacted." error={error} />}
          <div className="row wrap" style={{ justifyContent: "flex-end" }}><Btn kind="quiet" onClick={close}>Cancel</Btn><Btn kind="pri" busy={busy} aria-disabled={!ask || undefined} onClick={() => void run(true)}>Show what would go</Btn></div>
        </> : nothing ? <>
          <p>None of this stands on ticket {t.id}. Check the spelling.</p>
          <div className="row" style={{ justifyContent: "flex-end" }}><Btn kind="pri" autoFocus onClick={() => setPlan(null)}>Back</Btn></div>
        </> : <>
          {!empty && <p>This goes for ever:</p>}
          {!empty && <ul className="redacts">
            {plan.characters > 0 && <li><b className="b6">{plural(plan.characters, "character")}</b> in {plural(plan.messages, "message")}, {plural(plan.times, "time")}, with what they quote</li>}
            {plan.covered > 0 && <li>Words in <b className="b6">{plural(plan.covered, "file")}</b>; the rest of {plan.covered === 1 ? "it" : "them"} stays</li>}
            {plan.files > 0 && <li><b className="b6">{plural(plan.files, "file")}</b> with {plan.files === 1 ? "its" : "their"} bytes</li>}
            {plan.subject && <li>Words of the subject</li>}
            {plan.attributes > 0 && <li>Words of {plural(plan.attributes, "custom field")}</li>}
            {plan.drafts > 0 && <li>Words of {plural(plan.drafts, "draft")}</li>}
            {plan.texts > 0 && <li>Words of replies that wait, requests for attention, hand-overs or reports to trackers</li>}
            {plan.originals > 0 && <li>The stored {plan.originals === 1 ? "original of 1 received mail" : `originals of ${plan.originals} received mails`}</li>}
            {plan.sent > 0 && <li>Our {plan.sent === 1 ? "copy of 1 sent mail" : `copies of ${plan.sent} sent mails`}; what arrived at the customer stays there</li>}
            {plan.withdrawn > 0 && <li>{plural(plan.withdrawn, "mail")} that {plan.withdrawn === 1 ? "has" : "have"} not left {plan.withdrawn === 1 ? "is" : "are"} taken back</li>}
            {plan.others.length > 0 && <li>Copies of these messages on ticket {plan.others.join(", ")}</li>}
            <li>Their words in the search, and in what events keep apart</li>
          </ul>}
          <Findings of={plan.attachments} remove={(ids) => void run(true, ids)} busy={busy} />
          {!empty && <p className="sub">The timeline will say that you redacted, where, and how many characters; never the words. Backups made before today still hold them.</p>}
          {error !== null && <Wrong what="Nothing was redacted." error={error} />}
          <div className="row wrap" style={{ justifyContent: "flex-end" }}><Btn autoFocus onClick={() => setPlan(null)}>Keep it</Btn>{!empty && <Btn kind="bad" busy={busy} onClick={() => void run(false)}>Redact for ever</Btn>}</div>
        </>}
      </div>
    </Modal>
  );
}

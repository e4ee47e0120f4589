/** Who may write for an organization: the list, how many it may have, and the list as a text. */
import { Textarea, TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { boughtQuery } from "@/api/query";
import type { Bought, ContactPlan } from "@/api/types";
import { plural } from "@/lib/words";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";
import type { Change } from "./Bought";

interface Props { organization: number; name: string; panel: Bought; change: Change }
const few = 6;

export function Contacts({ organization, name, panel: p, change }: Props) {
  const q = useQueryClient();
  const [all, setAll] = useState(false);
  const [text, setText] = useState<string | null>(null);
  const [email, setEmail] = useState("");
  const full = p.contacts.length >= p.cap;
  const shown = all ? p.contacts : p.contacts.slice(0, few);
  const refresh = () => q.invalidateQueries({ queryKey: boughtQuery(organization).queryKey });
  async function add(e: FormEvent) {
    e.preventDefault();
    if (email.trim() && (await change("They were not added", "/contacts", { email: email.trim() }, `${email.trim()} may write for ${name}.`))) setEmail("");
  }
  async function remove(c: Bought["contacts"][number]) {
    try {
      await api.del(`/organizations/${organization}/contacts/${c.person.id}`);
      await refresh();
      say(`${c.person.name} is no longer a contact.`, () => void change("They were not added again", "/contacts", { email: c.person.email, editor: c.editor }));
    } catch (e) { fail("They are still a contact", e); }
  }
  async function edits(c: Bought["contacts"][number]) {
    try {
      await api.patch(`/organizations/${organization}/contacts/${c.person.id}`, { editor: !c.editor });
      await refresh();
      say(c.editor ? `${c.person.name} can no longer change the list.` : `${c.person.name} can change the list.`);
    } catch (e) { fail("Nothing changed", e); }
  }
  async function write() {
    try { setText((await api.post<{ text: string }>(`/organizations/${organization}/contacts/export`, {})).text); } catch (e) { fail("The list could not be written", e); }
  }
  return (
    <div>
      <h3><span className="grow">Contacts, {p.contacts.length} of {p.cap}</span>{p.can_list && <Btn small kind="quiet" onClick={() => (text === null ? void write() : setText(null))}>{text === null ? "As text" : "As list"}</Btn>}</h3>
      {text !== null ? <AsText organization={organization} text={text} setText={setText} done={() => { setText(null); void refresh(); }} /> : (
        <>
          {p.contacts.length === 0 && <p className="m3 t12">{p.bought?.listed_only ? "Nobody is listed yet, so everybody of it may write. From the first one on, only contacts may." : "Nobody is listed."}</p>}
          <ul>{shown.map((c) => (
            <li key={c.person.id} className="contact">
              <Avatar id={c.person.id} name={c.person.name} />
              <span className="grow"><Link className="cut b5" style={{ display: "block" }} to={`/people/${c.person.id}` as "/tickets"} dir="auto">{c.person.name}</Link><span className="m3 t12 cut" style={{ display: "block" }}>{c.editor ? "Editor, " : ""}{c.person.email}</span></span>
              {p.can_list && <Btn small kind="quiet" aria-pressed={c.editor} aria-label={`${c.person.name} may change the list`} tip={c.editor ? "Changes the list; take that away" : "Let them change the list"} className={c.editor ? "accent" : ""} icon={<IconPencil size={16} stroke={c.editor ? 2.25 : 1.5} aria-hidden />} onClick={() => void edits(c)} />}
              {p.can_list && <Btn small kind="quiet" aria-label={`Remove ${c.person.name}`} onClick={() => void remove(c)}>Remove</Btn>}
            </li>
          ))}</ul>
          {p.contacts.length > few && <Btn small kind="quiet" onClick={() => setAll(!all)}>{all ? "Show fewer" : `Show ${plural(p.contacts.length - few, "other")}`}</Btn>}
          {p.can_list && (full ? <p className="m3 t12">The list is full. Remove somebody to add another.</p> : (
            <form className="addline" style={{ marginTop: 6 }} onSubmit={add} noValidate>
              <TextInput aria-label="Address of a new contact" placeholder="name@company.example" type="email" autoComplete="off" value={email} onChange={(e) => setEmail(e.currentTarget.value)} maxLength={254} />
              <Btn type="submit" disabled={!email.trim()}>Add</Btn>
            </form>
          ))}
        </>
      )}
    </div>
  );
}

/** The list as YAML: what it would change is shown before it does. */
function AsText({ organization, text, setText, done }: { organization: number; text: string; setText: (t: string) => void; done: () => void }) {
  const [plan, setPlan] = useState<ContactPlan | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const differs = plan?.differences.filter((d) => d.change !== "unchanged") ?? [];
  async function run(path: "plan" | "apply") {
    setBusy(true);
    setError(null);
    try {
      const p = await api.post<ContactPlan>(`/organizations/${organization}/contacts/${path}`, { text, ...(path === "apply" && plan ? { seen: plan.seen } : {}) });
      if (path === "plan") setPlan(p);
      else { say("The list of contacts is what the text says."); done(); }
    } catch (e) { setError(e); }
    setBusy(false);
  }
  return (
    <div className="small">
      <Textarea aria-label="Contacts in YAML" autosize minRows={6} maxRows={18} spellCheck={false} value={text} onChange={(e) => { setText(e.currentTarget.value); setPlan(null); }} styles={{ input: { fontFamily: "var(--mono)", fontSize: 12 } }} />
      {error !== null && <Wrong what="Nothing was changed." error={error} />}
      {plan && (differs.length === 0 ? <p className="t12 m2">Nothing would change.</p> : <ul className="cdiff t12">{differs.map((d) => <li key={d.email}><span className={d.change === "removed" ? "danger" : d.change === "added" ? "good" : "attention"}>{d.change}</span><span className="break">{d.email}{d.editor ? ", editor" : ""}</span></li>)}</ul>)}
      <div className="row wrap">{plan && differs.length > 0 ? <Btn small kind="pri" busy={busy} onClick={() => void run("apply")}>Apply {plural(differs.length, "change")}</Btn> : <Btn small busy={busy} onClick={() => void run("plan")}>Show what would change</Btn>}<Btn small kind="quiet" onClick={done}>Leave as it is</Btn></div>
    </div>
  );
}

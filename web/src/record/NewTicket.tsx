/** A new ticket: for whom, about what, and the first message. A page, so nothing is lost by a click beside it. */
import { Autocomplete, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useAttempt } from "@/api/attempt";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { agentsQuery, askedQuery, fieldsQuery, formsQuery, peopleQuery, teamsQuery } from "@/api/query";
import type { Attributes, NewTicket as Input, Priority, Ticket, TicketType } from "@/api/types";
import { useMe } from "@/app/session";
import { FieldInput } from "@/field/FieldInput";
import { isEmpty } from "@/field/value";
import { Guards } from "@/guard/Guards";
import { relative } from "@/lib/time";
import { usePages } from "@/lib/useMedia";
import { priorityWord, ticketTypes, typeWord } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { TagsIn } from "@/ui/TagsIn";
import { Wrong } from "@/ui/Wrong";
import { NewCopies, type NewCopy } from "./NewCopies";
import { blank, keepDraft, keptDraft, worth, type NewDraft } from "./newDraft";
import { Words } from "./Words";
import "./record.css";

export function NewTicket() {
  const me = useMe();
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const fresh: NewDraft = { ...blank, email: search.for ?? "", form: search.form ?? null };
  // What was begun comes back by itself, unless this is to be about somebody else or something else.
  const [kept, setKept] = useState(() => keptDraft(me.person.id));
  const [from, setFrom] = useState<NewDraft>(() => (kept && (!search.for || search.for === kept.email) && (!search.form || search.form === kept.form) ? kept : fresh));
  const shown = kept !== null && from.at === kept.at;
  const drop = () => {
    const was = keptDraft(me.person.id) ?? kept;
    keepDraft(me.person.id, null);
    setKept(null);
    if (shown) setFrom(fresh);
    say("What you had begun was put away.", () => { if (was) keepDraft(me.person.id, was); setKept(was); if (shown && was) setFrom(was); });
  };
  const Title = usePages() ? "h1" : "h2"; // beside the list, the list's is the first
  return (
    <main className="pane page" aria-labelledby="new-title">
      <header className="top"><Title id="new-title" className="t20 b6">New ticket</Title><p className="sub">For a customer who called or asked in person. What you write down counts as their message.</p></header>
      <div className="scroll">
        {kept && <p className="kept t12" role="status">
          <span className="grow">{shown ? "This is what you had begun" : "You had begun a ticket"}{kept.subject && !shown && <> about <b className="b5" dir="auto">{kept.subject}</b></>}, {relative(new Date(kept.at ?? 0).toISOString())}.</span>
          {!shown && <Btn small onClick={() => setFrom(kept)}>Go on with it</Btn>}
          <Btn small kind="quiet" onClick={drop}>{shown ? "Begin anew" : "Drop it"}</Btn>
        </p>}
        <NewForm key={from.at ?? 0} from={from} />
      </div>
    </main>
  );
}

function NewForm({ from }: { from: NewDraft }) {
  const me = useMe();
  const q = useQueryClient();
  const go = useNavigate();
  const [email, setEmail] = useState(from.email);
  const [name, setName] = useState(from.name);
  const [subject, setSubject] = useState(from.subject);
  const [text, setText] = useState(from.text);
  const [priority, setPriority] = useState<Priority>(from.priority);
  const [team, setTeam] = useState<string | null>(from.team);
  const [assignee, setAssignee] = useState<string | null>(from.assignee);
  const [tags, setTags] = useState<string[]>(from.tags);
  const [copies, setCopies] = useState<NewCopy[]>(from.copies);
  const [mail, setMail] = useState(from.mail);
  const [type, setType] = useState<TicketType>(from.type);
  const [due, setDue] = useState(from.due);
  const [left, setLeft] = useState<Set<string>>(new Set());
  const attempt = useAttempt();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [find] = useDebouncedValue(email, 200);
  const people = useInfiniteQuery({ ...peopleQuery(find, ""), enabled: find.length > 1 });
  const agents = useQuery(agentsQuery);
  const teams = useQuery(teamsQuery);
  const forms = useQuery(formsQuery).data ?? [];
  const fields = useQuery(fieldsQuery("ticket")).data ?? [];
  const [chosen, setForm] = useState<string | null>(from.form);
  const [answers, setAnswers] = useState<Attributes>(from.answers);
  const form = forms.find((f) => f.name === chosen)?.name ?? forms.find((f) => f.default)?.name ?? null;
  const [told] = useDebouncedValue(answers, 250);
  useEffect(() => { document.title = "New ticket, Steward"; }, []);
  const draft: NewDraft = { email, name, subject, text, priority, team, assignee, tags, copies, mail, form: chosen, answers, type, due };
  const forget = useKept(me.person.id, draft);
  const asked = useQuery({ ...askedQuery(form ?? "", told, priority, people.data?.pages[0]?.items.find((x) => x.email === email)?.id), enabled: form !== null }).data?.fields ?? [];
  const known = people.data?.pages[0]?.items.find((x) => x.email === email);
  const wrong = {
    email: /^\S+@\S+\.\S+$/.test(email) ? null : "Type an email address, such as ada@example.com.",
    subject: subject.trim() ? null : "Say in a few words what it is about.",
    text: text.trim() ? null : "Write down what they ask.",
  };
  const [pressed, setPressed] = useState(false);
  const missing = asked.filter((a) => a.required && isEmpty(answers[a.name]));
  const leave = (f: string) => setLeft((s) => new Set(s).add(f));
  const said = (f: keyof typeof wrong) => (left.has(f) ? wrong[f] : null) ?? (isApiError(error) ? error.field(f) : null);

  const guards = isApiError(error) ? error.guards : [];
  function submit(e: FormEvent) {
    e.preventDefault();
    void open();
  }
  async function open(confirm?: string[]) {
    setLeft(new Set(["email", "subject", "text"]));
    setPressed(true);
    if (busy || Object.values(wrong).some(Boolean) || missing.length > 0) return;
    setBusy(true);
    setError(null);
    // What is no longer asked is not sent: it may be left over from a choice that was changed.
    const attributes = Object.fromEntries(Object.entries(answers).filter(([k, v]) => !isEmpty(v) && asked.some((a) => a.name === k)));
    const input: Input = {
      subject: subject.trim(), text, priority, tags, public: mail === "public", type, ...(type === "task" && due ? { task_due_at: new Date(due).toISOString() } : {}), ...(confirm ? { confirm } : {}),
      ...(known ? { requester_id: known.id } : { requester: { email: email.trim(), ...(name.trim() ? { name: name.trim() } : {}) } }),
      ...(copies.length ? { copies: copies.map(({ id, email }) => (id ? { id } : { email })) } : {}), ...(form ? { form, attributes } : {}), ...(team ? { team } : {}), ...(assignee ? { assignee_id: Number(assignee) } : {}),
    };
    try {
      const t = await api.post<Ticket>("/tickets", input, attempt.key(input));
      void q.invalidateQueries({ queryKey: ["views"] });
      forget();
      say(`Ticket ${t.id} opened.`);
      void go({ to: `/tickets/${t.id}` as "/tickets" });
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  return (
    <form className="form" onSubmit={submit} noValidate>
      <div className="two">
        <Autocomplete label="Requester's email" value={email} onChange={setEmail} onBlur={() => leave("email")} error={said("email")} autoFocus autoComplete="off"
          data={(people.data?.pages[0]?.items ?? []).flatMap((x) => (x.email ? [x.email] : [])).filter((v, i, a) => a.indexOf(v) === i).slice(0, 8)} filter={({ options }) => options} />
        {known ? <div><p className="mantine-InputWrapper-label" style={{ fontSize: 12 }}>Name</p><p style={{ padding: "6px 0" }} dir="auto">{known.name}{known.organization && <span className="m3">, {known.organization.name}</span>}</p></div>
          : <TextInput label="Name, if they are new" value={name} onChange={(e) => setName(e.currentTarget.value)} />}
      </div>
      <NewCopies copies={copies} onChange={setCopies} requester={email} requesterId={known?.id} error={isApiError(error) ? error.field("copies") : null} />
      <TextInput label="Subject" value={subject} onChange={(e) => setSubject(e.currentTarget.value)} onBlur={() => leave("subject")} error={said("subject")} maxLength={998} dir="auto" />
      <Words text={text} onText={setText} onLeave={() => leave("text")} error={said("text")} />
      {forms.length > 1 && <Select label="Form" value={form} onChange={setForm} allowDeselect={false} data={forms.map((f) => ({ value: f.name, label: f.title }))} description={forms.find((f) => f.name === form)?.description || undefined} />}
      {asked.length > 0 && (
        <div className="two">
          {asked.map((a) => {
            const f = fields.find((x) => x.name === a.name);
            return f && <div key={a.name} style={f.type === "textarea" ? { gridColumn: "1 / -1" } : undefined}><FieldInput field={{ ...f, required: a.required }} value={answers[a.name]} onChange={(v) => setAnswers((all) => ({ ...all, [a.name]: v }))}
              error={(pressed && a.required && isEmpty(answers[a.name]) ? `${f.title} must be filled.` : null) ?? (isApiError(error) ? error.field(`attributes.${a.name}`) : null)} /></div>;
          })}
        </div>
      )}
      <Select label="Who sees it" value={mail} onChange={(v) => setMail(v ?? "public")} allowDeselect={false} data={[{ value: "public", label: "The requester too" }, { value: "note", label: "Only colleagues, as an internal note" }]} />
      <div className="two">
        <Select label="Priority" value={priority} onChange={(v) => setPriority((v as Priority) ?? "normal")} allowDeselect={false} data={(["low", "normal", "high", "urgent"] as Priority[]).map((v) => ({ value: v, label: priorityWord[v] }))} />
        <Select label="Type" value={type} onChange={(v) => setType((v as TicketType) ?? "question")} allowDeselect={false} data={ticketTypes.map((v) => ({ value: v, label: typeWord[v] }))} />
        {type === "task" && <TextInput type="datetime-local" label="Task due" value={due} onChange={(e) => setDue(e.currentTarget.value)} error={isApiError(error) ? error.field("task_due") : null} />}
        <Select label="Team" placeholder="Let the rules decide" clearable value={team} onChange={setTeam} data={(teams.data ?? []).map((x) => ({ value: x.name, label: x.title }))} />
        <Select label="Assignee" placeholder="Let the rules decide" clearable searchable value={assignee} onChange={setAssignee}
          data={[{ value: String(me.person.id), label: `${me.person.name} (you)` }, ...(agents.data ?? []).filter((a) => a.id !== me.person.id).map((a) => ({ value: String(a.id), label: a.name }))]} />
        <TagsIn label="Tags" value={tags} onChange={setTags} placeholder={tags.length ? "" : "Type, then Enter"} error={isApiError(error) ? error.field("tags") : null} />
      </div>
      {guards.length > 0 ? <Guards guards={guards} what="Not opened." on="Open it anyway" goOn={() => void open(guards.map((g) => g.name))} leave={() => setError(null)} />
        : error !== null && <Wrong what="The ticket was not opened." error={error}>What you typed is kept.</Wrong>}
      <div className="row"><Btn kind="pri" type="submit" busy={busy}>{busy ? "Opening" : "Open ticket"}</Btn><Btn kind="quiet" onClick={() => { forget(); if (worth(draft)) say("The new ticket was discarded.", () => { keepDraft(me.person.id, draft); void go({ to: "/tickets/new" as "/tickets" }); }); history.back(); }}>Discard</Btn></div>
    </form>
  );
}

/** Keeps what is written, from the first change on. What it returns forgets it for good. */
function useKept(person: number, draft: NewDraft): () => void {
  const over = useRef(false), text = JSON.stringify(draft), begun = useRef(text);
  const latest = useRef(draft);
  latest.current = draft;
  useEffect(() => {
    if (text === begun.current || over.current) return;
    begun.current = "";
    keepDraft(person, latest.current);
  }, [text, person]);
  return () => { over.current = true; keepDraft(person, null); };
}

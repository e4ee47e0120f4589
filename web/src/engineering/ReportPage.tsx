/** An issue made from a ticket: what the template asks, the exact text that leaves, and what in it may tell who the customer is. */
import { Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState, type FormEvent, type ReactNode } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import type { IssueTemplate, Leak, ReportPreview } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { Warn } from "@/ui/Tag";
import { Wrong } from "@/ui/Wrong";
import { engineeringQuery } from "./query";
import "./engineering.css";

export function ReportPage() {
  const s = useSearch({ strict: false }) as Record<string, string | undefined>;
  const ticket = Number(s.ticket ?? 0);
  const query = useQuery({ ...engineeringQuery(ticket), enabled: ticket > 0 });
  const template = query.data?.templates.find((t) => t.name === s.template) ?? query.data?.templates[0];
  useEffect(() => { document.title = "New issue, Steward"; }, []);
  return (
    <main className="pane page" aria-label="New issue">
      <header className="top"><p className="sub">{ticket > 0 ? <Link className="link" to={`/tickets/${ticket}` as "/tickets"}>Ticket {ticket}</Link> : <Link className="link" to={"/issues" as "/tickets"}>Issues</Link>}</p><h1 className="t20 b6">{template ? template.title : "New issue"}</h1>{template && <p className="sub">In {template.tracker}, {template.project}. Nothing of the ticket leaves but what you see on this page.</p>}</header>
      <div className="scroll">
        {query.isError ? <Failure what="This ticket" error={query.error} retry={() => query.refetch()} /> : query.isPending && ticket > 0 ? <div className="form"><Skel h={32} /><Skel h={96} /><Skel h={96} /></div>
        : template ? <Report key={template.name} ticket={ticket} template={template} /> : <p className="block m3">{s.ticket ? "There is no issue template to use. Add one under Configuration." : "An issue is made from a ticket, so that its customer hears of it: open the ticket, and choose Create an issue beside it."}</p>}
      </div>
    </main>
  );
}

function Report({ ticket, template: tpl }: { ticket: number; template: IssueTemplate }) {
  const q = useQueryClient();
  const go = useNavigate();
  const kept = `report:${ticket}:${tpl.name}`;
  const [answers, setAnswers] = useState<Record<string, string>>(() => { try { return JSON.parse(sessionStorage.getItem(kept) ?? "{}") as Record<string, string>; } catch { return {}; } });
  const [own, setOwn] = useState<{ title: string; body: string } | null>(null);
  const [confirmed, setConfirmed] = useState<string[]>([]);
  const [confidential, setConfidential] = useState(tpl.confidential);
  const [waiting, setWaiting] = useState(tpl.waiting);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => sessionStorage.setItem(kept, JSON.stringify(answers)), [kept, answers]);
  const asked = { template: tpl.name, answers, ...(own ?? {}) };
  const [input] = useDebouncedValue(JSON.stringify(asked), 250);
  const preview = useQuery({ queryKey: ["preview", ticket, input], queryFn: () => api.post<ReportPreview>(`/tickets/${ticket}/reports/preview`, JSON.parse(input)), placeholderData: keepPreviousData, retry: false });
  const p = preview.data;
  const words = [...new Map((p?.findings ?? []).map((f) => [f.text, f])).values()];
  const open = words.filter((f) => !confirmed.includes(f.text));
  const fresh = input === JSON.stringify(asked) && !preview.isPlaceholderData && preview.isSuccess;
  async function send(e: FormEvent) {
    e.preventDefault();
    if (busy || !fresh || open.length > 0) return;
    setBusy(true);
    setError(null);
    try {
      await api.post(`/tickets/${ticket}/reports`, { ...asked, confirmed, confidential, waiting });
      sessionStorage.removeItem(kept);
      void q.invalidateQueries({ queryKey: ["engineering", ticket] });
      say(`The issue is being created in ${tpl.tracker}.`);
      void go({ to: `/tickets/${ticket}` as "/tickets" });
    } catch (err) {
      setError(err);
      setBusy(false);
    }
  }
  return (
    <form className="report" onSubmit={send} noValidate>
      <div className="col" style={{ gap: 14 }}>
        {tpl.asks.map((a) => {
          const common = { label: a.title, required: a.required, withAsterisk: false, dir: "auto", disabled: !!own, value: answers[a.name] ?? "", error: isApiError(error) ? error.field(`answers.${a.name}`) : null } as const;
          const set = (v: string) => setAnswers({ ...answers, [a.name]: v });
          return a.long ? <Textarea key={a.name} {...common} autosize minRows={4} maxRows={16} onChange={(e) => set(e.currentTarget.value)} /> : <TextInput key={a.name} {...common} onChange={(e) => set(e.currentTarget.value)} />;
        })}
        {own && <>
          <TextInput label="Title" dir="auto" value={own.title} onChange={(e) => setOwn({ ...own, title: e.currentTarget.value })} error={isApiError(error) ? error.field("title") : null} />
          <Textarea label="Text" dir="auto" autosize minRows={8} maxRows={24} value={own.body} onChange={(e) => setOwn({ ...own, body: e.currentTarget.value })} />
        </>}
        <p className="t12">{own ? <button type="button" className="link" onClick={() => setOwn(null)}>Back to the template</button> : <button type="button" className="link" disabled={!p} onClick={() => p && setOwn({ title: p.title, body: p.body })}>Edit the exact text</button>}</p>
        <label className="row" style={{ gap: 8 }}><input type="checkbox" checked={waiting} onChange={(e) => setWaiting(e.currentTarget.checked)} />The ticket waits for it, on hold</label>
        {tpl.can_hide && <label className="row" style={{ gap: 8 }}><input type="checkbox" checked={confidential} onChange={(e) => setConfidential(e.currentTarget.checked)} />Confidential</label>}
      </div>
      <div className="col" style={{ gap: 12 }}>
        <section className="card sent" aria-label="What leaves" aria-busy={!fresh}>
          <p className="sub">What leaves, exactly</p>
          {preview.isError ? <Wrong what="No preview." error={preview.error} /> : p ? <><p className="b6 break" dir="auto">{marked(p.title, p.findings, 0, confirmed) || <span className="m3">No title yet</span>}</p><p className="pre break" dir="auto">{marked(p.body, p.findings, [...p.title].length + 1, confirmed)}</p></> : <Skel h={120} />}
        </section>
        {words.length > 0 && <section aria-label="What may tell who the customer is">
          <p className={`banner ${open.length ? "attention" : "good"}`}>{open.length ? <><Warn />{open.length === 1 ? "One word" : `${open.length} words`} may tell who the customer is. Take them out, or confirm each.</> : "Every word that may tell who the customer is was confirmed by you."}</p>
          <ul>{words.map((f) => <li key={f.text} className="row" style={{ gap: 8, minHeight: 32 }}><label className="row grow" style={{ gap: 8 }}><input type="checkbox" checked={confirmed.includes(f.text)} onChange={(e) => setConfirmed(e.currentTarget.checked ? [...confirmed, f.text] : confirmed.filter((c) => c !== f.text))} /><span className="mono break">{f.text}</span></label><span className="sub nw">{kindWord[f.kind]}</span></li>)}</ul>
          <p className="sub">A ticked word may leave as it stands.</p>
        </section>}
        {error !== null && <Wrong what="Not created." error={error} />}
        <div className="row"><Btn kind="pri" type="submit" busy={busy} disabled={!fresh || open.length > 0}>Create in {tpl.tracker}</Btn><Btn kind="quiet" onClick={() => void go({ to: `/tickets/${ticket}` as "/tickets" })}>Discard</Btn></div>
      </div>
    </form>
  );
}

const kindWord: Record<Leak["kind"], string> = { name: "a person's name", organization: "the organization", email: "mail address", domain: "host name", ip: "IP address", token: "a secret", phone: "phone number" };

/** A text with its findings marked; from is where it begins in what was looked through. */
function marked(text: string, findings: Leak[], from: number, confirmed: string[]): ReactNode {
  const chars = [...text];
  const out: ReactNode[] = [];
  let at = 0;
  for (const f of findings) {
    const start = f.start - from, end = start + [...f.text].length;
    if (start < at || end > chars.length) continue;
    out.push(chars.slice(at, start).join(""), <mark key={f.start} className={confirmed.includes(f.text) ? "ok" : "leak"}>{f.text}</mark>);
    at = end;
  }
  out.push(chars.slice(at).join(""));
  return text ? out : null;
}

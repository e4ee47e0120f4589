/** What happened with an account, newest first, and a form that notes it: L, the words, Ctrl Enter. */
import { Select } from "@mantine/core";
import { IconHeadset, IconMail, IconMoodSmile, IconPencil, IconSettingsBolt } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { phrase } from "@/language/phrase";
import { money } from "@/lib/money";
import { decimal, inside, statusWord, valueText } from "@/lib/words";
import { More } from "@/ui/More";
import { Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { EditEntry } from "./EditEntry";
import { Export } from "./Export";
import { Files } from "./Files";
import { Note } from "./Note";
import { ToTimeline } from "./ToTimeline";
import { accountQuery, bandWord, kindWord, linesQuery, roleText, stageWord, type Line } from "./data";

const fieldWord: Record<string, string> = { csm_id: "manager", team_id: "team", parent_id: "parent", revenue: "yearly value", contract_start: "contract began", since: "customer since" };
const verbWord: Record<string, string> = { "account.created": "Became an account", "account.contact_added": "Somebody has a role", "account.contact_removed": "A role was taken away", "account.update_asked": "A health update was asked for", "measure.judged": "A measure was judged", "call.opened": "A call to action was opened", "call.closed": "A call to action was closed", "usage.instance_set": "The primary installation was chosen", "usage.claimed": "Points that were kept are its own" };

export function Happened({ id, may, mail }: { id: number; may: boolean; mail: string }) {
  const [source, only] = useState("");
  const query = useInfiniteQuery(linesQuery(id, source));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="card" aria-label="Timeline">
      <header><h2 className="h3 grow">Timeline</h2><Export table="timeline" ask={{ account: id, source: source || undefined }} tip="Export the timeline" /><Select size="xs" aria-label="Show" value={source} onChange={(v) => only(v ?? "")} allowDeselect={false} style={{ width: 130 }} data={[{ value: "", label: "Everything" }, { value: "entry", label: "Notes" }, { value: "ticket", label: "Tickets" }, { value: "survey", label: "Surveys" }, { value: "change", label: "Changes" }]} /></header>
      {may && <Note id={id} />}
      {query.isPending ? <div className="in"><Skel w="70%" /></div> : rows.length === 0 ? <p className="in m3">Nothing happened yet.</p> : <ol className="linelist">{rows.map((l) => <One key={l.source + l.id} l={l} account={id} may={may} />)}</ol>}
      <More query={query} />
      {may && mail && <ToTimeline address={mail} />}
    </section>
  );
}

function One({ l, account, may }: { l: Line; account: number; may: boolean }) {
  const currency = useQuery(accountQuery(account)).data?.currency ?? "";
  const Sign = l.source === "ticket" ? IconHeadset : l.source === "survey" ? IconMoodSmile : l.kind === "email" ? IconMail : l.source === "change" ? IconSettingsBolt : IconPencil;
  return (
    <li><span className="m3"><Sign size={16} stroke={1.75} aria-hidden /></span>
      <div style={{ minWidth: 0 }}>
        <p className="t12 m3">{[l.source === "entry" ? kindWord[l.kind] ?? l.kind : null, l.by?.name, l.effort ? `${l.effort} min` : null].filter(Boolean).join(", ")} <When at={l.at} />{may && l.source === "entry" && <> <EditEntry account={account} l={l} /></>}</p>
        {l.source === "ticket" ? <Link className="link break" to={`/tickets/${l.id}` as "/tickets"}>{l.title} <span className="t12 m3">{statusWord[l.kind as keyof typeof statusWord] ?? l.kind}</span></Link>
        : l.source === "survey" ? <><p className="b5">Answered a survey with {l.kind} of 7</p>{l.body && <p className="m2 break" style={{ whiteSpace: "pre-wrap" }}>{l.body}</p>}{l.title && <Link className="link t12 break" to={`/tickets/${Number(l.data?.ticket)}` as "/tickets"}>{l.title}</Link>}</>
        : l.source === "change" ? <p className="m2 break">{changeText(l, currency)}</p> : <><p className="b5 break">{l.title}</p>{l.body && <Words text={l.body} />}</>}
        {l.files && <Files files={l.files} />}
        {l.people.length > 0 && <p className="t12 m3">With {l.people.map((p) => p.name).join(", ")}</p>}
        {l.health && <dl className="props t12">{([["State", l.health.state], ["Considerations", l.health.considerations], ["Watch", l.health.watch_items], [phrase("Next", "what comes next"), l.health.next_steps]] as const).filter(([, v]) => v).map(([k, v]) => <div key={k} style={{ display: "contents" }}><dt>{k}</dt><dd className="break">{v}</dd></div>)}</dl>}
      </div>
    </li>
  );
}

/** What was written; of a long mail the beginning, until somebody asks for the rest. */
function Words({ text }: { text: string }) {
  const [all, show] = useState(false);
  const long = text.length > 400;
  return <p className="m2 break" style={{ whiteSpace: "pre-wrap" }}>{long && !all ? text.slice(0, 360) + "… " : text}{long && !all && <button type="button" className="link" onClick={() => show(true)}>Show all</button>}</p>;
}

/** How a score changed that kept its colour. */
function scoreText(of: unknown): string {
  const [was, is] = (of ?? []) as (number | null)[];
  return typeof was === "number" && typeof is === "number" ? `Its score went from ${decimal(was / 100, 2)} to ${decimal(is / 100, 2)}` : "Its score changed";
}

const kindOf: Record<string, string> = { csm_id: "person", team_id: "team", parent_id: "account" };
/** What an id in a change is called. */
const named = (l: Line, field: string, id: unknown): string => (id === null || id === undefined ? (field === "csm_id" ? phrase("nobody") : phrase("none")) : l.names?.[`${kindOf[field]}/${Number(id)}`] ?? phrase("one that is no more"));

/** An amount in a change: in the currency that it had on its side, where that changed too, else in the account's. */
function amountText(v: unknown, side: 0 | 1, changes: Record<string, unknown[]>, currency: string): string {
  return typeof v === "number" ? money(v, String(changes.currency?.[side] ?? currency)) : phrase("none");
}

function changeText(l: Line, currency: string): string {
  const d = l.data ?? {};
  if (l.kind === "account.health_changed") { const b = (d.band ?? []) as (string | null)[]; return b[0] !== b[1] ? `Health went from ${bandWord(b[0] ?? "").toLowerCase()} to ${bandWord(b[1] ?? "").toLowerCase()}` : scoreText(d.score); }
  if (l.kind === "account.changed") return Object.entries((d.changes ?? {}) as Record<string, unknown[]>).map(([k, v]) => `${fieldWord[k] ?? k}${k.endsWith("_id") ? `: ${named(l, k, v[0])} to ${named(l, k, v[1])}` : k === "stage" ? `: ${stageWord[String(v[1])] ?? v[1]}` : k === "revenue" ? `: ${amountText(v[0], 0, d.changes as Record<string, unknown[]>, currency)} to ${amountText(v[1], 1, d.changes as Record<string, unknown[]>, currency)}` : `: ${valueText(v[0])} to ${valueText(v[1])}`}`).join(", ");
  const who = l.names?.[`person/${Number(d.person_id)}`] ?? "Somebody";
  if (l.kind === "account.contact_added" && d.role) return `${who} is ${inside(roleText(String(d.role)))} now`;
  if (l.kind === "account.contact_removed" && d.role) return `${who} is no longer ${inside(roleText(String(d.role)))}`;
  if (l.kind === "measure.judged" && d.word) return `${verbWord[l.kind]}: ${String(d.word)}`;
  if (l.kind === "call.closed" && d.closure) return `${verbWord[l.kind]}: ${String(d.closure).replaceAll("_", " ")}`;
  return verbWord[l.kind] ?? l.kind;
}

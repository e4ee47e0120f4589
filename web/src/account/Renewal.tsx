/** The contract of an account: since when and until when, what it is worth, what was bought, and what is under way for its renewal. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { boughtQuery } from "@/api/query";
import { useCan } from "@/app/session";
import { PlanName } from "@/field/PlanName";
import { phrase } from "@/language/phrase";
import { money } from "@/lib/money";
import { plural } from "@/lib/words";
import { When } from "@/ui/When";
import { AddCall } from "./AddCall";
import { away, callsQuery, dateText, daysUntil, linesQuery, type Account } from "./data";

/** How long before a renewal somebody should see to it: four months, after the published practice. */
const SOON = 120;

export function Renewal({ a, may }: { a: Account; may: boolean }) {
  const calls = useInfiniteQuery(callsQuery({ account: a.id })).data?.pages.flatMap((p) => p.items).filter((c) => c.type === "renewal") ?? [];
  const past = useInfiniteQuery(linesQuery(a.id, "change")).data?.pages.flatMap((p) => p.items) ?? [];
  const bought = useQuery({ ...boughtQuery(a.id), enabled: useCan("organization.read"), retry: false }).data;
  const moved = past.flatMap((l) => { const v = ((l.data?.changes ?? {}) as Record<string, (string | null)[]>).renewal; return v && v[0] ? [{ at: l.at, from: v[0], to: v[1] }] : []; }).slice(0, 3);
  const days = a.renewal ? daysUntil(a.renewal) : null;
  const rows: [string, React.ReactNode][] = [
    [phrase("Renewal"), a.renewal ? <span className={days !== null && days < 0 ? "danger" : days !== null && days <= 30 ? "attention" : ""}>{dateText(a.renewal)}, {away(a.renewal)}</span> : <span className="m3">Not known</span>],
    [phrase("Worth"), a.revenue ? phrase(`${money(a.revenue, a.currency)} a year`) : <span className="m3">Not known</span>],
    ...(a.contract_start ? [[phrase("Contract began"), dateText(a.contract_start)] as [string, React.ReactNode]] : []),
    ...(a.plan ? [[phrase("Plan"), <PlanName plan={a.plan} />] as [string, React.ReactNode]] : []),
    ...(bought?.bought ? [[phrase("Bought"), <>{bought.bought.title}{bought.bought.last_day && `, ${phrase(`until ${dateText(bought.bought.last_day.slice(0, 10))}`)}`}</>] as [string, React.ReactNode]] : []),
    ...(bought?.terms ?? []).map((t) => [t.title, <>{dateText(t.started_at.slice(0, 10))} to {dateText(t.ends_at.slice(0, 10))}</>] as [string, React.ReactNode]),
  ];
  return (
    <section className="card" aria-label="Renewal">
      <header><h2 className="h3 grow">Contract and renewal</h2>{may && <AddCall id={a.id} first="renewal" />}</header>
      <dl className="props in">{rows.map(([k, v]) => <div key={k} style={{ display: "contents" }}><dt>{k}</dt><dd className="break">{v}</dd></div>)}</dl>
      {moved.length > 0 && <p className="in t12 m3" style={{ paddingTop: 0 }}>{moved.map((m) => (m.to ? phrase(`Moved from ${dateText(m.from)} to ${dateText(m.to)}`) : phrase(`The day ${dateText(m.from)} was taken away`))).join(". ")}.</p>}
      {calls.length > 0 ? <ul className="acct-lines">{calls.map((c) => <li key={c.id}><span className="grow" style={{ minWidth: 0 }}><span className="b5 break">{c.title}</span><span className="t12 m3" style={{ display: "block" }}>{[c.owner?.name ?? phrase("nobody's"), c.state === "working" ? phrase("being worked on") : c.state === "snoozed" ? phrase("put off") : phrase("open", "a call to action")].join(", ")}</span></span>{c.due && <span className="t12 m2 nw"><When at={c.due} /></span>}</li>)}</ul>
      : <p className="in t12 m3" style={{ paddingTop: 0 }}>{days !== null && days >= 0 && days <= SOON ? `Nothing is under way, ${plural(days, "day")} before it.` : "Nothing is under way for it."}</p>}
    </section>
  );
}

/** Counters to burn down, for each manager or team; every number opens to its accounts. */
import { IconCircleCheck, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useCan } from "@/app/session";
import { phrase } from "@/language/phrase";
import { number, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { Empty, Failure, Skel } from "@/ui/State";
import { Export } from "./Export";
import { countersQuery, type CounterTable } from "./data";
import "./account.css";
import "./counters.css";

const AccountList = lazy(() => import("@/insight/accounts/AccountList").then((m) => ({ default: m.AccountList })));
type Search = { by?: string; book?: string; counter?: string; who?: string };

export function CountersPage() {
  const s = useSearch({ strict: false }) as Search, go = useNavigate(), write = useCan("blueprint.apply");
  const set = (v: Search) => void go({ to: "." as never, replace: true, search: ((was: object) => ({ ...was, ...v })) as never });
  const by = s.by === "team" ? "team" : "csm", book = s.book === "me" ? "me" : "";
  const query = useQuery(countersQuery(by, book));
  const t = query.data, open = t?.counters.find((c) => c.name === s.counter);
  const who = t?.rows.find((r) => r.key === s.who);
  useEffect(() => { document.title = "Counters, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Counters">
      <header className="top"><p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/accounts" as "/tickets"}>Accounts</Link></p>
        <div className="row wrap" style={{ gap: 12 }}><h1 className="t20 b6 grow" style={{ flexBasis: 200 }}>Counters to burn down</h1>
          <Choice label="Accounts" value={book} options={[["", phrase("All accounts")], ["me", phrase("Yours")]]} onChange={(v) => set({ book: v || undefined, counter: undefined, who: undefined })} />
          <Choice label="For each" value={by} options={[["csm", phrase("Manager")], ["team", phrase("Team")]]} onChange={(v) => set({ by: v === "team" ? v : undefined, counter: undefined, who: undefined })} />
          <Export table="counters" ask={{ by, csm: book || undefined }} tip="Export the counters" /></div></header>
      <div className="scroll">
        {query.isError && !t ? <Failure what="The counters" error={query.error} retry={() => query.refetch()} />
        : !t ? <div style={{ padding: 24 }}><Skel h={180} /></div>
        : t.counters.length === 0 ? <Empty icon={<IconCircleCheck size={20} stroke={1.75} aria-hidden />} title="No counter yet" action={write ? <Link className="btn" to={"/configuration/new" as "/tickets"} search={{ kind: "account_counter" } as never}>Write a counter</Link> : undefined}>A counter counts accounts of which there should be none, such as those without contact for 30 days.</Empty>
        : t.accounts === 0 ? <Empty icon={<IconCircleCheck size={20} stroke={1.75} aria-hidden />} title="No account to count">{book ? "You look after no account." : "There is no account that you may see."}</Empty>
        : <Table t={t} by={by} picked={open?.name} who={s.who} pick={(counter, key) => set(counter === s.counter && key === s.who ? { counter: undefined, who: undefined } : { counter, who: key })} />}
        {open && (
          <section className="counter-open" aria-label={open.title}>
            <div className="row" style={{ gap: 8 }}><div className="grow"><h2 className="t16 b6">{open.title}{who && `, ${nameOf(who, by)}`}</h2>{open.doc && <p className="t12 m2">{open.doc}</p>}</div><Btn small kind="quiet" tip="Close" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={() => set({ counter: undefined, who: undefined })} /></div>
            <Suspense fallback={<Skel h={120} />}><AccountList spec={{ filter: open.when, csm: book, by, columns: ["segment", "coverage", "csm", "revenue", "renewal", "success.since_contact"] }} part={s.who ? { key: s.who, currency: "" } : undefined} /></Suspense>
          </section>
        )}
      </div>
    </main>
  );
}

const nameOf = (r: { key: string; label: string }, by: string) => (r.key === "none" ? (by === "team" ? phrase("No team") : phrase("Nobody")) : r.label);

function Table({ t, by, picked, who, pick }: { t: CounterTable; by: string; picked?: string; who?: string; pick: (counter: string, key?: string) => void }) {
  const cell = (n: number, i: number, key: string | undefined, name: string) => {
    const c = t.counters[i], on = picked === c.name && who === key;
    return <td key={c.name} className={`num${on ? " on" : ""}`}>{n === 0 ? <span className="m3" aria-label={phrase("none")}>·</span> : <button type="button" className={key ? "b5" : "b6"} aria-pressed={on} aria-label={`${c.title}, ${name}: ${plural(n, "account")}`} onClick={() => pick(c.name, key)}>{number(n)}</button>}</td>;
  };
  return (
    <div className="counters">
      <table className="tbl"><thead><tr><th scope="col">{by === "team" ? "Team" : "Looked after by"}</th><th scope="col" className="num">Accounts</th>{t.counters.map((c) => <th key={c.name} scope="col" className="num" title={c.doc || undefined}><span>{c.title}</span></th>)}</tr></thead>
        <tbody>
          <tr className="all"><th scope="row">All</th><td className="num">{number(t.accounts)}</td>{t.counters.map((c, i) => cell(c.accounts, i, undefined, phrase("all")))}</tr>
          {t.rows.map((r) => <tr key={r.key}><th scope="row" className="cut" dir="auto">{nameOf(r, by)}</th><td className="num m2">{number(r.accounts)}</td>{r.counts.map((n, i) => cell(n, i, r.key, nameOf(r, by)))}</tr>)}
        </tbody></table>
      {t.more > 0 && <p className="t12 m3" style={{ padding: "8px 24px" }}>{number(t.more)} more rows are left out; the first row counts them.</p>}
    </div>
  );
}

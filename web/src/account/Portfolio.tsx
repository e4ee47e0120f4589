/** A book of accounts: sums by segment, a table, a heat map of measures or a board, and what changed. */
import { MultiSelect, Select } from "@mantine/core";
import { IconBuildingCommunity, IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import { useCan } from "@/app/session";
import { useQ, SearchBox } from "@/customer/SearchBox";
import { CustomerTabs } from "@/customer/Tabs";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { fail } from "@/ui/notify";
import { Band } from "./Band";
import { Board } from "./Board";
import { Sums } from "./Sums";
import { accountsQuery, away, dateText, download, measured, measuredQuery, money, observedQuery, stageWord, waitingQuery, type Account, type MeasureInfo, type Narrowed, units } from "./data";

const shows = [["table", "Table"], ["heat", "Heat map"], ["board", "Board"]] as const;
const sorts = { revenue: "Largest revenue", renewal: "Next renewal", score: "Lowest score", changed: "Latest change" };

export function Portfolio() {
  const s = useSearch({ strict: false }) as Record<string, string | undefined>;
  const go = useNavigate();
  const set = (v: Record<string, string | undefined>) => void go({ to: "." as never, replace: true, search: ((was: object) => ({ ...was, ...v })) as never });
  const q = useQ();
  const week = useMemo(() => new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 13) + ":00:00Z", []);
  const may = useCan("account.write");
  const before = useLook(), [saving, setSaving] = useState(false);
  const since = s.since === "week" ? week : s.since === "look" ? before ?? undefined : undefined;
  const f: Narrowed = { q: q || undefined, segment: s.segment, coverage: s.coverage, stage: s.stage, band: s.band, csm: s.csm, changed_since: since, sort: s.sort ?? (since ? "changed" : undefined) };
  const query = useInfiniteQuery(accountsQuery(f));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const names = (s.measures ?? "").split(" ").filter(Boolean);
  const show = s.show ?? "table";
  const all = useQuery({ ...measuredQuery, enabled: show === "heat" });
  useEffect(() => { document.title = "Accounts, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Accounts">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><h1 className="t20 b6 grow">Customers</h1><SearchBox label="Find an account" />
        <Choice value={show as "table" | "heat" | "board"} onChange={(v) => set({ show: v === "table" ? undefined : v })} options={shows} label="Shown as" />
        <Btn icon={<IconDownload size={16} stroke={1.75} aria-hidden />} tip="Export every account of this filter as CSV" busy={saving} onClick={() => { setSaving(true); void save(f).finally(() => setSaving(false)); }} /></div></header>
      <CustomerTabs at="accounts" />
      {may && <Waits />}
      <div className="account-filters" role="group" aria-label="Filters">
        <Pick label="Looked after by" value={s.csm} set={(v) => set({ csm: v })} data={[{ value: "me", label: "Me" }, { value: "none", label: "Nobody" }]} />
        <Pick label="Colour" value={s.band} set={(v) => set({ band: v })} data={["red", "yellow", "green", "none"].map((v) => ({ value: v, label: v === "none" ? "No score" : v[0].toUpperCase() + v.slice(1) }))} />
        <Pick label="Coverage" value={s.coverage} set={(v) => set({ coverage: v })} data={["P1", "P2", "P3", "P4", "pooled"].map((v) => ({ value: v, label: v === "pooled" ? "Pooled" : v }))} />
        <Pick label="Stage" value={s.stage} set={(v) => set({ stage: v })} data={Object.entries(stageWord).map(([value, label]) => ({ value, label }))} />
        <Pick label="Changed" value={s.since} set={(v) => set({ since: v })} data={[{ value: "week", label: "This week" }, ...(before ? [{ value: "look", label: "Since you last looked" }] : [])]} />
        <Pick label="Order" value={s.sort} set={(v) => set({ sort: v })} data={Object.entries(sorts).map(([value, label]) => ({ value, label }))} />
        {show === "heat" && <MultiSelect aria-label="Measures" placeholder={names.length ? undefined : "Choose measures"} data={(all.data ?? []).map((m) => ({ value: m.name, label: m.title }))} value={names} onChange={(v) => set({ measures: v.join(" ") || undefined })} maxValues={8} searchable clearable style={{ minWidth: 220, flex: 1 }} />}
      </div>
      <div className="scroll">
        <Sums filter={f} segment={s.segment} pick={(v) => set({ segment: v })} />
        {query.isError && rows.length === 0 ? <Failure what="The list of accounts" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconBuildingCommunity size={20} stroke={1.75} aria-hidden />} title={Object.values({ ...f, sort: undefined }).some(Boolean) ? "No account matches" : "No account yet"}>{Object.values({ ...f, sort: undefined }).some(Boolean) ? "Take a filter away, or try fewer letters." : "Import accounts from your CRM, or open an organization and make it an account."}</Empty>
        : show === "board" ? <Board rows={rows} /> : <Table rows={rows} pending={query.isPending} measures={show === "heat" ? names.map((n) => (all.data ?? []).find((m) => m.name === n)).filter((m): m is MeasureInfo => !!m) : []} />}
        <More query={query} />
      </div>
    </main>
  );
}

/** That mail waits for an account, when some does. */
function Waits() {
  const first = useInfiniteQuery(waitingQuery).data?.pages[0];
  if (!first?.count.count) return null;
  return <p className="note-line t12"><Link className="link" to={"/accounts/mail" as "/tickets"}>{plural(first.count.count, "mail")}{first.count.capped ? " or more" : ""} for a timeline {first.count.count === 1 ? "waits" : "wait"} for an account</Link></p>;
}

/** When somebody looked at their book before; asking counts as a look. */
function useLook(): string | null {
  const query = useQuery({ queryKey: ["account-look"], queryFn: () => api.post<{ before: string | null }>("/accounts/look").then((r) => r.before), staleTime: Infinity });
  return query.data ?? null;
}

function Pick({ label, value, set, data }: { label: string; value?: string; set: (v?: string) => void; data: { value: string; label: string }[] }) {
  return <Select aria-label={label} placeholder={label} value={value ?? null} onChange={(v) => set(v ?? undefined)} data={data} clearable size="xs" />;
}

/** Asks for every page of the filter, whatever is loaded, and hands it over as a file. */
async function save(f: Narrowed) {
  const rows: Account[] = [];
  try {
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: Page<Account> = await api.get<Page<Account>>("/accounts", { ...f, cursor: cursor || undefined, limit: 100 });
      rows.push(...page.items);
      cursor = page.next;
    }
  } catch (e) { return fail("The accounts could not be exported", e); }
  download("accounts.csv", ["id", "name", "segment", "coverage", "plan", "stage", "revenue", "currency", "renewal", "csm", "score", "colour"],
    rows.map((a) => [a.id, a.name, a.segment, a.coverage, a.plan, a.stage, units(a.revenue, a.currency), a.currency, a.renewal, a.csm?.name ?? null, a.score, a.band]));
}

function Table({ rows, pending, measures }: { rows: Account[]; pending: boolean; measures: MeasureInfo[] }) {
  const ids = rows.slice(0, 100).map((r) => r.id);
  const names = measures.map((m) => m.name);
  const found = useQuery(observedQuery(ids, names)).data ?? [];
  const [values, ranks] = useMemo(() => {
    const at = new Map(found.map((o) => [`${o.account} ${o.measure}`, o.value]));
    const spread = new Map(names.map((n) => [n, found.filter((o) => o.measure === n && typeof o.value === "number").map((o) => o.value as number).sort((a, b) => a - b)]));
    return [at, spread] as const;
  }, [found, names.join(" ")]); // eslint-disable-line react-hooks/exhaustive-deps
  const heat = (m: MeasureInfo, v: unknown) => {
    if (typeof v === "string" && m.words.length > 1) { const i = m.words.indexOf(v); return i < 0 ? "" : `h${i === 0 ? 2 : i === m.words.length - 1 ? 0 : 1}`; }
    const all = ranks.get(m.name) ?? [];
    if (typeof v !== "number" || m.better === "neither" || all.length < 3) return "";
    const third = Math.min(2, Math.floor((all.findIndex((x) => x >= v) / all.length) * 3));
    return `h${m.better === "more" ? third : 2 - third}`;
  };
  return (
    <table className={`tbl fixed ${measures.length ? "heat" : ""}`}>
      <thead><tr><th>Account</th><th style={{ width: 130 }}>Health</th>{measures.length ? measures.map((m) => <th key={m.name} className="num" title={m.doc}>{m.title}</th>) : <><th className="wide" style={{ width: 120 }}>Segment</th><th className="wide" style={{ width: 90 }}>Coverage</th><th className="num" style={{ width: 130 }}>Yearly value</th><th className="wide" style={{ width: 200 }}>Renewal</th><th className="wide" style={{ width: 150 }}>Looked after by</th></>}</tr></thead>
      {pending ? <SkelRows cols={measures.length + 2 || 5} /> : (
        <tbody>{rows.map((a) => (
          <tr key={a.id}>
            <td className="cut"><Link to={`/accounts/${a.id}` as "/tickets"} className="b5 link" dir="auto" title={a.name}>{a.name}</Link></td>
            <td>{a.band_was && a.band_since && Date.now() - Date.parse(a.band_since) < 7 * 86_400_000 ? <span title={`${a.band_was} before`}><Band band={a.band} score={a.score} /> <span className="t12 m3"><When at={a.band_since} /></span></span> : <Band band={a.band} score={a.score} />}</td>
            {measures.length ? measures.map((m) => { const v = values.get(`${a.id} ${m.name}`) ?? null; return <td key={m.name} className={`num ${heat(m, v)}`}>{measured(m, v)}</td>; }) : <>
              <td className="cut m2 wide">{a.segment || "–"}</td><td className="m2 wide">{a.coverage === "pooled" ? "Pooled" : a.coverage || "–"}</td><td className="num">{a.revenue ? money(a.revenue, a.currency) : "–"}</td>
              <td className="wide m2 cut">{a.renewal ? <span title={dateText(a.renewal)}>{dateText(a.renewal)}, {away(a.renewal)}</span> : "–"}</td><td className="wide cut m2">{a.csm?.name ?? "Nobody"}</td></>}
          </tr>
        ))}</tbody>
      )}
      {measures.length > 0 && rows.length > 100 && <caption className="t12 m3">{plural(rows.length - 100, "account")} more have no measures shown. Filter to see theirs.</caption>}
    </table>
  );
}



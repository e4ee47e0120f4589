/** A book of accounts: sums by segment, a table, a heat map of measures or a board, and what changed; kept as views. */
import { Select } from "@mantine/core";
import { IconBuildingCommunity } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { api } from "@/api/client";
import { useCan } from "@/app/session";
import { phrase } from "@/language/phrase";
import { SearchBox } from "@/customer/SearchBox";
import { CustomerTabs } from "@/customer/Tabs";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { Empty, Failure } from "@/ui/State";
import { Board } from "./Board";
import { Display } from "./Display";
import { Export } from "./Export";
import { Sums } from "./Sums";
import { Table } from "./Table";
import { Views } from "./Views";
import { accountsQuery, measuredQuery, stageWord, strayQuery, viewsQuery, waitingQuery, type MeasureInfo } from "./data";
import { bare, lookOf, narrowedOf, narrows, sameAs, type Search } from "./view";

export function Portfolio() {
  const s = useSearch({ strict: false }) as Search;
  const go = useNavigate();
  const set = (v: Search) => void go({ to: "." as never, replace: true, search: ((was: object) => ({ ...was, ...v })) as never });
  const may = useCan("account.write"), imports = useCan("account.import"), reports = useCan("usage.write");
  const look = useLook(), ready = look !== undefined;
  const views = useQuery({ ...viewsQuery, enabled: ready }).data ?? [];
  const current = views.find((v) => (s.own ? String(v.id) === s.own : !!s.view && v.name === s.view)) ?? null;
  const changed = !!current && !sameAs(current, s);
  const { show, columns, measures: names } = lookOf(s);
  const sort = s.sort ?? (s.changed ? "changed" : "revenue");
  const f = { ...narrowedOf(s), sort };
  const query = useInfiniteQuery({ ...accountsQuery(f), enabled: ready || s.changed !== "look" });
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const all = useQuery({ ...measuredQuery, enabled: show === "heat" }).data ?? [];
  const measures = show === "heat" ? names.map((n) => all.find((m) => m.name === n)).filter((m): m is MeasureInfo => !!m) : [];
  useEffect(() => { document.title = `${current?.title ?? "Accounts"}, Steward`; }, [current?.title]);
  return (
    <main className="pane page" aria-label="Accounts">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><h1 className="t20 b6 grow" style={{ flexBasis: 120 }}>Customers</h1><Link className="link t12" to={"/accounts/counters" as "/tickets"}>Counters</Link><Link className="link t12" to={"/scorecards" as "/tickets"}>How well scores told</Link><SearchBox label="Find an account" /></div></header>
      <CustomerTabs at="accounts" />
      {may && <Waits />}{(imports || reports) && <Strays />}
      <div className="account-filters" role="group" aria-label="Filters">
        <Views s={s} current={current} changed={changed} set={set} ready={ready} />
        <div className="picks">
          <Pick label="Looked after by" value={s.csm} set={(v) => set({ csm: v })} data={[{ value: "me", label: "Me" }, { value: "none", label: "Nobody" }]} />
          <Pick label="Colour" value={s.band} set={(v) => set({ band: v })} data={["red", "yellow", "green", "none"].map((v) => ({ value: v, label: v === "none" ? "No score" : v[0].toUpperCase() + v.slice(1) }))} />
          <Pick label="Coverage" value={s.coverage} set={(v) => set({ coverage: v })} data={["P1", "P2", "P3", "P4", "pooled"].map((v) => ({ value: v, label: v === "pooled" ? "Pooled" : v }))} />
          <Pick label="Stage" value={s.stage} set={(v) => set({ stage: v })} data={Object.entries(stageWord).map(([value, label]) => ({ value, label }))} />
          <Pick label="Renewal" value={s.renews} set={(v) => set({ renews: v })} data={["30", "90", "180"].map((v) => ({ value: v, label: `Within ${v} days` }))} />
          <Pick label="Health update" value={s.update} set={(v) => set({ update: v })} data={[{ value: "overdue", label: "Overdue" }, { value: "soon", label: "Due in 7 days" }]} />
          <Pick label="Changed" value={s.changed} set={(v) => set({ changed: v })} data={[{ value: "week", label: "This week" }, ...(look || s.changed === "look" ? [{ value: "look", label: "Since you last looked" }] : [])]} />
        </div>
        <span className="grow" />
        <Display s={s} set={set} current={current} changed={changed} sort={sort} all={all} />
        <Export table="accounts" ask={{ ...f, measures: names.join(" ") || undefined }} tip="Export every account of this filter" />
      </div>
      <div className="scroll">
        <Sums filter={f} segment={s.segment} pick={(v) => set({ segment: v })} />
        {query.isError && rows.length === 0 ? <Failure what="The list of accounts" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconBuildingCommunity size={20} stroke={1.75} aria-hidden />} title={narrows(s) ? "No account matches" : "No account yet"}>{narrows(s) ? <>Take a filter away, or try fewer letters. <Btn small onClick={() => set(bare)}>Show all accounts</Btn></> : <>Import accounts from your CRM, or open an organization and make it an account. {imports && <Link className="btn sm" to={"/imports" as "/tickets"} search={{ kind: "accounts" } as never}>Import accounts</Link>}</>}</Empty>
        : show === "board" ? <Board rows={rows} /> : <Table rows={rows} pending={query.isPending} columns={columns} measures={measures} />}
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

/** That usage waits for somebody to say whose it is, for those who may see it. */
function Strays() {
  const q = useInfiniteQuery({ ...strayQuery, retry: false, staleTime: 60_000 });
  const n = q.data?.pages[0]?.items.length;
  if (!n) return null;
  return <p className="note-line t12"><Link className="link" to={"/accounts/unknown" as "/tickets"}>{q.hasNextPage ? phrase("Usage of many organizations that nobody knows waits to be claimed") : `Usage of ${plural(n, "organization")} that nobody knows waits to be claimed`}</Link></p>;
}

/** When somebody looked at their book before, null for never; asking counts as a look. */
function useLook(): string | null | undefined {
  return useQuery({ queryKey: ["account-look"], queryFn: () => api.post<{ before: string | null }>("/accounts/look").then((r) => r.before), staleTime: Infinity }).data;
}

function Pick({ label, value, set, data }: { label: string; value?: string; set: (v?: string) => void; data: { value: string; label: string }[] }) {
  return <Select aria-label={label} placeholder={label} value={value ?? null} onChange={(v) => set(v ?? undefined)} data={data} clearable size="xs" />;
}

/** The builder: pick a figure, split it, choose among its records, draw it, see it at once, save it as a blueprint. */
import { MultiSelect, Select, TextInput } from "@mantine/core";
import { IconChartAreaLine, IconChartBar, IconChartHistogram, IconChartLine, IconFilter, IconGridDots, IconNumber123, IconTable } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { boardQuery, ownReportQuery, periodsQuery, summariesQuery, type Board, type BoardTile, type ChartKind, type Compare, type OwnReport, type Summary } from "@/api/insight";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { phrase } from "@/language/phrase";
import { timeZone } from "@/lib/time";
import { Choice } from "@/ui/Choice";
import { Empty, Failure } from "@/ui/State";
import { addsUp } from "./chart/shape";
import { changesOf, isFunnel, mailIn, nameOf, ownSpec, stepsOf, textOf, type Draft } from "./compose";
import { condition, readView } from "./state";
import { InsightTabs } from "./InsightTabs";
import { Mailing } from "./Mailing";
import { Save } from "./Save";
import { TileCard } from "./TileCard";
import { ValueChoice } from "./Toolbar";
import "./insight.css";

const AccountsBuild = lazy(() => import("./accounts/AccountsBuild").then((m) => ({ default: m.AccountsBuild })));

const kinds: [ChartKind, string, typeof IconNumber123][] = [["number", phrase("Number", "how a figure is shown"), IconNumber123], ["line", "Line", IconChartLine], ["area", "Area", IconChartAreaLine], ["bar", "Bars", IconChartBar],
  ["histogram", "Histogram", IconChartHistogram], ["heat-map", "Heat map", IconGridDots], ["table", "Table", IconTable], ["funnel", "Funnel", IconFilter]];
const empty: Draft = { title: "", name: "", summary: "", indicator: "", steps: [], chart: "line", by: "", filter: "", every: "", period: "last-30-days", compare: "previous", zone: "", filters: [], mail: null };

export function Build() {
  const search = useSearch({ strict: false }) as { report?: string; own?: string; indicator?: string; of?: string };
  const may = useCan("account.read");
  const all = useQuery({ ...summariesQuery, enabled: search.of !== "accounts" });
  const old = useQuery({ ...boardQuery("report", search.report ?? ""), enabled: !!search.report });
  const own = useQuery({ ...ownReportQuery(Number(search.own ?? 0)), enabled: !!search.own });
  useEffect(() => { document.title = "Build a report, Steward"; }, []);
  const was = search.own ? own.data : old.data;
  if ((search.of === "accounts" && may) || was?.accounts)
    return <main className="pane page" aria-label="Build a report"><InsightTabs on="build" /><Suspense fallback={<PageSkeleton />}><AccountsBuild key={`${search.report ?? ""}.${search.own ?? ""}`} of={was ? null : <Of at="accounts" />} old={was} own={search.own ? own.data : undefined} /></Suspense></main>;
  if (all.isError && !all.data) return <main className="pane page"><Failure what="The indicators" error={all.error} retry={() => all.refetch()} /></main>;
  if (search.report && old.isError) return <main className="pane page"><Failure what="This report" error={old.error} retry={() => old.refetch()} /></main>;
  if (search.own && own.isError) return <main className="pane page"><Failure what="This report" error={own.error} retry={() => own.refetch()} /></main>;
  if (!all.data || (search.report && !old.data) || (search.own && !own.data)) return <PageSkeleton />;
  return <Form key={`${search.report ?? ""}.${search.own ?? ""}`} all={all.data} old={was} own={search.own ? own.data : undefined} accounts={may} first={search.indicator} />;
}

const draftOf = (b: Board): Draft => ({ ...empty, title: b.title, name: b.name, summary: b.summary, indicator: b.tiles[0].indicator || b.tiles[0].steps[0], steps: b.tiles[0].steps.slice(b.tiles[0].indicator ? 0 : 1).filter((s) => s !== b.tiles[0].indicator), chart: b.tiles[0].chart, by: b.tiles[0].by, filter: b.tiles[0].filter, every: b.tiles[0].every, period: b.period || "last-30-days", compare: b.compare, zone: b.zone, filters: b.filters.map((f) => f.dimension), mail: mailIn(b) });

/** What a report is of. */
function Of({ at }: { at: "figures" | "accounts" }) {
  const go = useNavigate();
  return <div><p className="lab">A report of</p><Choice label="A report of" value={at} options={[["figures", phrase("Figures")], ["accounts", phrase("Accounts")]]} onChange={(of) => void go({ to: "." as never, search: (of === "accounts" ? { of } : {}) as never, replace: true })} /></div>;
}

function Form({ all, old, own, accounts, first }: { all: Summary[]; old?: Board; own?: OwnReport; accounts: boolean; first?: string }) {
  const go = useNavigate();
  const [d, setD] = useState<Draft>(old ? draftOf(old) : { ...empty, indicator: first ?? "", title: all.find((i) => i.name === first)?.title ?? "" });
  const [chosen, setChosen] = useState<Record<string, string[]>>({});
  const [table, setTable] = useState(false);
  const set = (c: Partial<Draft>) => setD((was) => ({ ...was, ...c }));
  const zone = d.zone || timeZone();
  const periods = useQuery(periodsQuery(zone));
  const head = all.find((i) => i.name === d.indicator);
  const period = periods.data?.find((p) => p.name === d.period);
  const filter = [d.filter, ...(head?.dimensions ?? []).flatMap((x) => (chosen[x.name]?.length ? [condition(x, chosen[x.name])] : []))].filter(Boolean).join(" && ");
  const draft = { ...d, filter, name: d.name || nameOf(d.title) };
  const pick = (name: string) => { const next = all.find((i) => i.name === name); setChosen({}); set({ indicator: name, by: next?.dimensions.some((x) => x.name === d.by) ? d.by : "", filter: "", filters: d.filters.filter((f) => next?.dimensions.some((x) => x.name === f)), title: d.title && d.title !== head?.title ? d.title : next?.title ?? "" }); };
  const why = (k: ChartKind): string | null => (k === "heat-map" && d.by ? "A heat map is not split" : null);
  const chart = why(d.chart) ? "line" : d.chart;
  const now = { ...draft, chart };
  const steps = stepsOf(now), titleOf = (name: string) => all.find((i) => i.name === name)?.title ?? name;
  const unfinished = chart === "funnel" && !steps.length && !d.by;
  const tile: BoardTile | null = head && !unfinished ? { title: d.title || head.title, indicator: steps.length ? "" : d.indicator, steps, chart, by: steps.length ? "" : d.by, filter, every: (d.every || "") as BoardTile["every"], period: "", size: "full", titles: steps.map(titleOf), dimensions: head.dimensions, accounts: null } : null;
  const view = readView({}, { period: d.period, compare: d.compare, zone, filters: [] }, zone);
  return (
    <main className="pane page" aria-label="Build a report">
      <InsightTabs on="build" />
      <div className="build">
        <div className="scroll"><form className="build-form" onSubmit={(e) => e.preventDefault()} aria-label="The report">
          {accounts && !old && <Of at="figures" />}
          <Select label="Figure" searchable placeholder="What do you want to see" data={all.map((i) => ({ value: i.name, label: i.title }))} value={d.indicator || null} onChange={(v) => v && pick(v)} allowDeselect={false} description={head?.sentence || head?.formula} inputWrapperOrder={["label", "input", "description", "error"]} />
          {head && (
            <>
              <div><p className="lab" id="chart-lab">Drawn as</p><div className="charts" role="radiogroup" aria-labelledby="chart-lab">{kinds.map(([k, w, Icon]) => <button key={k} type="button" role="radio" aria-checked={k === chart} disabled={!!why(k)} title={why(k) ?? undefined} onClick={() => set({ chart: k })}><Icon size={20} stroke={1.5} aria-hidden />{w}</button>)}</div></div>
              {chart === "funnel" && <MultiSelect label="Then" searchable placeholder={d.steps.length ? undefined : "The steps after it"} data={all.filter((i) => i.name !== d.indicator && i.unit === head.unit).map((i) => ({ value: i.name, label: i.title }))} value={d.steps} maxValues={11} onChange={(steps) => set({ steps })} description={d.steps.length ? "In the order in which they were picked." : "Pick the figures that follow, or split this one instead."} inputWrapperOrder={["label", "input", "description", "error"]} />}
              {!isFunnel(now) && <Select label="Split by" clearable placeholder="Not split" data={head.dimensions.map((x) => ({ value: x.name, label: x.title }))} value={d.by || null} onChange={(v) => set({ by: v ?? "" })} description={chart === "area" && d.by && !addsUp(head) ? "These figures do not add up, so the areas are drawn as lines." : undefined} />}
              <div><p className="lab">Only records with</p><div className="row wrap" style={{ gap: 4 }}>{period && head.dimensions.map((x) => <ValueChoice key={x.name} filter={{ dimension: x.name, title: x.title, values: [], indicator: head.name }} chosen={chosen[x.name] ?? []} ask={{ from: period.from, to: period.to, zone }} onChange={(keys) => setChosen({ ...chosen, [x.name]: keys })} />)}</div>
                {d.filter && <p className="t12 m2" style={{ marginTop: 4 }}>And: <code className="mono break">{d.filter}</code> <button type="button" className="link" onClick={() => set({ filter: "" })}>Take it away</button></p>}</div>
              <Select label="Period" data={periods.data?.map((p) => ({ value: p.name, label: p.title })) ?? []} value={d.period} onChange={(v) => v && set({ period: v })} allowDeselect={false} />
              {chart !== "heat-map" && chart !== "number" && chart !== "funnel" && <Select label="A point for each" data={[{ value: "", label: "What suits the period" }, ...["hour", "day", "week", "month", "quarter", "year"].map((v) => ({ value: v, label: v.charAt(0).toUpperCase() + v.slice(1) }))]} value={d.every} onChange={(v) => set({ every: v ?? "" })} allowDeselect={false} />}
              <div><p className="lab">Compared with</p><Choice<Compare> label="Compared with" value={d.compare} options={[["previous", "Period before"], ["year", "Year before"], ["none", "Nothing"]]} onChange={(compare) => set({ compare })} /></div>
              <MultiSelect label="Choices for readers" placeholder={d.filters.length ? undefined : "None"} data={head.dimensions.map((x) => ({ value: x.name, label: x.title }))} value={d.filters} onChange={(filters) => set({ filters })} />
              <TextInput label="Title" required value={d.title} maxLength={120} onChange={(e) => set({ title: e.currentTarget.value })} />
              <TextInput label="What it is for" value={d.summary} maxLength={300} onChange={(e) => set({ summary: e.currentTarget.value })} />
              <Mailing mail={d.mail} set={(mail) => set({ mail })} zone={zone} />
            </>
          )}
        </form></div>
        <div className="scroll" style={{ background: "var(--canvas)" }}>
          {tile && period ? <div className="board" style={{ display: "block" }}><TileCard key={chart + d.by + steps.join()} live tile={tile} table={table} onTable={setTable} view={view} period={period} onOpen={() => {}} /></div>
          : <Empty icon={<IconChartLine size={20} stroke={1.75} aria-hidden />} title={unfinished ? "Pick the steps of the funnel" : all.length ? "Pick a figure to begin" : "There is no indicator yet"} action={all.length ? undefined : <Link className="btn" to={"/configuration/new" as "/tickets"} search={{ kind: "indicator" } as never}>Write an indicator</Link>}>{all.length ? "The picture appears here and follows every choice." : "A report shows an indicator. Indicators are blueprints."}</Empty>}
        </div>
      </div>
      {head && <Save text={textOf(now)} name={draft.name} title={d.title.trim()} ready={!!d.title.trim() && !!draft.name && !unfinished} old={own ? undefined : old} own={own} mailed={!!d.mail} spec={ownSpec(now)}
        changes={old && !own ? changesOf(draftOf(old), now, old, head.dimensions) : null} onSaved={(to) => void go({ to: to as never })} />}
    </main>
  );
}

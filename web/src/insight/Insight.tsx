/** Every indicator as a tile of its own period; one opens beside them with its formula and the records behind it. */
import { IconChartHistogram } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { exportAllUrl, summariesQuery, type Period, type Summary } from "@/api/insight";
import { phrase } from "@/language/phrase";
import { timeZone } from "@/lib/time";
import { usePages } from "@/lib/useMedia";
import { Empty, Failure, Skel } from "@/ui/State";
import { Files } from "./Files";
import { InsightTabs } from "./InsightTabs";
import { Pane } from "./Pane";
import { meets, step } from "./scale";
import { readView } from "./state";
import { NumberFace } from "./Tile";
import "./insight.css";

const page = { period: "", compare: "previous" as const, zone: "", filters: [] };

export function Insight() {
  const { name } = useParams({ strict: false }) as { name?: string };
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const go = useNavigate();
  const pages = usePages();
  const query = useQuery(summariesQuery);
  const all = query.data ?? [];
  const open = all.find((i) => i.name === name);
  const zone = open?.zone || timeZone();
  const judged = all.filter((i) => meets(i, i.value) !== null);
  useEffect(() => { document.title = `${open?.title ?? "Indicators"}, Steward`; }, [open]);
  // A link that somebody copied says of which days; else it is the indicator's own period, which moves on.
  const own: Period | undefined = open && search.from && search.to ? { name: "", title: "", from: search.from, to: search.to, every: "day", trend_from: search.from, trend_every: "day", whole: false } : open && { name: "", title: open.period.title, from: open.period.from, to: open.period.to, every: "day", trend_from: open.period.from, trend_every: "day", whole: false };
  const files = all.length > 0 && <Files tip="All indicators as a file" of={phrase("Table")} href={exportAllUrl} />;
  const set = (change: Record<string, string | undefined>, replace = false) =>
    void go({ to: ("open" in change ? "/insight/indicators" : ".") as never, search: ("open" in change ? {} : { ...search, ...change }) as never, replace });
  return (
    <div className="insight">
      {!(pages && name) && (
        <main className="pane insight-main" aria-label="Indicators">
          <InsightTabs on="indicators"><p className="t12 m2 nw wide">{query.data ? <b className="b6">{judged.filter((i) => meets(i, i.value)).length} of {judged.length} on target</b> : <Skel w={120} />}</p>{!pages && files}</InsightTabs>
          <div className="scroll">
            {pages && files && <p className="row insight-files"><span className="grow m2 t12">Every indicator, with its own period</span>{files}</p>}
            {query.isError && !query.data ? <Failure what="The indicators" error={query.error} retry={() => query.refetch()} />
            : query.isSuccess && all.length === 0 ? <Empty icon={<IconChartHistogram size={20} stroke={1.75} aria-hidden />} title="No indicator yet">Indicators are configured as blueprints. Apply one and its value appears here.</Empty>
            : <div className="board">{query.isPending ? Array.from({ length: 6 }, (_, i) => <div key={i} className="card tile"><Skel w="60%" /><Skel w={96} h={26} style={{ marginTop: 8 }} /><Skel h={64} style={{ marginTop: 12 }} /></div>) : all.map((i) => <IndicatorTile key={i.name} indicator={i} open={i.name === name} />)}</div>}
          </div>
        </main>
      )}
      {name && (open && own ? <Pane key={open.name} tile={{ title: open.title, indicator: open.name, steps: [], chart: "number", by: "", filter: "", every: "", period: "", size: "small", titles: [], dimensions: open.dimensions, accounts: null }} view={{ ...readView(search, page, zone), open: 0 }} period={own} set={set} link={{ ...search, from: own.from, to: own.to }} />
      : query.isPending ? <aside className="pane opened" aria-busy="true"><div className="s"><Skel w="60%" h={16} /></div></aside> : <aside className="pane opened"><Failure what="This indicator" error={query.error} retry={query.isError ? () => query.refetch() : undefined} /></aside>)}
    </div>
  );
}

function IndicatorTile({ indicator: i, open }: { indicator: Summary; open: boolean }) {
  const n = i.series.length;
  return (
    <Link to={`/insight/indicators/${i.name}` as "/tickets"} className={`card tile${open ? " on" : ""}`} aria-current={open ? "true" : undefined} title={i.sentence || undefined}>
      <span className="row m2"><span className="cut grow">{i.title}</span><span className="t12 m3 nw">{i.building ? `Being worked out, ${i.building.total ? Math.round((100 * i.building.done) / i.building.total) : 0}%` : i.period.title}</span></span>
      <NumberFace head={i} figure={i} points={i.series} change={n > 1 ? step(i.series[n - 1].value, i.series[n - 2].value, i.unit) : null} small={i.small_sample && i.count > 0} />
    </Link>
  );
}

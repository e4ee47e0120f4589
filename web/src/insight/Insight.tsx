/** Indicators as tiles; one opens beside them with its formula, its year and the records behind it. */
import { IconChartHistogram } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import { indicatorsQuery } from "@/api/query";
import { Empty, Failure, Skel } from "@/ui/State";
import { usePages } from "@/lib/useMedia";
import { plural } from "@/lib/words";
import { Opened } from "./Opened";
import { periodWord } from "./scale";
import { Tile } from "./Tile";
import "./insight.css";

export function Insight() {
  const { name } = useParams({ strict: false }) as { name?: string };
  const pages = usePages();
  const query = useQuery(indicatorsQuery);
  const all = query.data ?? [];
  const open = all.find((i) => i.name === name);
  const judged = all.filter((i) => i.on_target !== null);
  useEffect(() => { document.title = `${open?.title ?? "Insight"}, Steward`; }, [open]);
  const span = all[0] ? plural(all[0].series.length, periodWord(all[0].series)) : "";
  return (
    <div className="insight">
      {!(pages && name) && (
        <main className="pane insight-main" aria-label="Insight">
          <header className="top"><h1 className="t20 b6">Customer operations</h1>
            <p className="t12 m2">{query.data ? <><b className="b6">{judged.filter((i) => i.on_target).length} of {judged.length} on target</b> <span className="m3" style={{ marginLeft: 8 }}>{all[0]?.period.title}{(all[0]?.series.length ?? 0) > 1 && `, each line shows ${span}, the shaded side is the target`}</span></> : <Skel w={220} />}</p></header>
          <div className="scroll">
            {query.isError && !query.data ? <Failure what="The indicators" error={query.error} retry={() => query.refetch()} />
            : query.isSuccess && all.length === 0 ? <Empty icon={<IconChartHistogram size={20} stroke={1.75} aria-hidden />} title="No indicator yet">Indicators are configured as blueprints. Apply one and its value appears here.</Empty>
            : <div className="grid">{query.isPending ? Array.from({ length: 6 }, (_, i) => <div key={i} className="card tile"><Skel w="60%" /><Skel w={96} h={26} style={{ marginTop: 8 }} /><Skel h={64} style={{ marginTop: 12 }} /></div>) : all.map((i) => <Tile key={i.name} indicator={i} open={i.name === name} />)}</div>}
          </div>
        </main>
      )}
      {name && (open ? <Opened key={open.name} indicator={open} /> : query.isPending ? <aside className="pane opened" aria-busy="true"><div className="s"><Skel w="60%" h={16} /></div></aside> : <aside className="pane opened"><Failure what="This indicator" error={query.error} retry={query.isError ? () => query.refetch() : undefined} /></aside>)}
    </div>
  );
}

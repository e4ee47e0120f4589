/** A picture on a dashboard: asks for its own figures, shows them as chosen, opens to its records. */
import { Menu } from "@mantine/core";
import { IconDots, IconFileSpreadsheet, IconPhoto, IconTable } from "@tabler/icons-react";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { exportStepsUrl, exportUrl, seriesQuery, type BoardTile, type Period, type SeriesAnswer } from "@/api/insight";
import { sentenceOf } from "@/api/error";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { say as tell } from "@/ui/notify";
import { Skel } from "@/ui/State";
import { Picture } from "./chart/Picture";
import { drawing } from "./chart/shape";
import { parts, say } from "./chart/unit";
import { saveSvg } from "./picture";
import { beside, NumberFace, Verdict } from "./Tile";
import { isSmall, step, targetText } from "./scale";
import { askOf, type View } from "./state";

export interface Pick { point?: string; key?: string }
interface Props { tile: BoardTile; view: View; period: Period; open?: boolean; onOpen: (pick?: Pick) => void; live?: boolean; /** Whether it is shown as a table, which is part of what its page shows. */ table?: boolean; onTable?: (on: boolean) => void }

export const sizeOf = (t: Pick2): string => t.size || (t.chart === "number" ? "small" : t.chart === "table" || t.chart === "heat-map" ? "wide" : t.by || t.steps.length ? "wide" : "small");
type Pick2 = Omit<globalThis.Pick<BoardTile, "size" | "chart" | "by" | "steps">, "size"> & { size: string };

export function TileCard(props: Props) {
  return props.tile.chart === "funnel" && props.tile.steps.length > 0 ? <FunnelCard {...props} /> : props.tile.chart === "number" ? <NumberCard {...props} /> : <ChartCard {...props} />;
}

/** A figure with its short line. Where the line ends with the period, the period is its last point; else it is the whole of it. */
function NumberCard({ tile, view, period, open, onOpen }: Props) {
  const q = useQuery(seriesQuery(tile.indicator, askOf(tile, view, period, true)));
  const s = q.data, g = s?.groups[0];
  const last = period.whole ? g?.points[g.points.length - 1] : undefined;
  const figure = s ? last ?? s.total : null;
  const before = period.whole ? g?.points[g.points.length - 2]?.value : s?.compare?.total.value;
  return (
    <Card tile={tile} of={s} open={open} onOpen={onOpen} busy={q.isPlaceholderData} view={view} period={period} small>
      {q.isError ? <Sorry error={q.error} again={() => q.refetch()} /> : !s || !figure ? <Shape small /> : (
        <button type="button" className="face" onClick={() => onOpen()}>
          <span className="sr">{tile.title}: </span>
          <NumberFace head={s.indicator} figure={figure} points={g?.points ?? []} change={view.compare === "none" ? null : step(figure.value, before, s.indicator.unit)} small={isSmall(s.indicator, figure)} />
        </button>
      )}
    </Card>
  );
}

function ChartCard({ tile, view, period, open, onOpen, live, table, onTable }: Props) {
  const q = useQuery(seriesQuery(tile.indicator, askOf(tile, view, period)));
  const s = q.data;
  const single = s && s.groups.length <= 1;
  return (
    <Card tile={tile} of={s} open={open} onOpen={onOpen} busy={q.isPlaceholderData} view={view} period={period} table={table} onTable={tile.chart === "table" ? undefined : onTable}>
      {q.isError ? <Sorry error={q.error} again={() => q.refetch()} /> : !s ? <Shape /> : (
        <>
          <p className="row wrap" style={{ gap: 8, marginBottom: 8 }}><b className="t20 b6">{parts(s.total.value, s.indicator.unit)[0]}</b><span className="m2 t12">{beside(s.indicator, s.total)}</span>{s.compare && <span className="m3 t12">{step(s.total.value, s.compare.total.value, s.indicator.unit)}</span>}<span className="grow" />{isSmall(s.indicator, s.total) && <span className="m3 t12">Small sample</span>}{single && s.indicator.target ? <><span className="m3 t12">{targetText(s.indicator)}</span><Verdict head={s.indicator} figure={s.total} /></> : null}</p>
          <Picture of={s} chart={tile.chart} table={table} height={live ? 280 : 200} onPick={tile.chart === "histogram" ? undefined : (i) => onOpen({ point: s.groups[0]?.points[i]?.from })} onGroup={tile.by ? (key) => onOpen({ key }) : undefined} />
          {s.more > 0 && <p className="t12 m3">The {s.groups.length} groups with most records; {number(s.more)} more are left out.</p>}
        </>
      )}
    </Card>
  );
}

function FunnelCard({ tile, view, period, open, onOpen }: Props) {
  const all = useQueries({ queries: tile.steps.map((name) => seriesQuery(name, { ...askOf(tile, view, period), every: "year", compare: undefined })) });
  const bad = all.find((q) => q.isError);
  const first = all[0]?.data;
  const made: SeriesAnswer | undefined = all.every((q) => q.data) && first ? { ...first, groups: all.map((q, i) => ({ key: tile.steps[i], label: tile.titles[i] || q.data!.indicator.title, points: [], total: q.data!.total })) } : undefined;
  return <Card tile={tile} of={made} open={open} onOpen={onOpen} view={view} period={period}>{bad ? <Sorry error={bad.error} again={() => bad.refetch()} /> : made ? <Picture of={made} chart="funnel" onGroup={(key) => onOpen({ key })} /> : <Shape />}</Card>;
}

interface CardProps { tile: BoardTile; of?: SeriesAnswer; open?: boolean; busy?: boolean; small?: boolean; table?: boolean; onTable?: (on: boolean) => void; onOpen: (pick?: Pick) => void; view: View; period: Period; children: React.ReactNode }
function Card({ tile, of, open, busy, small, table, onTable, onOpen, view, period, children }: CardProps) {
  const box = useRef<HTMLElement>(null);
  const ask = askOf(tile, view, period);
  const file = (x: "xlsx" | "csv") => (tile.indicator ? exportUrl(tile.indicator, "series", x, ask) : exportStepsUrl(tile.steps, x, ask));
  const drawn = !!of && !table && drawing(of, tile.chart) !== "none";
  const save = () => { if (!box.current || !of || !saveSvg(box.current, of, tile.chart, tile.title, tile.steps.length ? "" : say(of.total.value, of.indicator.unit))) tell(phrase("There is no picture to save yet.")); };
  return (
    <section ref={box} className={`card tile sz-${sizeOf(tile)}${open ? " on" : ""}${busy ? " busy" : ""}`} aria-label={tile.title} aria-busy={busy || undefined}>
      <div className="row tile-head"><h2 className="m2 cut grow"><button type="button" className="cut" onClick={() => onOpen()} title={of?.indicator.sentence || undefined}>{tile.title}</button></h2>
        {of?.building && <span className="t12 m3 nw">Being worked out, {of.building.total ? Math.round((100 * of.building.done) / of.building.total) : 0}%</span>}
        <Menu position="bottom-end" width={220}>
          <Menu.Target><Btn small kind="quiet" tip={`More about ${tile.title}`} className="tile-more" icon={<IconDots size={16} stroke={1.75} aria-hidden />} /></Menu.Target>
          <Menu.Dropdown>
            {onTable && <Menu.Item leftSection={<IconTable size={16} stroke={1.75} aria-hidden />} onClick={() => onTable(!table)}>{table ? "Show the picture" : "Show as a table"}</Menu.Item>}
            <Menu.Item leftSection={<IconFileSpreadsheet size={16} stroke={1.75} aria-hidden />} component="a" href={file("xlsx")} download>Table as XLSX</Menu.Item>
            <Menu.Item leftSection={<IconFileSpreadsheet size={16} stroke={1.75} aria-hidden />} component="a" href={file("csv")} download>Table as CSV</Menu.Item>
            {drawn && <Menu.Item leftSection={<IconPhoto size={16} stroke={1.75} aria-hidden />} onClick={save}>Picture as SVG</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      </div>
      {small ? children : <div className="tile-body">{children}</div>}
    </section>
  );
}

function Shape({ small }: { small?: boolean }) {
  return <><Skel w={96} h={26} style={{ marginTop: 4 }} /><Skel h={small ? 64 : 180} style={{ marginTop: 12 }} /></>;
}
function Sorry({ error, again }: { error: unknown; again: () => void }) {
  return <div className="state" role="alert" style={{ padding: "16px 0" }}><p className="m2">{sentenceOf(error)}</p><Btn small onClick={again}>Try again</Btn></div>;
}

/** An open picture: its formula with both counts, what changed and why, and exactly the records that make it. */
import { Select } from "@mantine/core";
import { IconLink, IconX } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { usePages } from "@/lib/useMedia";
import { breakdownQuery, exportUrl, figureRecordsQuery, seriesQuery, type BoardTile, type Dimension, type Part, type Period, type RecordItem, type RecordsAsk } from "@/api/insight";
import { useCommands } from "@/app/commands";
import { phrase } from "@/language/phrase";
import { number } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Failure, Skel, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { periodName } from "./chart/axis";
import { Picture, tooFew } from "./chart/Picture";
import { Ranks, Waterfall } from "./chart/Ranks";
import { addsUp } from "./chart/shape";
import { parts as face, say } from "./chart/unit";
import { Verdict } from "./Tile";
import { Files } from "./Files";
import { copyLink } from "./link";
import { Made } from "./Made";
import { amount, fraction, isSmall, lower, sentence, targetText } from "./scale";
import { askOf, condition, writeKey, type View } from "./state";
import { spanText, type Set } from "./Toolbar";

const rhythm: Record<string, string> = { hour: "By hour", day: "By day", week: "By week", month: "By month", quarter: "By quarter", year: "By year" };
const words: Record<string, string> = { misses: "Missed", numerator: "Counted", denominator: "All" };
/** Of a share some count and some are missed; other ratios have what is above the line and what is below. */
const sides: Record<string, Part[]> = { share: ["misses", "numerator", "denominator"], ratio: ["numerator", "denominator"] };
const named = (measure: string, p: Part): string => (measure === "share" ? words[p] : p === "numerator" ? "Above the line" : "Below the line");

/** link is what the address has to say besides so that it shows the same on any day; without it the page around has a link of its own. */
export function Pane({ tile: t, view, period, set, link }: { tile: BoardTile; view: View; period: Period; set: Set; link?: Record<string, string | undefined> }) {
  const close = () => set({ open: undefined, part: undefined, by: undefined, key: undefined, point: undefined });
  useCommands([{ id: "close-figure", title: "Close the figure", section: "everywhere", keys: "escape", run: close, hidden: true }]);
  const name = t.indicator || (view.key && t.steps.includes(view.key) ? view.key : t.steps[0]);
  const whole = askOf(t, view, period);
  const q = useQuery(seriesQuery(name, { ...whole, group: undefined }));
  const s = q.data, head = s?.indicator;
  const point = view.point ? s?.groups[0]?.points.find((p) => p.from === view.point) : undefined;
  const dims = head?.dimensions ?? t.dimensions;
  const by = dims.some((d) => d.name === view.by) ? view.by : (t.by && dims.some((d) => d.name === t.by) ? t.by : dims[0]?.name ?? "");
  const picked = view.key !== null && !t.steps.includes(view.key) ? dims.find((d) => d.name === (view.by || t.by)) : undefined;
  const span = point ? { from: point.from, to: point.to } : { from: period.from, to: period.to };
  const filter = [whole.filter, picked && condition(picked, [view.key!])].filter(Boolean).join(" && ") || undefined;
  const base = { ...span, filter, zone: view.zone, as_of: whole.as_of, known: whole.known };
  const figures = useQuery({ ...seriesQuery(name, { ...base, every: "year" }), enabled: !!s && (!!point || !!picked) });
  const f = point || picked ? figures.data?.total : s?.total;
  // Alone on its page it is what the page is about.
  const alone = usePages(), As = alone ? "main" : "aside";
  return (
    <As className="pane opened" aria-label={t.title}>
      <div className="scroll">
        <div className="s"><div className="row">{alone && <h1 className="sr">Insight</h1>}<h2 className="t16 b6 grow">{t.title}</h2>{head && f && <Verdict head={head} figure={f} />}{link && <Btn small kind="quiet" tip="Copy the link to this" icon={<IconLink size={16} stroke={1.75} aria-hidden />} onClick={() => copyLink(link, phrase("The link is copied. It opens exactly this, on any day and in any time zone."))} />}<Btn small kind="quiet" tip="Close" keys="escape" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={close} /></div>
          <p className="m2">{point && s ? periodName(point.from, s.every, s.zone) : period.title || spanText(period, view.zone)}{head?.target ? `. ${targetText(head)}.` : "."}{head?.owner_title && ` Owner: ${head.owner_title}.`}</p>
          {(point || picked) && <p className="row wrap t12" style={{ gap: 4, marginTop: 6 }}>{point && <Off text={periodName(point.from, s!.every, s!.zone)} onClick={() => set({ point: undefined })} />}{picked && <Off text={`${picked.title}: ${labelOf(s, figures.data, view.key!)}`} onClick={() => set({ key: undefined })} />}</p>}</div>
        {q.isError && !s ? <Failure what="This figure" error={q.error} retry={() => q.refetch()} /> : !s || !head ? <div className="s"><Skel w="70%" /><Skel w="50%" style={{ marginTop: 10 }} /></div> : (
          <>
            <div className="s"><h3>Formula, <Link className="link" to={`/configuration/indicator/${name}` as "/tickets"}>version {head.version}</Link></h3>
              {f?.hidden ? <p className="m2">{tooFew}</p> : <Formula head={head} f={f} />}
              {head.excluded && <p className="t12 m3" style={{ marginTop: 6 }}>Not counted: {lower(sentence(head.excluded))}</p>}
              {head.source && <p className="t12 m3" style={{ marginTop: 6 }}>{sentence(head.source)}</p>}
              {f && isSmall(head, f) && <p className="t12 m2" style={{ marginTop: 6 }}>A small sample: {number(f.count)} can move this number a lot.</p>}</div>
            {s.groups[0] && s.groups[0].points.length > 1 && !point && <div className="s"><h3>{rhythm[s.every]}{head.target && `, ${lower(targetText(head))}`}</h3><Picture of={s} chart={addsUp(head) ? "bar" : "line"} height={150} onPick={(i) => set({ point: s.groups[0].points[i].from })} /></div>}
            {by && !f?.hidden && <Parts name={name} by={by} dims={dims} ask={{ ...base, compare: point ? "previous" : whole.compare }} head={head} set={set} missing={view.part || "misses"} />}
            <Records name={name} measure={head.measure} units={head.units ?? [head.unit, head.unit]} unit={head.unit} splits={dims.map((d) => d.name)} part={view.part as Part} ask={base} set={set} />
          </>
        )}
      </div>
    </As>
  );
}

const labelOf = (a: { groups: { key: string; label: string }[] } | undefined, _b: unknown, key: string) => a?.groups.find((g) => g.key === key)?.label || key || "none";
function Off({ text, onClick }: { text: string; onClick: () => void }) {
  return <button type="button" className="tag accent" onClick={onClick} aria-label={`Take away: ${text}`}>{text}<IconX size={12} stroke={2} aria-hidden /></button>;
}

/** The unit of the numerator or the denominator: money is said in its currency. */
const inCurrency = (h: { unit: string; units: string[] | null }, i: number): string | undefined => (h.units?.[i] === "money" ? h.unit : h.units?.[i]);
function Formula({ head, f }: { head: { formula: string; unit: string; units: string[] | null }; f: { value: number | null; numerator: number; denominator: number; count: number } | undefined }) {
  const split = fraction(head.formula);
  if (!f) return <Skel w="70%" h={28} />;
  return (
    <>
      <div className="fx">
        {split ? <div className="frac"><span className="row"><span className="grow">{lower(split[0])}</span><b className="b6 nw">{amount(f.numerator, inCurrency(head, 0))}</b></span><span className="row"><span className="grow">{split[1]}</span><b className="b6 nw">{amount(f.denominator, inCurrency(head, 1))}</b></span></div>
        : <p>{sentence(head.formula)} <span className="m3">{number(f.count)} counted.</span></p>}
        <span className="t20 b6 nw">= {face(f.value, head.unit)[0]}</span>
      </div>
      {split?.[2] && <p className="t12 m3" style={{ marginTop: 8 }}>{sentence(split[2])}</p>}
    </>
  );
}

/** What changed since the period before, split so that the parts sum to the whole; without a comparison, who has how much. */
function Parts({ name, by, dims, ask, head, set }: { name: string; by: string; dims: Dimension[]; ask: Parameters<typeof breakdownQuery>[2]; head: { unit: string; measure: string }; set: Set; missing: string }) {
  const q = useQuery(breakdownQuery(name, by, ask));
  const b = q.data;
  const pick = (key: string) => set({ by, key: writeKey(key) });
  const told = b?.change && b.before.value !== null && b.total.value !== null;
  return (
    <div className="s">
      <div className="row" style={{ marginBottom: 6 }}><h3 className="grow" style={{ margin: 0 }}>{told ? `What changed, ${lower(b.compared.title || phrase("since the period before"))}` : "Split"}</h3>
        <Select size="xs" aria-label="Split by" value={by} data={dims.map((d) => ({ value: d.name, label: `by ${lower(d.title)}` }))} allowDeselect={false} comboboxProps={{ width: 220, position: "bottom-end" }} w={150} onChange={(v) => v && set({ by: v, key: undefined })} /><Files tip="This split as a file" of={phrase("Split")} href={(x) => exportUrl(name, "breakdown", x, { ...ask, by })} /></div>
      {q.isError ? <Failure what="The parts" error={q.error} retry={() => q.refetch()} /> : !b ? <Skel h={80} /> : told
        ? <Waterfall before={b.before.value!} after={b.total.value!} parts={b.change!.parts} unit={head.unit} beforeName="Before" afterName="Now" onPick={pick} />
        : <Ranks unit={head.unit} onPick={pick} rows={[...b.rows].sort((x, y) => (y.value ?? -Infinity) - (x.value ?? -Infinity)).map((r) => ({ key: r.key, label: r.label || "None", value: r.value, note: addsUp(head) ? undefined : number(r.count) }))} />}
    </div>
  );
}

const ways: Record<string, string> = { ticket: "/tickets/", person: "/people/", organization: "/organizations/" };
const nouns: Record<string, string> = { ticket: "Ticket", person: "Person", organization: "Organization" };
function Records({ name, measure, unit: whole, units, splits, part: asked, ask, set }: { name: string; measure: string; unit: string; units: string[]; splits: string[]; part: Part | ""; ask: Omit<RecordsAsk, "part">; set: Set }) {
  const parts = sides[measure] ?? [], share = measure === "share";
  const part: Part = asked && (parts.includes(asked) || (measure === "ratio" && asked.startsWith("denominator-"))) ? asked : parts[0] ?? "denominator";
  const below = part.startsWith("denominator") && parts.length === 2;
  const unit = units[below ? 1 : 0];
  const q = useInfiniteQuery(figureRecordsQuery(name, { ...ask, part }));
  const rows = q.data?.pages.flatMap((p) => p.items) ?? [], first = q.data?.pages[0];
  const valued = rows.some((r) => r.value !== null);
  const without = !!first && first.made.length > 0 && first.made.every((f) => !f.part);
  return (
    <>
      <div className="s" style={{ borderBottom: 0, paddingBottom: 0 }}>
        <div className="row wrap" style={{ gap: 4 }}><h3 style={{ margin: 0, flex: "1 0 auto" }}>Records{first && <> <span className="rec-count">{number(first.count)}{first.capped ? "+" : ""}</span></>}</h3>
          <Choice label="Which records" value={below ? "denominator" : part} options={parts.map((k) => [k, named(measure, k)] as const)} onChange={(k) => set({ part: k }, true)} />
          {!without && <Files tip="These records as a file" of={phrase("Records")} href={(x) => exportUrl(name, "records", x, { ...ask, part })} />}</div>
        {first && <Made answer={first} part={part} unit={whole} result={unit} splits={splits} set={set} />}
      </div>
      {q.isError && rows.length === 0 ? <Failure what="The records" error={q.error} retry={() => q.refetch()} />
      : without ? null
      : q.isSuccess && rows.length === 0 ? <p className="m3" style={{ padding: "8px 20px" }}>{part === "misses" ? "Nothing was missed in this period." : "There is no record in this period."}</p>
      : <table className="rt"><thead><tr><th style={{ width: 76 }}>Record</th><th>What</th>{valued && <th className="num" style={{ width: 84 }}>Value</th>}<th className="num" style={{ width: 96 }}>When</th></tr></thead>
        {q.isPending ? <SkelRows rows={5} cols={3} /> : <tbody>{rows.map((r) => <Row key={`${r.kind}${r.id}.${r.event_id}.${r.at}`} r={r} unit={unit} valued={valued} ratio={share && part === "denominator"} />)}</tbody>}</table>}
      <More query={q} />
    </>
  );
}
function Row({ r, unit, valued, ratio }: { r: RecordItem; unit: string; valued: boolean; ratio: boolean }) {
  return (
    <tr><td>{ways[r.kind] && r.title ? <Link className="link" to={(ways[r.kind] + r.id) as "/tickets"}>{r.kind === "ticket" ? r.id : `${nouns[r.kind]} ${r.id}`}</Link> : <span className="m3">{r.id}</span>}</td>
      <td><span className="cut" style={{ display: "block" }} title={r.title} dir="auto">{r.title || <span className="m3">Not yours to see</span>}</span>{ratio && <span className={`sub${r.good ? "" : " danger"}`}>{r.good ? "Counted" : "Missed"}</span>}</td>
      {valued && <td className="num">{r.value === null ? "" : say(r.value, unit === "percent" ? "number" : unit)}</td>}<td className="num m3"><When at={r.at} /></td></tr>
  );
}

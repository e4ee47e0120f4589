/** Every chart with every awkward sort of data, for pictures of them. A page of development only: nothing links to it and no build contains it. */
import { MantineProvider } from "@mantine/core";
import "@fontsource-variable/inter";
import { createRoot } from "react-dom/client";
import "@/app/mantine.css";
import "@/app/tokens.css";
import "@/app/base.css";
import "@/ui/state.css";
import type { ChartKind, Every, FigureGroup, FigureHead, SeriesAnswer } from "@/api/insight";
import { resolver, theme } from "@/app/theme";
import { Funnel, Ranks, Waterfall } from "@/insight/chart/Ranks";
import { Picture } from "@/insight/chart/Picture";

const head = (o: Partial<FigureHead> = {}): FigureHead => ({ name: "x", title: "Tickets opened", sentence: "", formula: "", excluded: "", source: "", smallest_sample: 30, version: 1, unit: "tickets", currency: "", direction: "neutral", measure: "count", units: null, owner: "", owner_title: "", zone: "UTC", target: null, bands: [], dimensions: [], ...o });
const span: Record<Every, number> = { hour: 36e5, day: 864e5, week: 6048e5, month: 2629746e3, quarter: 7889238e3, year: 31556952e3 };
/** A made-up but steady course: the same picture each time. */
const wave = (seed: number, i: number) => Math.sin(i / 3 + seed) * 0.5 + Math.sin(i * 1.7 + seed * 3) * 0.3 + 1;
function series(values: (number | null)[][], o: { every?: Every; labels?: string[]; head?: Partial<FigureHead>; before?: (number | null)[] } = {}): SeriesAnswer {
  const every = o.every ?? "month", start = Date.UTC(2029, every === "month" ? 6 : 0, 1);
  const at = (i: number) => (every === "month" ? new Date(Date.UTC(2029, 6 + i, 1)) : new Date(start + i * span[every])).toISOString();
  const group = (v: (number | null)[], k: number): FigureGroup => {
    const points = v.map((value, i) => ({ from: at(i), to: at(i + 1), value, numerator: value === null ? 0 : Math.round(value * 2), denominator: value === null ? 0 : 200, count: value === null ? 0 : 200 }));
    return { key: o.labels?.[k] ?? "", label: o.labels?.[k] ?? "", points, total: { value: v.reduce<number>((a, x) => a + (x ?? 0), 0) / (o.head?.unit === "percent" ? v.length : 1), numerator: 0, denominator: 0, count: 9 } };
  };
  const groups = values.map(group);
  return { indicator: head(o.head), from: at(0), to: at(values[0]?.length ?? 0), every, zone: "Europe/Berlin", groups, total: groups[0]?.total ?? { value: null, numerator: 0, denominator: 0, count: 0 },
    compare: o.before ? { from: at(0), to: at(9), groups: [group(o.before, 0)], total: groups[0].total } : null, more: 0, building: null };
}
const run = (n: number, seed = 1, by = 100) => Array.from({ length: n }, (_, i) => Math.round(wave(seed, i) * by));
const percent = { unit: "percent", measure: "ratio", target: { op: ">=" as const, value: 95 }, title: "Service level achieved" };
const five = ["Low", "Normal", "High", "Urgent", "None of the above, with a rather long name"];
const shares = run(13, 2, 10).map((v) => Math.min(100, 87 + v));

const cases: [string, SeriesAnswer, ChartKind, number?][] = [
  ["Line with target and period before", series([shares], { head: percent, before: shares.map((v) => v - 3) }), "line"],
  ["Line with missing months", series([shares.map((v, i) => (i === 3 || i === 4 || i === 9 ? null : v))], { head: percent }), "line"],
  ["One point", series([[96]], { head: percent }), "line"],
  ["Nothing counted", series([[null, null, null]], { head: percent }), "line"],
  ["Ten thousand points", series([Array.from({ length: 10_000 }, (_, i) => 400 + Math.sin(i / 300) * 120 + (i * 7919) % 90 + (i === 6200 ? 700 : 0))], { every: "hour" }), "line"],
  ["Five lines", series(five.map((_, k) => run(26, k, 40 + k * 12)), { every: "week", labels: five }), "line"],
  ["Negative values", series([run(14, 3, 60).map((v, i) => (i % 3 ? v - 70 : v))], { head: { title: "Backlog change" } }), "line"],
  ["Time, lower is better", series([run(12, 4, 4300)], { head: { unit: "seconds", measure: "ratio", title: "First reply, median", target: { op: "<=", value: 5200 } } }), "line"],
  ["Stacked areas", series(five.map((_, k) => run(40, k, 30)), { every: "week", labels: five }), "area"],
  ["Stacked areas, one point", series([[12], [30]], { labels: ["High", "Low"] }), "area"],
  ["Twelve groups, five of them together", series(Array.from({ length: 12 }, (_, k) => run(18, k, 90 - k * 7)), { labels: Array.from({ length: 12 }, (_, k) => `Team ${String.fromCharCode(65 + k)}`) }), "area"],
  ["Bars with period before", series([run(12, 5, 3200)], { before: run(12, 6, 3000) }), "bar"],
  ["Stacked bars", series(five.map((_, k) => run(18, k, 50)), { labels: five }), "bar"],
  ["Bars below zero, with gaps", series([[4, -2, null, 7, -6, 0, 3, null, 2]], { every: "day", head: { title: "Balance" } }), "bar"],
  ["One bar", series([[41]], { every: "year" }), "bar"],
  ["Ten thousand bars", series([run(10_000, 2, 40)], { every: "day" }), "bar"],
  ["Shares side by side", series([shares, shares.map((v) => v - 5)], { labels: ["Email", "Web form"], head: { ...percent, target: null } }), "bar"],
  ["Bars by group", series([[1240], [803], [311], [96], [4]], { labels: five }), "bar"],
  ["Histogram", series([run(365, 7, 80)], { every: "day", head: { title: "Tickets a day" } }), "histogram"],
  ["Histogram of one value", series([[5, 5, 5]], { every: "day" }), "histogram"],
  ["Heat map", series([Array.from({ length: 28 * 24 }, (_, i) => { const h = i % 24, d = Math.floor(i / 24) % 7; return d === 6 && h < 5 ? null : Math.round((d < 5 ? 24 : 6) * Math.exp(-((h - 13) ** 2) / 30) + ((i * 31) % 4)); })], { every: "hour" }), "heat-map"],
  ["Heat map with nothing", series([[null, null]], { every: "hour" }), "heat-map"],
  ["Funnel", series([[1200], [911], [402], [377]], { labels: ["Opened", "Assigned", "Solved in a day", "Rated good"] }), "funnel"],
  ["Table", series([shares.map((v, i) => (i === 3 ? null : v))], { head: percent, before: shares }), "table"],
];

function Gallery() {
  return (
    <div style={{ height: "100vh", overflow: "auto" }}>
      <div style={{ display: "grid", gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 420px), 1fr))", gap: 12, padding: 12 }}>
        {cases.map(([title, of, chart]) => <section key={title} className="card" style={{ padding: "12px 16px", minWidth: 0 }}><h2 className="h3" style={{ marginBottom: 8 }}>{title}</h2><Picture of={of} chart={chart} /></section>)}
        <section className="card" style={{ padding: "12px 16px", minWidth: 0 }}><h2 className="h3">Waterfall</h2><Waterfall before={420} after={451} beforeName="June" afterName="July" unit="tickets" parts={Array.from({ length: 12 }, (_, i) => ({ key: `k${i}`, label: `Organization ${String.fromCharCode(65 + i)}`, amount: [40, -22, 12, 9, -8, 5, -4, 3, -3, -2, 2, -1][i] }))} /></section>
        <section className="card" style={{ padding: "12px 16px", minWidth: 0 }}><h2 className="h3">Ranks, some negative, one unknown</h2><Ranks unit="tickets" rows={[{ key: "a", label: "Operations of a company with a long name", value: 31 }, { key: "b", label: "Sales", value: 12 }, { key: "d", label: "Legal", value: null }, { key: "c", label: "Finance", value: -9 }]} /></section>
        <section className="card" style={{ padding: "12px 16px", minWidth: 0 }}><h2 className="h3">Funnel with nothing</h2><Funnel unit="tickets" stages={[{ key: "a", label: "Sent", value: 0 }, { key: "b", label: "Opened", value: 0 }]} /></section>
      </div>
    </div>
  );
}

const dark = new URLSearchParams(location.search).get("theme") === "dark";
createRoot(document.getElementById("root")!).render(<MantineProvider theme={theme} cssVariablesResolver={resolver} forceColorScheme={dark ? "dark" : "light"}><Gallery /></MantineProvider>);

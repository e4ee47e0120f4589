/** A dashboard or a report: its pictures, what they share, and the open one beside them. Its address restores exactly what is seen. */
import { Menu, Popover } from "@mantine/core";
import { IconCalendarRepeat, IconDots, IconEdit, IconFileText, IconLink, IconMail, IconPrinter, IconTrash } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { boardQuery, ownReportQuery, periodsQuery, sendingsQuery, type Board, type BoardKind, type OwnReport } from "@/api/insight";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { DAY, dayNumber, exact, now, timeZone } from "@/lib/time";
import { phrase } from "@/language/phrase";
import { usePages } from "@/lib/useMedia";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Failure } from "@/ui/State";
import { When } from "@/ui/When";
import { copyLink } from "./link";
import { Pane } from "./Pane";
import { periodOf, pinned, readView, withTable, writeChoices, writeKey, type View } from "./state";
import { TileCard, type Pick } from "./TileCard";
import { AsOfChoice, CompareChoice, PeriodChoice, spanText, ValueChoice, ZoneMark } from "./Toolbar";
import "./insight.css";

const AccountsReport = lazy(() => import("./accounts/AccountsReport").then((m) => ({ default: m.AccountsReport })));
const DayChoice = lazy(() => import("./accounts/DayChoice").then((m) => ({ default: m.DayChoice })));
const AccountsTile = lazy(() => import("./accounts/AccountsTile").then((m) => ({ default: m.AccountsTile })));
const AccountsPane = lazy(() => import("./accounts/AccountsTile").then((m) => ({ default: m.AccountsPane })));

export function DashboardPage() { return <Load kind="dashboard" />; }
export function ReportPage() { return <Load kind="report" />; }

export function OwnReportPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const q = useQuery(ownReportQuery(Number(id)));
  if (q.isError && !q.data) return <main className="pane page"><Failure what="This report" error={q.error} retry={() => q.refetch()} /></main>;
  if (!q.data) return <PageSkeleton />;
  return <BoardView key={`own${id}`} board={q.data} own={q.data} />;
}

function Load({ kind }: { kind: BoardKind }) {
  const { name } = useParams({ strict: false }) as { name: string };
  const q = useQuery(boardQuery(kind, name));
  if (q.isError && !q.data) return <main className="pane page"><Failure what={kind === "dashboard" ? "This dashboard" : "This report"} error={q.error} retry={() => q.refetch()} /></main>;
  if (!q.data) return <PageSkeleton />;
  return <BoardView key={kind + name} board={q.data} />;
}

function BoardView({ board: b, own }: { board: Board; own?: OwnReport }) {
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const go = useNavigate();
  const pages = usePages();
  const view = readView(search, b, timeZone());
  const today = new Date(dayNumber(now(), view.zone) * DAY).toISOString().slice(0, 10);
  const pinnedOn = view.day && view.day !== today ? view.day : "";
  const periods = useQuery(periodsQuery(view.zone, view.asOf || pinnedOn));
  // Seen on another day than they were pinned on, periods are said by their dates: "the last 30 days" would be others.
  const known = pinnedOn ? periods.data?.map((p) => ({ ...p, title: "" })) : periods.data;
  const period = periodOf(view, known);
  // Whatever is chosen is chosen in a zone: the address says in which, so that it shows the same to everybody.
  const set = (change: Record<string, string | undefined>, replace = false) => void go({ to: "." as never, search: { zone: view.zone, ...search, ...change } as never, replace });
  const choose = (dimension: string, keys: string[]) => {
    const next = { ...view.choices, [dimension]: keys };
    if (!keys.length) delete next[dimension];
    const text = writeChoices(next);
    // An empty choice is said too, or what the page chooses at first would come back.
    void go({ to: "." as never, search: { zone: view.zone, ...search, where: text || (b.filters.some((f) => f.values.length) ? ";" : undefined), point: undefined } as never });
  };
  useEffect(() => { document.title = `${b.title}, Steward`; }, [b]);
  /** Whether anything here is about a period: figures of accounts are not. */
  const figures = b.tiles.some((t) => !t.accounts);
  const open = view.open !== null ? b.tiles[view.open] : undefined;
  const periodFor = (t: { period: string }) => (t.period && !search.period && !search.from ? known?.find((p) => p.name === t.period) ?? period : period);
  return (
    <div className="insight">
      {!(pages && open) && (
        <main className="pane insight-main" aria-label={b.title}>
          <header className="top">
            <div className="board-head">
              <div className="board-name"><h1 className="t20 b6">{b.title}{own && <span className="tag">Only you</span>}</h1><p className="sub"><Link className="link no-print" to={"/insight" as "/tickets"}>Insight</Link>{b.summary && <span>{b.summary}</span>}</p></div>
              <div className="bar-tools" role="group" aria-label="What is shown">
                {figures && <PeriodChoice view={view} period={period} known={periods.data} set={set} />}
                {period && b.filters.map((f) => <ValueChoice key={f.dimension} filter={f} chosen={view.choices[f.dimension] ?? []} ask={{ from: period.from, to: period.to, zone: view.zone }} onChange={(keys) => choose(f.dimension, keys)} />)}
                {figures && <CompareChoice view={view} set={set} />}{!b.accounts && <AsOfChoice view={view} set={set} />}{figures && <ZoneMark zone={view.zone} own={b.zone || timeZone()} set={set} />}
                {b.accounts && <Suspense><DayChoice on={search.on ?? b.accounts.on ?? ""} set={(on) => set({ on, key: undefined, currency: undefined })} /></Suspense>}
                {b.mail && <MailInfo board={b} />}<BoardMenu board={b} own={own} search={search} view={view} today={today} />
              </div>
            </div>
            <p className="print-only t12">{period && !b.accounts ? `${period.title ? period.title + ", " : ""}${spanText(period, view.zone)}` : ""}, {view.zone}{Object.entries(view.choices).map(([k, v]) => `; ${b.filters.find((f) => f.dimension === k)?.title ?? k}: ${v.join(", ")}`).join("")}</p>
          </header>
          <div className="scroll">
            {b.accounts ? <Suspense><AccountsReport spec={{ ...b.accounts, on: search.on ?? b.accounts.on }} chart={b.chart || "bar"} title={b.title} part={search.key ? { key: search.key, currency: search.currency ?? "" } : undefined} pick={(p) => set({ key: p?.key, currency: p?.currency || undefined })} /></Suspense>
            : periods.isError ? <Failure what="The calendar" error={periods.error} retry={() => periods.refetch()} />
            : <div className="board">{period && b.tiles.map((t, i) => t.accounts ? <Suspense key={i} fallback={<div className="card tile sz-wide" />}><AccountsTile tile={t} on={view.asOf} open={i === view.open} onOpen={(p) => set({ open: String(i), part: undefined, by: undefined, point: undefined, key: p?.key || undefined, currency: p?.currency || undefined })} /></Suspense> : <TileCard key={i} tile={t} view={view} period={periodFor(t)!} open={i === view.open} table={view.tables.includes(i)} onTable={(on) => set({ table: withTable(view.tables, i, on) })} onOpen={(p?: Pick) => set({ open: String(i), part: undefined, by: p?.key !== undefined ? t.by || undefined : undefined, key: writeKey(p?.key), point: p?.point })} />)}</div>}
          </div>
        </main>
      )}
      {open?.accounts && <Suspense><AccountsPane key={view.open} tile={open} on={view.asOf} part={search.key ? { key: search.key, currency: search.currency ?? "" } : undefined} set={set} /></Suspense>}
      {open && !open.accounts && period && <Pane key={view.open} tile={open} view={view} period={periodFor(open)!} set={set} />}
    </div>
  );
}

function BoardMenu({ board: b, own, search, view, today }: { board: Board; own?: OwnReport; search: Record<string, string | undefined>; view: View; today: string }) {
  const write = useCan("blueprint.apply");
  const q = useQueryClient();
  const go = useNavigate();
  const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
  const drop = async (r: OwnReport) => {
    try {
      await api.del(`/own-reports/${r.id}`);
      await q.invalidateQueries({ queryKey: ["own-reports"], exact: true });
      void go({ to: "/insight" as never });
      say(`The report ${r.title} is deleted.`, async () => {
        const again = await api.post<OwnReport>("/own-reports", { title: r.title, ...r.spec });
        await q.invalidateQueries({ queryKey: ["own-reports"] });
        void go({ to: `/insight/own/${again.id}` as never });
      });
    } catch (e) { say(sentenceOf(e)); }
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target><Btn tip="More" icon={<IconDots {...icon} />} className="no-print" /></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconLink {...icon} />} onClick={() => copyLink(pinned(search, view, today), phrase("The link is copied. It opens exactly this, on any day and in any time zone."))}>Copy the link to this</Menu.Item>
        {view.period && !view.asOf && !b.accounts && <Menu.Item leftSection={<IconCalendarRepeat {...icon} />} onClick={() => copyLink({ ...search, zone: view.zone, day: undefined }, phrase("The link is copied. Its period moves on with the days."))}>Copy a link that moves on</Menu.Item>}
        <Menu.Item leftSection={<IconPrinter {...icon} />} onClick={() => print()}>Print</Menu.Item>
        {own && <Menu.Item leftSection={<IconEdit {...icon} />} onClick={() => void go({ to: "/insight/build" as never, search: { own: String(own.id) } as never })}>Change in the builder</Menu.Item>}
        {own && <Menu.Item leftSection={<IconTrash {...icon} />} onClick={() => void drop(own)}>Delete</Menu.Item>}
        {write && !own && b.kind === "report" && <Menu.Item leftSection={<IconEdit {...icon} />} onClick={() => void go({ to: "/insight/build" as never, search: { report: b.name, period: search.period } as never })}>Change in the builder</Menu.Item>}
        {!own && <Menu.Item leftSection={<IconFileText {...icon} />} onClick={() => void go({ to: `/configuration/${b.kind}/${b.name}` as never })}>Text, version {b.version}</Menu.Item>}
      </Menu.Dropdown>
    </Menu>
  );
}

/** When it is mailed, to whom, and what became of the last mails. */
function MailInfo({ board: b }: { board: Board }) {
  const [open, setOpen] = useState(false);
  const q = useQuery({ ...sendingsQuery(b.kind, b.name), enabled: open });
  const m = b.mail!;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={320} trapFocus>
      <Popover.Target><Btn className="no-print" icon={<IconMail size={16} stroke={1.75} aria-hidden />} aria-expanded={open} onClick={() => setOpen(!open)}>{m.words}</Btn></Popover.Target>
      <Popover.Dropdown className="pop">
        <p className="m2">{m.next_at ? <>Next {exact(m.next_at, m.zone)}</> : "No next mail is set."}</p>
        <p className="t12 m3">To {m.recipients.join(", ")}</p>
        <h3 className="h3" style={{ marginTop: 10 }}>Last mails</h3>
        {q.isError ? <Failure what="The mails" error={q.error} retry={() => q.refetch()} /> : q.data?.length === 0 ? <p className="m3 t12">None has left yet.</p>
        : <ul>{q.data?.map((s) => <li key={`${s.person.id}.${s.due}`} className="row t12" style={{ padding: "3px 0" }}><span className="grow cut">{s.person.name}</span><span className={s.state === "refused" ? "attention" : "m3"}>{s.state === "refused" ? `Not sent: ${s.reason}` : <When at={s.at} />}</span></li>)}</ul>}
        {q.data && q.data.length > 0 && <p className="t12 m3">{plural(q.data.length, "mail")} shown, newest first.</p>}
      </Popover.Dropdown>
    </Popover>
  );
}

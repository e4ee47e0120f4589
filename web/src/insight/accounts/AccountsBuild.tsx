/** The builder over accounts: pick columns, choose accounts, group them, work something out, see it at once, save it. */
import { MultiSelect, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconChartBar, IconNumber123, IconTable } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { Board, ChartKind, OwnReport } from "@/api/insight";
import { reportFieldsQuery, type AccountsSpec, type ReportField, type ReportFigure, type ReportPart } from "@/api/reports";
import { phrase } from "@/language/phrase";
import { inside } from "@/lib/words";
import { Choice } from "@/ui/Choice";
import { Failure, Skel } from "@/ui/State";
import { timeZone } from "@/lib/time";
import { nameOf } from "../compose";
import { Mailing } from "../Mailing";
import { Save } from "../Save";
import { AccountsReport } from "./AccountsReport";
import { choices } from "./choices";
import { accountsChanges, accountsOwn, accountsText, draftOf, emptyDraft, tidy } from "./compose";
import { Rows } from "./Rows";
import { fieldTitle } from "./say";

const kinds: [ChartKind, string, typeof IconNumber123][] = [["bar", "Bars", IconChartBar], ["table", "Table", IconTable], ["number", phrase("Number", "how a figure is shown"), IconNumber123]];
const figures: [ReportFigure, string][] = [["count", phrase("How many accounts")], ["sum", "Sum"], ["mean", "Mean"], ["median", "Median"], ["share", "Share of the whole"]];
const books: [string, string][] = [["", phrase("All that you may see")], ["me", phrase("Yours")], ["none", phrase("Nobody's")]];

export function AccountsBuild({ of, old, own }: { of: ReactNode; old?: Board; own?: OwnReport }) {
  const q = useQuery(reportFieldsQuery);
  if (q.isError && !q.data) return <Failure what="What accounts have" error={q.error} retry={() => q.refetch()} />;
  if (!q.data) return <div className="build-form"><Skel w="60%" h={24} /></div>;
  return <Form fields={q.data} of={of} old={old} own={own} />;
}

function Form({ fields, of, old, own }: { fields: ReportField[]; of: ReactNode; old?: Board; own?: OwnReport }) {
  const go = useNavigate();
  const [d, setD] = useState(() => (old ? draftOf(old) : emptyDraft));
  const [part, pick] = useState<ReportPart>();
  const set = (c: Partial<AccountsSpec>) => { pick(undefined); setD((was) => ({ ...was, accounts: { ...was.accounts, ...c } })); };
  const a = d.accounts, by = fields.find((f) => f.name === a.by);
  const [shown] = useDebouncedValue(a, 300);
  const needs = by?.groups === "edges" && !a.edges?.length ? phrase("Say where groups end.") : a.figure && a.figure !== "count" && a.figure !== "share" && !a.value ? phrase("Say what the figure is of.") : "";
  const missing = (s: AccountsSpec) => (fields.find((f) => f.name === s.by)?.groups === "edges" && !s.edges?.length) || (["sum", "mean", "median"].includes(s.figure ?? "") && !s.value);
  const draft = { ...d, name: d.name || nameOf(d.title), accounts: tidy(a) };
  return (
    <>
      <div className="build">
        <div className="scroll"><form className="build-form" onSubmit={(e) => e.preventDefault()} aria-label="The report">
          {of}
          <div><p className="lab">Accounts</p><Choice label="Accounts" value={a.csm ?? ""} options={books} onChange={(csm) => set({ csm })} /></div>
          <Rows fields={fields} value={a.filter ?? ""} onChange={(filter) => set({ filter })} />
          <Select label="Grouped by" searchable clearable placeholder="Not grouped" data={choices(fields.filter((f) => f.groups !== "never"), (f) => f.name)} value={a.by || null} onChange={(v) => set({ by: v ?? "", edges: undefined })} description={by?.groups === "either" ? phrase("By the colour that its scorecard gives it, or by ranges.") : undefined} inputWrapperOrder={["label", "input", "description", "error"]} />
          {by && (by.groups === "edges" || by.groups === "either") && <Edges key={by.name} by={by} value={a.edges} onChange={(edges) => set({ edges })} />}
          <Select label="Figure" data={figures.map(([value, label]) => ({ value, label }))} value={a.figure || "count"} allowDeselect={false} onChange={(v) => v && set({ figure: v })} />
          {a.figure && a.figure !== "count" && <Select label="Of" searchable clearable={a.figure === "share"} placeholder={a.figure === "share" ? "Accounts" : "Pick what it is of"} data={choices(fields.filter((f) => f.figures), (f) => f.name)} value={a.value || null} onChange={(v) => set({ value: v ?? "" })} />}
          <div><p className="lab" id="acct-chart">Drawn as</p><div className="charts" role="radiogroup" aria-labelledby="acct-chart">{kinds.map(([k, w, Icon]) => <button key={k} type="button" role="radio" aria-checked={k === d.chart} onClick={() => setD({ ...d, chart: k })}><Icon size={20} stroke={1.5} aria-hidden />{w}</button>)}</div></div>
          <MultiSelect label="Columns of the list" searchable data={choices(fields, (f) => f.name)} value={a.columns ?? []} maxValues={20} onChange={(columns) => set({ columns })} />
          <Select label="Sorted by" data={[{ value: "revenue", label: "Largest yearly value" }, { value: "renewal", label: "Next renewal" }, { value: "score", label: "Lowest score" }, { value: "changed", label: "Latest change of colour" }, { value: "update", label: "Next health update" }]} value={a.sort || "revenue"} allowDeselect={false} onChange={(v) => v && set({ sort: v })} />
          <TextInput type="date" label="As it was known on" value={a.on ?? ""} onChange={(e) => set({ on: e.currentTarget.value })} description={a.on ? phrase("At the end of that day, UTC: accounts, scores and measures. Attributes are as they are now.") : phrase("Left empty: as it is when somebody looks.")} inputWrapperOrder={["label", "input", "description", "error"]} />
          <TextInput label="Title" required value={d.title} maxLength={120} onChange={(e) => setD({ ...d, title: e.currentTarget.value })} />
          <TextInput label="What it is for" value={d.summary} maxLength={300} onChange={(e) => setD({ ...d, summary: e.currentTarget.value })} />
          <Mailing mail={d.mail} set={(mail) => setD({ ...d, mail })} zone={timeZone()} note={phrase("Everybody gets the accounts that they may see.")} />
        </form></div>
        <div className="scroll" style={{ background: "var(--canvas)" }}>{needs || missing(shown) ? <p className="m3" style={{ padding: 24 }}>{needs}</p> : <AccountsReport spec={tidy(shown)} chart={d.chart} title={d.title || phrase("The report")} part={part} pick={pick} />}</div>
      </div>
      <Save text={accountsText(draft)} name={draft.name} title={d.title.trim()} ready={!!d.title.trim() && !!draft.name && !needs} old={own ? undefined : old} own={own} mailed={!!d.mail} spec={accountsOwn(draft)}
        changes={old && !own ? accountsChanges(draftOf(old), draft) : null} onSaved={(to) => void go({ to: to as never })} />
    </>
  );
}

/** Where groups of a number end, as people type them: shares in percent. */
function Edges({ by, value, onChange }: { by: ReportField; value?: number[]; onChange: (v?: number[]) => void }) {
  const by100 = by.kind === "share" ? 100 : 1;
  const [text, setText] = useState((value ?? []).map((v) => Number((v * by100).toPrecision(12))).join("; "));
  const all = text.split(/[;\s]+/).filter(Boolean).map((t) => Number(t.replace(",", ".")));
  const bad = all.some((n) => !Number.isFinite(n)) || all.some((n, i) => i > 0 && n <= all[i - 1]);
  const put = (t: string) => {
    setText(t);
    const next = t.split(/[;\s]+/).filter(Boolean).map((x) => Number(x.replace(",", ".")));
    if (next.every(Number.isFinite) && next.every((n, i) => i === 0 || n > next[i - 1])) onChange(next.length ? next.map((n) => Number((n / by100).toPrecision(12))) : undefined);
  };
  return <TextInput label={`Where groups of ${inside(fieldTitle(by))} end`} placeholder={by.kind === "share" ? "50; 80" : "30; 60; 90"} value={text} error={bad ? phrase("Numbers, each larger than the one before, with a semicolon between.") : undefined} description={by.kind === "share" ? phrase("In percent.") : by.kind === "days" ? phrase("In days.") : undefined} onChange={(e) => put(e.currentTarget.value)} />;
}

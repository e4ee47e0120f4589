/** One import: what each column becomes, a try that changes nothing, how far it is, what came of it and the rows that failed. */
import { Select } from "@mantine/core";
import { IconArrowRight, IconDownload } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, BASE } from "@/api/client";
import { importQuery } from "@/api/query";
import type { Import } from "@/api/types";
import { PageSkeleton } from "@/app/Missing";
import { phrase } from "@/language/phrase";
import { listOf, number, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Failure } from "@/ui/State";
import { Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Wrong } from "@/ui/Wrong";
import { ImportTag } from "./Imports";
import { choices, fieldText, twice } from "./mapping";

export function ImportPage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const q = useQueryClient();
  const query = useQuery(importQuery(id));
  const m = query.data;
  const state = m?.state;
  useEffect(() => { if (m) document.title = `${m.filename}, import, Steward`; }, [m]);
  useEffect(() => {
    if (state === "done") for (const k of ["people", "organizations", "accounts", "imports"]) void q.invalidateQueries({ queryKey: [k] });
  }, [state, q]);
  if (query.isError && !m) return <main className="pane page"><Failure what="This import" error={query.error} retry={() => query.refetch()} /></main>;
  if (!m) return <PageSkeleton />;
  return (
    <main className="pane page" aria-label={`Import of ${m.filename}`}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/imports" as "/tickets"}>Imports</Link></p>
        <h1 className="t20 b6 break">{m.filename}</h1>
        <p className="row wrap t12 m2" style={{ gap: 10, marginTop: 2 }}><ImportTag of={m} /><span>{plural(m.rows, "row")} of {m.kind}</span><span className="m3">{m.encoding}, {m.separator === "\t" ? "tab" : `“${m.separator}”`} between columns</span><span className="m3">{m.by?.name}, <When at={m.at} as="stamp" /></span></p>
      </header>
      <div className="scroll">
        {m.state === "running" && <Running of={m} />}
        {(m.state === "done" || m.state === "failed") && <Outcome of={m} />}
        {(m.state === "uploaded" || m.state === "failed" || (m.state === "done" && m.dry_run)) && <Mapping key={m.state} of={m} />}
      </div>
    </main>
  );
}

function Running({ of: m }: { of: Import }) {
  const part = m.rows > 0 ? m.counts.read / m.rows : 0;
  return (
    <section className="block" aria-label="Progress">
      <div className="rbar" role="progressbar" aria-label="How far the import is" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(part * 100)}><i style={{ width: `${part * 100}%` }} /></div>
      <p className="m2" role="status">{number(m.counts.read)} of {plural(m.rows, "row")}{m.dry_run && ", only tried"}. You can leave this page; it goes on.</p>
    </section>
  );
}

function Outcome({ of: m }: { of: Import }) {
  const c = m.counts;
  const would = m.dry_run;
  return (
    <section className="block" aria-label="Result" style={{ display: "grid", gap: 8 }}>
      {m.state === "failed" && <div className="banner danger" role="alert"><span className="danger"><Warn /></span><span className="grow"><b className="b6">It stopped.</b> {m.error || "The file could not be read to its end."}</span></div>}
      <p className="t14">{would ? "Nothing changed. It would have been: " : ""}<b className="b6">{number(c.created)}</b> new, <b className="b6">{number(c.updated)}</b> changed, <b className="b6">{number(c.unchanged)}</b> the same already{c.failed > 0 && <>, <b className="b6 danger">{number(c.failed)} {would ? "would fail" : "failed"}</b></>}.</p>
      {c.failed > 0 && <div className="row wrap"><a className="btn" href={`${BASE}/imports/${m.id}/errors`} download={m.filename.replace(/(\.\w+)?$/, ".errors.csv")}><IconDownload size={16} stroke={1.75} aria-hidden />Download the rows that failed</a><span className="sub">Each with its line and what is wrong. Mend them there and import that file. Kept for a week.</span></div>}
    </section>
  );
}

function Mapping({ of: m }: { of: Import }) {
  const q = useQueryClient();
  const [mapping, setMapping] = useState(() => Object.fromEntries(m.columns.map((c) => [c.name, c.field])));
  const [busy, setBusy] = useState<"try" | "run" | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [using, use] = useState(() => m.mappings.find((x) => x.used)?.name ?? "");
  const chosen = m.mappings.find((x) => x.name === using);
  const doubled = twice(mapping);
  async function run(dry: boolean) {
    setBusy(dry ? "try" : "run");
    setError(null);
    try {
      q.setQueryData(importQuery(m.id).queryKey, await api.post<Import>(`/imports/${m.id}/run`, { dry_run: dry, mapping, with: using || undefined }));
    } catch (e) {
      setError(e);
    }
    setBusy(null);
  }
  return (
    <section className="block" aria-label="Columns" style={{ border: 0, display: "grid", gap: 12, maxWidth: 900 }}>
      <div><h2 className="h3">What each column becomes</h2>{m.state === "uploaded" && m.error && <p className="attention t12">{m.error}</p>}</div>
      {m.mappings.length > 0 && <div><Select size="xs" label="The columns are those of" style={{ maxWidth: 360 }} allowDeselect={false} value={using} data={[{ value: "", label: phrase("Found by their names") }, ...m.mappings.map((x) => ({ value: x.name, label: `${x.title}, ${plural(x.known, "column")}` }))]} onChange={(v) => { const next = m.mappings.find((x) => x.name === v); use(v ?? ""); setMapping(next ? { ...next.columns } : Object.fromEntries(m.columns.map((c) => [c.name, c.field]))); }} />
        {chosen && Object.keys(chosen.values).length > 0 && <p className="t12 m3" style={{ marginTop: 4 }}>Every row has {listOf(Object.entries(chosen.values).map(([k, v]) => `${fieldText(k).toLowerCase()} ${v}`))} where the file says nothing else.</p>}</div>}
      <ul className="columns">{m.columns.map((c) => (
        <li key={c.name}>
          <div className="grow"><p className="b5 cut" dir="auto">{c.name}</p><p className="sub cut" dir="auto">{c.samples.filter(Boolean).join(" · ") || "Empty in the first rows"}</p></div>
          <IconArrowRight size={16} stroke={1.75} aria-hidden className="m3" />
          <div><Select size="xs" aria-label={`What ${c.name} becomes`} searchable allowDeselect={false} value={mapping[c.name] ?? ""} data={choices(c, m.fields)} onChange={(v) => setMapping({ ...mapping, [c.name]: v ?? "" })} />
            {!mapping[c.name] && c.suggestion && <button type="button" className="link t12" onClick={() => setMapping({ ...mapping, [c.name]: c.suggestion! })}>Perhaps {fieldText(c.suggestion)}</button>}</div>
        </li>
      ))}</ul>
      {doubled.length > 0 && <p className="danger t12" role="alert">Two columns would become {listOf(doubled.map(fieldText))}. Leave one of them out.</p>}
      {error !== null && <Wrong what="It was not started." error={error} />}
      <div className="row wrap"><Btn kind={m.dry_run && m.state === "done" ? "plain" : "pri"} busy={busy === "try"} disabled={doubled.length > 0} onClick={() => run(true)}>{m.dry_run && m.state === "done" ? "Try again" : "Try it, nothing changes"}</Btn><Btn kind={m.dry_run && m.state === "done" ? "pri" : "plain"} busy={busy === "run"} disabled={doubled.length > 0} onClick={() => run(false)}>Import {plural(m.rows, "row")}</Btn></div>
    </section>
  );
}

/** Imports of people, organizations and accounts, newest first, and the place to drop a new file. */
import { IconFileImport, IconUpload } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type DragEvent } from "react";
import { importsQuery } from "@/api/query";
import type { Import } from "@/api/types";
import { send } from "@/api/upload";
import { useCan } from "@/app/session";
import { phrase } from "@/language/phrase";
import { number, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Tick, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Wrong } from "@/ui/Wrong";
import { CustomerTabs } from "./Tabs";

export function ImportTag({ of: m }: { of: Import }) {
  if (m.state === "failed") return <Tag meaning="danger" icon={<Warn />}>Failed</Tag>;
  if (m.state === "running") return <Tag meaning="info">{m.dry_run ? "Being tried" : "Running"}</Tag>;
  if (m.state === "uploaded") return <Tag>Not started</Tag>;
  return m.dry_run ? <Tag meaning="info">Tried, nothing changed</Tag> : m.counts.failed ? <Tag meaning="attention" icon={<Warn />}>{plural(m.counts.failed, "row")} failed</Tag> : <Tag meaning="good" icon={<Tick />}>Done</Tag>;
}

export function Imports() {
  const query = useInfiniteQuery(importsQuery);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Imports, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Imports">
      <header className="top"><h1 className="t20 b6">Customers</h1></header>
      <CustomerTabs at="imports" />
      <div className="scroll">
        <NewImport />
        {query.isError && !query.data ? <Failure what="The list of imports" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconFileImport size={20} stroke={1.75} aria-hidden />} title="Nothing was imported yet">Choose a CSV file above. You see what its columns become, and can try it, before anything changes.</Empty>
        : <table className="tbl fixed">
          <thead><tr><th>File</th><th className="num wide" style={{ width: 96 }}>Rows</th><th className="wide" style={{ width: 190 }}>State</th><th className="wide" style={{ width: 200 }}>By</th><th className="num" style={{ width: 110 }}>When</th></tr></thead>
          {query.isPending ? <SkelRows rows={4} cols={5} /> : <tbody>{rows.map((m) => (
            <tr key={m.id}><td className="cut"><Link className="link b5" to={`/imports/${m.id}` as "/tickets"}>{m.filename}</Link> <span className="m3">{m.kind}</span><div className="narrow" style={{ paddingBottom: 4 }}><ImportTag of={m} /></div></td><td className="num wide">{number(m.rows)}</td><td className="wide"><ImportTag of={m} /></td><td className="m2 cut wide">{m.by?.name}</td><td className="num m3 nw"><When at={m.at} /></td></tr>
          ))}</tbody>}
        </table>}
        <More query={query} />
      </div>
    </main>
  );
}

function NewImport() {
  const q = useQueryClient();
  const go = useNavigate();
  const people = useCan("person.import"), organizations = useCan("organization.import");
  const kinds = ([["people", phrase("People"), people], ["organizations", phrase("Organizations"), organizations], ["accounts", phrase("Accounts"), useCan("account.import") && organizations]] as [Import["kind"], string, boolean][]).filter(([, , may]) => may);
  const asked = (useSearch({ strict: false }) as { kind?: string }).kind;
  const [kind, setKind] = useState<Import["kind"]>(kinds.find(([k]) => k === asked)?.[0] ?? kinds[0]?.[0] ?? "people");
  const [part, setPart] = useState<number | null>(null);
  const [over, setOver] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const input = useRef<HTMLInputElement>(null);
  if (kinds.length === 0) return null;
  async function take(file: File | undefined) {
    if (!file || part !== null) return;
    setError(null);
    setPart(0);
    try {
      const m = await send<Import>(`/imports?kind=${kind}&filename=${encodeURIComponent(file.name.slice(-200))}`, file, setPart, "text/csv").done;
      void q.invalidateQueries({ queryKey: ["imports"] });
      void go({ to: `/imports/${m.id}` as "/tickets" });
    } catch (e) {
      setError(e);
      setPart(null);
    }
  }
  const drop = (e: DragEvent) => { e.preventDefault(); setOver(false); void take(e.dataTransfer.files[0]); };
  return (
    <section className="block" aria-label="New import" style={{ display: "grid", gap: 10 }}>
      <div className="row wrap" style={{ gap: 12 }}><h2 className="h3">Import</h2>{kinds.length > 1 && <Choice label="What the file holds" value={kind} options={kinds.map(([k, word]) => [k, word] as const)} onChange={setKind} />}</div>
      <div className={`drop${over ? " over" : ""}`} onDragOver={(e) => { e.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
        <input ref={input} type="file" accept=".csv,.tsv,.txt,text/csv" hidden aria-label="CSV file" onChange={(e) => { void take(e.currentTarget.files?.[0]); e.currentTarget.value = ""; }} />
        {part === null ? <><Btn icon={<IconUpload size={16} stroke={1.75} aria-hidden />} onClick={() => input.current?.click()}>Choose a CSV file</Btn><span className="m3">or drop it here. Its first row names the columns. At most 50 MB. Nothing changes yet.</span></>
        : <><div className="rbar" style={{ flex: 1 }} role="progressbar" aria-label="Upload" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(part * 100)}><i style={{ width: `${part * 100}%` }} /></div><span className="m3 num">{part < 1 ? `${Math.round(part * 100)}% sent` : "Reading the file"}</span></>}
      </div>
      {error !== null && <Wrong what="The file was not taken." error={error} />}
      {kind === "accounts" && <p className="sub">A row is found by its id elsewhere, then by mail domain, then by name. It becomes an organization and its account; empty cells take nothing away.</p>}
      {kind === "people" && <p className="sub">Import organizations first, so that people find theirs. Nobody becomes a colleague by an import.</p>}
    </section>
  );
}

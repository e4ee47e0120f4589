/** Pools of one-time codes: the stock beside the need, imports, alerts; and the booking record. */
import { IconAlertTriangle, IconArrowLeft, IconBarcode, IconDownload, IconUpload } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState, type DragEvent } from "react";
import { api } from "@/api/client";
import { codeAlertsQuery, poolsQuery } from "@/api/query";
import type { CodesTaken, Pool } from "@/api/program";
import { phrase } from "@/language/phrase";
import { countText, number, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Empty, Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import "./program.css";

const Reserved = lazy(() => import("./Reserved"));
const Differences = lazy(() => import("./Differences"));

const i = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

export function Pools() {
  const query = useQuery(poolsQuery);
  useEffect(() => { document.title = "Codes and bookings, Steward"; }, []);
  return (
    <main className="pane page programs" aria-label="Codes and bookings">
      <header className="phead row wrap"><Link className="link row" to={"/applications" as "/tickets"}><IconArrowLeft {...i} /> Programs</Link><h1 className="t16 b6">Codes and bookings</h1></header>
      <div className="scroll"><div className="ppools">
        {query.isError && !query.data ? <Failure what="The pools" error={query.error} retry={() => void query.refetch()} />
        : query.isPending ? <div className="pskel">{[50, 70].map((w, n) => <Skel key={n} w={`${w}%`} h={16} />)}</div>
        : query.data.length === 0 ? <Empty icon={<IconBarcode size={20} stroke={1.75} aria-hidden />} title="There is no pool of codes">A text of kind pool makes one. Programs hand its codes out to their members, one each.</Empty>
        : query.data.map((p) => <Stock key={p.id} p={p} />)}
        <Suspense><Differences /></Suspense>
        <Bookings />
      </div></div>
    </main>
  );
}

function Stock({ p }: { p: Pool }) {
  const left = p.free.count, need = p.expected;
  const top = Math.max(left, need, 1);
  const [open, setOpen] = useState(false);
  return (
    <section className="pcard" aria-label={p.title}>
      <header className="row wrap"><h2 className="t16 b6">{p.title}</h2>{p.low && <span className="tag attention"><IconAlertTriangle size={12} stroke={1.75} aria-hidden />Runs low</span>}{p.alerts.count > 0 && <span className="tag danger">{plural(p.alerts.count, "alert")}</span>}</header>
      <dl className="pfigures">
        {([[phrase("Left", "codes"), p.free, ""], ["Members have", p.dispatched, ""], ["Redeemed", p.redeemed, ""], ["Void", p.void, ""], ["Approved, not claimed", p.reserved, ""], ["Waiting for a code", p.waiting, p.waiting.count ? "danger" : ""]] as const).map(([word, n, tone]) => <div key={word}><dt className="t12 m3">{word}</dt><dd className={`t20 b6 tnum ${tone}`}>{countText(n)}</dd></div>)}
      </dl>
      <div className="pneed" role="img" aria-label={`${left} left, ${need} expected to be needed in ${p.days} days`}>
        <span className="t12 m2">{phrase("Left", "codes")}</span><span className="pbar"><i className={p.low ? "low" : ""} style={{ width: `${(left / top) * 100}%` }} /></span><span className="num t12">{countText(p.free)}</span>
        <span className="t12 m2">Needed in {p.days} days</span><span className="pbar"><i className="need" style={{ width: `${(need / top) * 100}%` }} /></span><span className="num t12">{number(need)}</span>
      </div>
      <p className="t12 m2">The need is {plural(p.new_lately, "code")} that new members got in the last 90 days, taken to {p.days} days, or those approved who have not claimed, where they are more; {plural(p.renewals, "membership")} that {p.renewals === 1 ? "ends" : "end"} within them{p.waiting.count > 0 ? `; and ${plural(p.waiting.count, "member")} waiting now` : ""}. When less is left, it is on the list of the pool's team.</p>
      {p.reserved.count > 0 && (open ? <Suspense fallback={<Skel w="60%" h={14} />}><Reserved pool={p.name} /></Suspense> : <Btn small kind="quiet" className="flush" onClick={() => setOpen(true)}>Show who was approved and has not claimed</Btn>)}
      {p.alerts.count > 0 && <Alerts pool={p.name} />}
      <Import pool={p} />
    </section>
  );
}

function Alerts({ pool }: { pool: string }) {
  const { data } = useQuery(codeAlertsQuery(pool));
  const q = useQueryClient();
  const [at, setAt] = useState(0);
  const [note, setNote] = useState("");
  async function settle(id: number) {
    if (!note.trim()) return;
    try {
      await api.post(`/pools/${encodeURIComponent(pool)}/alerts/${id}`, { note });
      setAt(0); setNote("");
      void q.invalidateQueries({ queryKey: ["pools"] });
      say("Noted. The alert is gone.");
    } catch (e) { fail("The alert is still there", e); }
  }
  return (
    <ul className="plines palerts" aria-label="Alerts">{data?.map((a) => <li key={a.id}>
      <p className="row wrap"><span className="tag danger">{a.alert === "leak" ? "Leaked" : "Used twice"}</span><code className="mono">{a.code}</code>
        <span className="break">{a.alert === "leak" ? "was redeemed, and nobody was given it. Nobody is given it any more." : "was redeemed a second time."}</span>
        {a.application_id && <Link className="link" to={`/applications/${a.application_id}` as "/tickets"}>{a.who}</Link>}<span className="t12 m3"><When at={a.redeemed} /></span>
        {at !== a.id && <button type="button" className="link t12" onClick={() => { setAt(a.id); setNote(""); }}>Looked into</button>}</p>
      {at === a.id && <form className="row wrap" onSubmit={(e) => { e.preventDefault(); void settle(a.id); }}><input className="pin" autoFocus aria-label="What was found" placeholder="What was found" value={note} onChange={(e) => setNote(e.target.value)} /><Btn small type="submit" aria-disabled={!note.trim()}>Note it</Btn><Btn small kind="quiet" onClick={() => setAt(0)}>Cancel</Btn></form>}
    </li>)}</ul>
  );
}

/** Codes are looked over first: what cannot be taken is listed by line before anything is stored. */
function Import({ pool }: { pool: Pool }) {
  const q = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [seen, setSeen] = useState<CodesTaken | null>(null);
  const [busy, setBusy] = useState(false);
  const lines = () => text.split(/\r?\n/).map((l) => l.split(/[,;\t]/)[0].replace(/^"|"$/g, ""));
  const change = (t: string) => { setText(t); setSeen(null); };
  async function send(body: object) {
    setBusy(true);
    try { return await api.post<CodesTaken>(`/pools/${encodeURIComponent(pool.name)}/codes`, { codes: lines(), ...body }); }
    catch (e) { fail("Nothing was imported", e); return null; }
    finally { setBusy(false); }
  }
  const look = async () => setSeen(await send({ check: true }));
  async function take() {
    const done = await send({ skip: true });
    if (!done) return;
    void q.invalidateQueries({ queryKey: ["pools"] });
    void q.invalidateQueries({ queryKey: ["work"] });
    say(`${plural(done.imported, "code")} imported.${done.bad_count ? ` ${plural(done.bad_count, "line")} left out.` : ""}`);
    setText(""); setSeen(null); setOpen(false);
  }
  async function file(f: File | undefined) {
    if (!f) return;
    if (f.size > 20 << 20) { say("This file is larger than 20 MB. Codes are one a line; 100,000 at most go in one import."); return; }
    change(await f.text());
  }
  const drop = (e: DragEvent) => { e.preventDefault(); void file(e.dataTransfer.files[0]); };
  if (!open) return <Btn small style={{ justifySelf: "start" }} icon={<IconUpload {...i} />} onClick={() => setOpen(true)}>Import codes</Btn>;
  return (
    <div className="pimport" onDragOver={(e) => e.preventDefault()} onDrop={drop}>
      <label className="t12 m3" htmlFor={`codes-${pool.id}`}>Codes, one a line. Of a table, the first column counts.</label>
      <textarea id={`codes-${pool.id}`} rows={6} className="mono" spellCheck={false} autoFocus value={text} onChange={(e) => change(e.target.value)} />
      <input ref={input} type="file" accept=".csv,.tsv,.txt,text/*" hidden aria-label="File of codes" onChange={(e) => { void file(e.currentTarget.files?.[0]); e.currentTarget.value = ""; }} />
      {seen && <div className="pseen" role="status"><p><b className="b5">{plural(seen.imported, "code")}</b> can be imported{seen.bad_count ? <>; <span className="danger">{plural(seen.bad_count, "line")} cannot</span>:</> : "."}</p>
        {seen.bad.length > 0 && <ul className="plines">{seen.bad.slice(0, 20).map((b) => <li key={b.line} className="t12 m2">{b.why}</li>)}{seen.bad_count > 20 && <li className="t12 m3">and {seen.bad_count - 20} more</li>}</ul>}</div>}
      <div className="row wrap">
        {!seen ? <Btn small kind="pri" busy={busy} aria-disabled={!text.trim()} onClick={() => text.trim() && void look()}>Look them over</Btn>
        : <Btn small kind="pri" busy={busy} aria-disabled={seen.imported === 0} onClick={() => seen.imported > 0 && void take()}>{seen.bad_count ? `Import the other ${number(seen.imported)}` : `Import ${number(seen.imported)}`}</Btn>}
        <Btn small onClick={() => input.current?.click()}>Choose a file</Btn>
        <Btn small kind="quiet" onClick={() => { setOpen(false); change(""); }}>Cancel</Btn>
      </div>
    </div>
  );
}

/** What began in a stretch of time, for the system that keeps contracts. */
function Bookings() {
  const day = (d: Date) => d.toISOString().slice(0, 10);
  const [now] = useState(() => new Date());
  const [from, setFrom] = useState(day(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1))));
  const [to, setTo] = useState(day(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))));
  const fits = from !== "" && to !== "" && from < to;
  return (
    <section className="pcard" aria-label="Booking record">
      <h2 className="t16 b6">Booking record</h2>
      <p className="m2">Memberships that began in a stretch of time, a line a benefit, for the system that keeps contracts.</p>
      <div className="row wrap">
        <label className="row">From <input className="pin day" type="date" value={from} onChange={(e) => setFrom(e.target.value)} /></label>
        <label className="row">to before <input className="pin day" type="date" value={to} onChange={(e) => setTo(e.target.value)} /></label>
        {fits ? <a className="btn sm" href={`/api/v1/programs/bookings.csv?from=${from}&to=${to}`} download><IconDownload {...i} />Download</a> : <span className="t12 danger">The second day has to be after the first.</span>}
      </div>
    </section>
  );
}

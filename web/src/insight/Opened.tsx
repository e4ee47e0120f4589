/** An open indicator: the formula as a fraction with both counts, its periods, and the records that make it. */
import { IconX } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { recordsQuery } from "@/api/query";
import type { Indicator } from "@/api/types";
import { useCommands } from "@/app/commands";
import { number, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { Failure, SkelRows } from "@/ui/State";
import { When } from "@/ui/When";
import { Line } from "./Line";
import { fraction, periodWord, targetText } from "./scale";
import { valueText, Verdict } from "./Tile";

const parts = [["misses", "Missed"], ["numerator", "Counted"], ["denominator", "All"]] as const;

export function Opened({ indicator: i }: { indicator: Indicator }) {
  const go = useNavigate();
  const part = (useSearch({ strict: false }) as Record<string, string | undefined>).part ?? "misses";
  const query = useInfiniteQuery(recordsQuery(i.name, part));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const f = fraction(i.formula);
  const close = () => void go({ to: "/insight" as never });
  const size = { misses: i.denominator - i.numerator, numerator: i.numerator, denominator: i.denominator }[part] ?? 0;
  useCommands([{ id: "close-ind", title: "Close the indicator", section: "Everywhere", keys: "escape", run: close, hidden: true }]);
  return (
    <aside className="pane opened" aria-label={i.title}>
      <div className="scroll">
        <div className="s"><div className="row"><h2 className="t16 b6 grow">{i.title}</h2><Verdict indicator={i} /><Btn small kind="quiet" tip="Close" keys="escape" icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={close} /></div><p className="m2">{i.period.title}. {targetText(i)}.</p></div>
        <div className="s"><h3>Formula</h3>
          <div className="fx">
            <div className="frac"><span className="row"><span className="grow">{f ? lower(f[0]) : "counted"}</span><b className="b6">{number(i.numerator)}</b></span><span className="row"><span className="grow">{f ? f[1] : "of all"}</span><b className="b6">{number(i.denominator)}</b></span></div>
            <span className="t20 b6 nw">= {valueText(i)}</span>
          </div>
          {(f ? f[2] : i.formula) && <p className="t12 m3" style={{ marginTop: 8 }}>{sentence(f ? f[2] : i.formula)}</p>}
          {i.small_sample && <p className="t12 m2" style={{ marginTop: 8 }}>A small sample: {plural(i.denominator, "record")} can move this number a lot.</p>}
        </div>
        {i.series.length > 1 && <div className="s"><h3>{plural(i.series.length, periodWord(i.series))}{i.target && `, target ${i.target.value}${i.unit === "percent" ? "%" : ""}`}</h3><Line indicator={i} /></div>}
        <div className="s" style={{ borderBottom: 0, paddingBottom: 0 }}>
          <div className="row wrap" role="group" aria-label="Which records" style={{ gap: 4 }}><h3 style={{ margin: 0, flex: "1 0 auto" }}>Records</h3>
            {parts.map(([k, w]) => <button key={k} type="button" className={`tag${part === k ? " accent" : ""}`} aria-pressed={part === k} style={{ height: 24 }} onClick={() => void go({ to: "." as never, search: { part: k === "misses" ? undefined : k } as never, replace: true })}>{w} {number({ misses: i.denominator - i.numerator, numerator: i.numerator, denominator: i.denominator }[k])}</button>)}</div>
        </div>
        {query.isError && rows.length === 0 ? <Failure what="The records" error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <p className="m3" style={{ padding: "8px 20px" }}>{part === "misses" && i.denominator > 0 ? "Nothing was missed in this period." : size > 0 ? "The records of this period are no longer readable for you." : "There is no record in this period yet."}</p>
        : <table className="rt"><thead><tr><th style={{ width: 64 }}>Ticket</th><th>Subject</th><th className="num" style={{ width: 96 }}>When</th></tr></thead>
          {query.isPending ? <SkelRows rows={5} cols={3} /> : <tbody>{rows.map((r) => (
            <tr key={r.event_id}><td><Link className="link" to={`/tickets/${r.id}` as "/tickets"}>{r.id}</Link></td><td><span className="cut" style={{ display: "block" }} title={r.title}>{r.title}</span></td><td className="num m3"><When at={r.at} /></td></tr>
          ))}</tbody>}</table>}
        <More query={query} />
      </div>
    </aside>
  );
}

const lower = (s: string) => s.charAt(0).toLowerCase() + s.slice(1);
const sentence = (s: string) => s.charAt(0).toUpperCase() + s.slice(1) + (/[.!?]$/.test(s) ? "" : ".");

/** Triggers, time rules, macros and guards: how often each fired, when last and on what, and where it was stopped. */
import { IconBolt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { rulesQuery } from "@/api/query";
import type { RuleKind, RuleUse } from "@/api/configuration";
import { countOf, countText, inside } from "@/lib/words";
import { Choice } from "@/ui/Choice";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { ConfigTabs } from "./ConfigTabs";
import { isRule, ruleKinds } from "./rules";
import "./config.css";

const firsts: Record<RuleKind, string> = {
  trigger: "A trigger acts when something happens to a ticket: it sets fields, tags or writes.",
  time_rule: "A time rule acts when something has lasted long enough: a reminder, solving, closing.",
  macro: "A macro is a prepared answer or change that a colleague applies with one key.",
  guard: "A guard asks a colleague before a change that looks odd, or keeps it from being made.",
};

export function Rules() {
  const go = useNavigate();
  const asked = (useSearch({ strict: false }) as { kind?: string }).kind ?? "";
  const kind: RuleKind = isRule(asked) ? asked : "trigger";
  const query = useQuery(rulesQuery(kind));
  const rows = query.data ?? [];
  const of = ruleKinds.find((k) => k.kind === kind)!;
  const ordered = kind !== "macro";
  const setup = rows.find((r) => r.percent !== null)?.percent ?? null;
  useEffect(() => { document.title = `${of.word}, Steward`; }, [of]);
  return (
    <main className="pane page" aria-label="Rules">
      <header className="top"><h1 className="t20 b6">Configuration</h1><p className="sub">{of.what}; counts are of 30 days</p></header>
      <ConfigTabs at="rules" />
      <div className="chips">
        <Choice label="Kind of rule" value={kind} onChange={(v) => void go({ to: "/configuration/rules" as "/tickets", search: { kind: v } as never, replace: true })} options={ruleKinds.map((k) => [k.kind, k.word] as const)} />
      </div>
      {setup !== null && <p className="banner info" role="status"><span className="grow">The time rules have changed. Their times are set for {setup}% of the tickets.</span></p>}
      <div className="scroll">
        {query.isError && !query.data ? <Failure what={`The list of ${inside(of.word)}`} error={query.error} retry={() => query.refetch()} />
        : query.isSuccess && rows.length === 0 ? <Empty icon={<IconBolt size={20} stroke={1.75} aria-hidden />} title={`No ${inside(of.word)} yet`} action={<Link className="btn" to={"/configuration/new" as "/tickets"} search={{ kind } as never}>Write the first one</Link>}>{firsts[kind]}</Empty>
        : <table className="tbl fixed">
          <thead><tr>{ordered && <th className="num wide" style={{ width: 108 }}>Order</th>}<th>{of.word}</th><th className="num" style={{ width: 84 }}>{of.fired}</th>{kind !== "macro" && <th style={{ width: 116 }}>Stopped</th>}<th className="num wide" style={{ width: 240 }}>Last</th></tr></thead>
          {query.isPending ? <SkelRows cols={ordered ? 5 : 3} rows={5} /> : <tbody>{rows.map((r) => <RuleRow key={r.blueprint.name} r={r} kind={kind} />)}</tbody>}
        </table>}
      </div>
    </main>
  );
}

function RuleRow({ r, kind }: { r: RuleUse; kind: RuleKind }) {
  return (
    <tr>
      {kind !== "macro" && <td className="num m3 wide">{r.order}</td>}
      <td className="cut"><Link className="b5 link" to={`/configuration/${kind}/${r.blueprint.name}` as "/tickets"}>{r.blueprint.title || r.blueprint.name}</Link> <span className="m3 wide">{r.term || <span className="mono">{r.blueprint.name}</span>}</span>{r.disabled && <Tag>Not in force</Tag>}</td>
      <td className="num">{countText(r.fired)}</td>
      {kind === "guard" && <td>{countOf(r.stopped) > 0 ? <span className="num">{countText(r.stopped)} times</span> : <span className="m3">Never</span>}</td>}
      {kind !== "macro" && kind !== "guard" && <td>{countOf(r.stopped) > 0 ? <Tag meaning="attention" icon={<Warn />} title="It led to itself, or went too far. Its page says where.">{countText(r.stopped)} stopped</Tag> : <span className="m3">Never</span>}</td>}
      <td className="num m3 wide nw">{r.fired_at && !r.ticket_id ? <><When at={r.fired_at} /> on a new ticket</> : r.fired_at ? <><When at={r.fired_at} /> on <Link className="link" style={{ textDecoration: "underline" }} to={`/tickets/${r.ticket_id}` as "/tickets"}>ticket {r.ticket_id}</Link></> : "Not in 90 days"}</td>
    </tr>
  );
}

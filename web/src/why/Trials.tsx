/** "Try rules": which would act on this ticket, condition by condition, and what they would do. Nothing is done. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { trialsQuery } from "@/api/query";
import type { RuleKind, Trial } from "@/api/configuration";
import { phrase } from "@/language/phrase";
import { inside, listOf } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { Failure, Skel } from "@/ui/State";
import { Tag, Tick, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Conditions } from "./WhyBody";

const happenings = [["changed", phrase("it changed")], ["replied", phrase("an agent replied")], ["commented", phrase("the requester wrote")], ["noted", phrase("an agent made a note")], ["created", phrase("it was opened")]].map(([value, label]) => ({ value, label }));
const kinds: [RuleKind, string][] = [["trigger", "Triggers"], ["time_rule", "Time rules"], ["macro", "Macros"]];

export function Trials({ ticket, close }: { ticket: number; close: () => void }) {
  const [kind, setKind] = useState<RuleKind>("trigger");
  const [on, setOn] = useState("changed");
  const query = useQuery(trialsQuery(ticket, kind, on));
  const rows = query.data ?? [];
  const acts = rows.filter((r) => r.heard && r.held && !r.done).length;
  const of = `${acts === 0 ? "None" : acts} of ${rows.length}`;
  return (
    <section className="wp" aria-label="Try rules">
      <div className="row"><h2 className="b6 t14 grow">Try rules</h2><Btn small kind="quiet" onClick={close} aria-label="Esc, close"><kbd>Esc</kbd></Btn></div>
      <div style={{ marginTop: 6 }}><Choice label="Kind of rule" value={kind} onChange={setKind} options={kinds} /></div>
      {kind === "trigger" && <Select size="xs" label="Suppose that just now" value={on} onChange={(v) => setOn(v ?? "changed")} data={happenings} allowDeselect={false} style={{ marginTop: 6 }} />}
      <p className="sub" role="status" style={{ marginTop: 6 }}>{!query.isSuccess ? " " : rows.length === 0 ? "There are none." : `${kind === "macro" ? `${of} are offered here.` : `${of} would ${kind === "trigger" ? "fire" : "act now"}.`} Nothing is done.`}</p>
      {query.isPending && <><Skel w="80%" style={{ marginTop: 8 }} /><Skel w="100%" h={56} style={{ marginTop: 8 }} /></>}
      {query.isError && <Failure what="The list of rules" error={query.error} retry={() => query.refetch()} />}
      <ul>{rows.map((r) => (
        <li key={r.blueprint.name} style={{ marginTop: 12 }}>
          <p className="row"><Link className="link b5 grow cut" to={`/configuration/${kind}/${r.blueprint.name}` as "/tickets"} title={r.blueprint.title}>{r.blueprint.title}</Link>{verdict(r, kind)}</p>
          {(r.heard || kind !== "trigger") && r.conditions.length > 0 && <Conditions of={r.conditions} />}
          {kind === "time_rule" && r.due_at && !r.done && <p className="t12 m2">Its time {r.conditions[0]?.held ? "came" : "comes"} <When at={r.due_at} as="stamp" />.</p>}
          {(r.heard || kind !== "trigger") && (r.changes.length > 0 || r.sends.length > 0) && (
            <p className="t12 m2">Would do: {[...r.changes.map((c) => (c.new === "" || c.new === null ? phrase(`clear the ${inside(c.field)}`) : `${inside(c.field)} ${String(c.new)}`)), ...r.sends.map((s) => inside(s[0]) + s.slice(1))].join("; ")}.</p>
          )}
          {(r.heard || kind !== "trigger") && r.missing.length > 0 && <p className="t12 row" style={{ gap: 6, marginTop: 6, alignItems: "flex-start" }}><span className="attention" style={{ flex: "none", marginTop: 1 }}><Warn /></span><span className="break">{kind === "macro" ? `Cannot be applied before this is filled: ${listOf(r.missing.map((f) => f.title))}.` : `The form asks for this then, and it is not filled: ${listOf(r.missing.map((f) => f.title))}. The rule goes on all the same.`}</span></p>}
        </li>
      ))}</ul>
    </section>
  );
}

function verdict(r: Trial, kind: RuleKind) {
  if (!r.heard) return <span className="m3 t12 nw">{kind === "trigger" ? "Does not listen to this" : kind === "macro" ? "For other teams" : "Not under way"}</span>;
  if (r.done) return <span className="m3 t12 nw">{kind === "trigger" ? "Fires once, and has" : "Has acted on this stretch"}</span>;
  if (kind === "macro") return r.held ? <Tag meaning="good" icon={<Tick />}>Offered</Tag> : <span className="m2 t12 nw">Not offered</span>;
  return r.held ? <Tag meaning="good" icon={<Tick />}>{kind === "trigger" ? "Would fire" : "Acts now"}</Tag> : <span className="m2 t12 nw">{kind === "trigger" ? "Would not fire" : "Waits"}</span>;
}

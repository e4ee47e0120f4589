/** What a colleague can do with an application now: only the steps that fit its state and their rights. */
import { useState } from "react";
import type { ApplicationCase } from "@/api/types";
import { Btn } from "@/ui/Btn";

type Act = (path: string, body: object, done: string, on?: boolean) => Promise<boolean>;

export function Decide({ c, act }: { c: ApplicationCase; act: Act }) {
  const [text, setText] = useState("");
  const [rules, setRules] = useState<string[]>(c.rules.filter((r) => !r.holds).map((r) => r.name));
  const can = (a: string) => c.actions.includes(a);
  if (c.actions.length === 0) return null;
  const clear = (ok: boolean) => ok && setText("");
  const needs = !text.trim();
  const deciding = can("approve") || can("reject");
  return (
    <footer className="pact">
      {deciding && c.rules.length > 0 && <div className="row wrap" role="group" aria-label="Reasons that the applicant reads">{c.rules.map((r) => <label key={r.name} className="row t13"><input type="checkbox" checked={rules.includes(r.name)} onChange={(e) => setRules(e.target.checked ? [...rules, r.name] : rules.filter((x) => x !== r.name))} />{r.say}</label>)}</div>}
      <label className="t12 m3" htmlFor="words">{deciding || can("ask") ? "Words for the applicant" : "Reason"}</label>
      <textarea id="words" rows={3} dir="auto" value={text} onChange={(e) => setText(e.target.value)} />
      <div className="row wrap">
        {can("approve") && <Btn kind="pri" onClick={() => void act("/decide", { approve: true, words: text }, c.approvals > 1 && c.seconds.length + 1 < c.approvals ? "You agreed. Another colleague has to." : "Approved. The applicant is told.", true)}>Approve and next</Btn>}
        {can("reject") && <Btn kind="bad" aria-disabled={needs && rules.length === 0} onClick={() => (!needs || rules.length > 0) && void act("/decide", { approve: false, rules, words: text }, "Rejected. The applicant is told why.", true)}>Reject and next</Btn>}
        {can("ask") && <Btn aria-disabled={needs} onClick={() => !needs && void act("/ask", { question: text }, "The applicant is asked. The clock stands still.", true)}>Ask and next</Btn>}
        {(can("reopen") || can("correct")) && <Btn aria-disabled={needs} onClick={() => !needs && void act("/reconsider", { reason: text }, "It is in review again.").then(clear)}>{can("correct") ? "Take the decision back" : "Open again"}</Btn>}
        {(["warn", "cure", "revoke", "restore"] as const).filter(can).map((a) => <Btn key={a} kind={a === "revoke" ? "bad" : "plain"} aria-disabled={needs && (a === "warn" || a === "revoke")} onClick={() => !(needs && (a === "warn" || a === "revoke")) && void act("/comply", { action: a, reason: text }, "Done. The member is told.").then(clear)}>{{ warn: "Give notice", cure: "It is cured", revoke: "Revoke", restore: "Restore" }[a]}</Btn>)}
        {c.approvals > 1 && deciding && <span className="t12 m3">{c.approvals} colleagues have to agree; {c.seconds.length} did.</span>}
      </div>
    </footer>
  );
}

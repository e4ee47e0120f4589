/** What a colleague can do with an application now: only the steps that fit its state and their rights, each with the letter that it sends. */
import { useState } from "react";
import type { ApplicationCase } from "@/api/program";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import type { Act } from "./Case";

/** How the steps are said; words is whether the applicant or member must be told something. */
const steps: Record<string, { title: string; button: string; words: "must" | "may" | "no"; label: string; done: string }> = {
  approve: { title: "Approve", button: "Approve and next", words: "may", label: "Words for the applicant", done: "Approved. The applicant is told." },
  reject: { title: "Reject", button: "Reject and next", words: "may", label: "Words for the applicant", done: "Rejected. The applicant is told why." },
  ask: { title: "Ask", button: "Ask and next", words: "must", label: "Question to the applicant", done: "The applicant is asked. The clock stands still." },
  reopen: { title: "Open again", button: "Open again", words: "must", label: "Reason, for colleagues", done: "It is in review again." },
  correct: { title: "Take the decision back", button: "Take it back", words: "must", label: "Reason, for colleagues", done: "It is in review again." },
  warn: { title: "Give notice", button: "Give notice", words: "must", label: "What is wrong, for the member", done: "The member is told, and has time to put it right." },
  cure: { title: "Cured", button: "It is cured", words: "no", label: "", done: "The member is told." },
  revoke: { title: "Revoke", button: "Revoke", words: "must", label: "Why, for the member", done: "Revoked. The member is told why." },
  restore: { title: "Restore", button: "Restore", words: "no", label: "", done: "Restored. The member is told." },
};
const order = ["approve", "reject", "ask", "cure", "warn", "revoke", "restore", "reopen", "correct"];

export function Decide({ c, act }: { c: ApplicationCase; act: Act }) {
  const can = order.filter((a) => c.actions.includes(a));
  const said = [...c.rules.filter((r) => !r.holds).map((r) => ({ name: r.name, say: r.say })), ...c.proofs.filter((p) => p.state === "failed").map((p) => ({ name: p.name, say: `${p.title}: ${p.say}` }))];
  const others = c.rules.filter((r) => r.holds).map((r) => ({ name: r.name, say: r.say }));
  const proved = c.proofs.length === 0 || c.proofs.some((p) => p.state === "passed");
  const [chosen, setStep] = useState("");
  const step = can.includes(chosen) || !can.includes("approve") ? chosen : c.rules.every((r) => r.holds) && proved ? "approve" : "ask"; // until somebody chooses, it follows the proofs
  const [text, setText] = useState("");
  const [rules, setRules] = useState<string[]>(said.map((r) => r.name));
  const [busy, setBusy] = useState(false);
  if (can.length === 0) return null;
  const s = steps[step];
  const reasons = [...said, ...others].filter((r) => rules.includes(r.name));
  const missing = s && ((s.words === "must" && !text.trim()) || (step === "reject" && !text.trim() && reasons.length === 0));

  async function go() {
    if (!s || missing || busy) return;
    setBusy(true);
    const version = c.version;
    const seconded = step === "approve" && c.approvals > 1 && c.seconds.length + 1 < c.approvals;
    const ok = step === "approve" || step === "reject" ? await act("/decide", { version, approve: step === "approve", words: text, ...(step === "reject" ? { rules } : {}) }, seconded ? "You agreed. Another colleague has to." : s.done, true)
      : step === "ask" ? await act("/ask", { version, question: text }, s.done, true)
      : step === "reopen" || step === "correct" ? await act("/reconsider", { version, reason: text }, s.done)
      : await act("/comply", { version, action: step, reason: text }, s.done);
    setBusy(false);
    if (ok) setText("");
  }
  const toggle = (name: string, on: boolean) => setRules(on ? [...rules, name] : rules.filter((x) => x !== name));
  const Reason = ({ name, say }: { name: string; say: string }) => <label className="row preason"><input type="checkbox" checked={rules.includes(name)} onChange={(e) => toggle(name, e.target.checked)} /><span className="break">{say}</span></label>;

  return (
    <section className="pcard" aria-label="Decide">
      <h3 className="b6">{can.includes("approve") ? "Decide" : "What to do"}</h3>
      <Choice label="Step" value={step} options={can.map((a) => [a, steps[a].title] as const)} onChange={setStep} />
      {c.approvals > 1 && can.includes("approve") && <p className="t12 m2">{c.approvals} colleagues have to agree{c.seconds.length > 0 ? `; ${c.seconds.join(", ")} did` : ""}.</p>}
      {s && <>
        {step === "reject" && (said.length > 0 || others.length > 0) && <fieldset className="preasons"><legend className="t12 m3">Reasons that the applicant reads</legend>{said.map((r) => <Reason key={r.name} {...r} />)}
          {others.length > 0 && <details><summary className="link t12">Rules that hold</summary>{others.map((r) => <Reason key={r.name} {...r} />)}</details>}</fieldset>}
        {s.words !== "no" && <><label className="t12 m3" htmlFor="words">{s.label}{s.words === "may" && " (optional)"}</label>
          <textarea id="words" rows={4} dir="auto" value={text} onChange={(e) => setText(e.target.value)} onKeyDown={(e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); void go(); } }} /></>}
        {c.letters[step] && <details className="pletter"><summary className="link t12">The letter</summary><Letter words={c.letters[step]} reason={[text.trim(), ...(step === "reject" ? reasons.map((r) => r.say) : [])].filter(Boolean).join("\n\n")} /></details>}
        <Btn kind={step === "reject" || step === "revoke" ? "bad" : "pri"} busy={busy} aria-disabled={missing} title={missing ? "Say why first: they read it." : undefined} onClick={() => void go()}>{s.button}</Btn>
      </>}
    </section>
  );
}

/** A letter as it will arrive, without its link: that is the applicant's alone. */
function Letter({ words, reason }: { words: string; reason: string }) {
  const parts = words.replace("{{reason}}", () => reason).split(/\n{2,}/).map((p) => p.replace(/\[([^\]]+)\]\([^)]*\)/g, "$1 →").replace(/\\([\\`*_{}[\]()#+\-.!<>|~])/g, "$1").trim()).filter(Boolean);
  return <div className="pmail" dir="auto">{parts.map((p, i) => <p key={i}>{p}</p>)}</div>;
}

/** Who must approve, who did, and what you may do about it: approve, reject with a reason, withdraw, plan again, apply. */
import { Textarea } from "@mantine/core";
import { IconCircleCheck, IconHourglass } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Applied, ChangeRequest } from "@/api/configuration";
import { useCan, useMe } from "@/app/session";
import { openReason } from "@/frame/panels";
import { ms, now, stamp } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { When } from "@/ui/When";
import { Wrong } from "@/ui/Wrong";
import { whyNotMe } from "./approve";

export function Approval({ request: r, settle }: { request: ChangeRequest; settle: (r: ChangeRequest) => void }) {
  const me = useMe();
  const apply = useCan("blueprint.apply");
  const [reason, setReason] = useState("");
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState("");
  const [error, setError] = useState<{ what: string; error: unknown } | null>(null);
  const open = r.state === "open" || r.state === "approved";
  const mine = r.authors.some((a) => a.id === me.person.id);
  const waits = r.not_before !== null && ms(r.not_before) > now();
  const refusal = open ? whyNotMe(r, me) : null;
  async function act(path: string, body: object, said: string, what: string) {
    setBusy(path);
    setError(null);
    try {
      const got = await api.post<ChangeRequest & Partial<Applied>>(`/configuration/requests/${r.id}/${path}`, body);
      settle(got.request ?? got);
      setAsks(false);
      setReason("");
      say(said);
    } catch (e) {
      setError({ what, error: e });
    }
    setBusy("");
  }
  return (
    <div className="approval">
      <h2 className="b6 t14">Approval</h2>
      {r.requirements.map((q) => (
        <p key={q.policy} className="m2"><Link className="link in" to={`/configuration/policy/${q.policy}` as "/tickets"}>{q.title}</Link>{q.criticality && `, criticality ${q.criticality}`}, covers {q.covers.join(", ")}.</p>
      ))}
      <ul>
        {r.approvals.map((a) => <li key={a.by.id} className="row"><span className="good"><IconCircleCheck size={16} stroke={1.75} aria-hidden /></span><span className="grow">Approved by {a.by.name}</span><When at={a.at} className="m3 t12" /></li>)}
        {open && r.missing.map((m) => <li key={m} className="row"><span className="attention"><IconHourglass size={16} stroke={1.75} aria-hidden /></span><span className="grow">Still needs {m}</span></li>)}
      </ul>
      {r.closed_by && <p className="m2">{r.state === "withdrawn" ? "Withdrawn" : r.state === "rejected" ? "Rejected" : "Applied"} by {r.closed_by.name}{r.closed_at && <>, <When at={r.closed_at} as="stamp" /></>}{r.reason && `: ${r.reason}`}</p>}
      {open && r.stale && <p className="banner attention"><span className="grow">The configuration changed since this was planned. Planning it again shows what it would do now, and drops the approvals.</span><Btn small busy={busy === "replan"} onClick={() => act("replan", {}, "Planned again.", "It was not planned again.")}>Plan again</Btn></p>}
      {open && waits && <p className="m2">{r.state === "approved" ? "Applies" : "May apply"} {stamp(r.not_before!)} at the earliest{r.held_by && `: ${r.held_by}`}.</p>}
      {refusal && <p className="m2">{refusal.text} {refusal.path && <button type="button" className="link in" onClick={() => openReason(refusal.path!)}>Why?</button>}</p>}
      {error && <Wrong what={error.what} error={error.error} />}
      {asks ? (
        <form style={{ display: "grid", gap: 8 }} onSubmit={(e) => { e.preventDefault(); if (mine || reason.trim()) void act("reject", { reason: reason.trim() }, mine ? "Withdrawn." : "Rejected.", mine ? "It was not withdrawn." : "It was not rejected."); }}>
          <Textarea autoFocus autosize minRows={2} label={mine ? "Why, if you want to say" : "Why, for its author"} value={reason} maxLength={2000} onChange={(e) => setReason(e.currentTarget.value)} onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); setAsks(false); } }} />
          <div className="row"><Btn small onClick={() => setAsks(false)}>Keep it</Btn><Btn small kind="bad" type="submit" busy={busy === "reject"} disabled={!mine && !reason.trim()}>{mine ? "Withdraw the request" : "Reject the request"}</Btn></div>
        </form>
      ) : open && (
        <div className="row wrap">
          {r.may_approve && <Btn kind="pri" busy={busy === "approve"} disabled={r.stale} onClick={() => act("approve", { revision: r.revision }, "Approved.", "It was not approved.")}>Approve{waits ? ` for ${stamp(r.not_before!)}` : ""}</Btn>}
          {r.state === "approved" && apply && !waits && <Btn kind="pri" busy={busy === "apply"} onClick={() => act("apply", {}, "Applied.", "It was not applied.")}>Apply now</Btn>}
          {(r.may_approve || mine) && <Btn onClick={() => setAsks(true)}>{mine ? "Withdraw" : "Reject"}</Btn>}
        </div>
      )}
    </div>
  );
}

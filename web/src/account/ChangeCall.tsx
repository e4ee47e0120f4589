/** What can be done about a call to action: hand it over, put it off with a reason, close it with one of the reasons of its sort. */
import { Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { agentsQuery } from "@/api/query";
import { useMe } from "@/app/session";
import { phrase } from "@/language/phrase";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import type { Call } from "./data";
import { Pop } from "./Pop";

const reasons: Record<string, string> = { success: "Done", not_a_priority: "Not a priority", already_solved: "Already solved", not_relevant: "Not relevant", lack_of_engagement: "They do not engage" };
const ofType: Record<string, Record<string, string>> = {
  lifecycle: { not_needed: "Not needed" },
  objective: { competitive_loss: "Lost to a competitor", product_gaps: "The product lacks something", team_unengaged: "Their team does not engage", no_value_seen: "They see no value", deferred: "Put off by them", lack_of_budget: "No budget" },
};
const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const inDays = (n: number) => dayOf(new Date(Date.now() + n * 86_400_000));

export function ChangeCall({ c }: { c: Call }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({ body }: { body: object; done: string }) => api.patch<Call>(`/calls/${c.id}`, { version: c.version, ...body }),
    onSuccess: (_, { done }) => say(done),
    onError: (e) => fail("This could not be changed", e),
    onSettled: () => { void client.invalidateQueries({ queryKey: ["calls"] }); void client.invalidateQueries({ queryKey: ["account-lines", c.account.id] }); },
  });
  const send = (body: object, done: string) => change.mutateAsync({ body, done });
  return (
    <div className="row wrap" style={{ gap: 6, marginTop: 6 }}>
      <Close c={c} busy={change.isPending} send={send} />
      {c.state === "snoozed" ? <Btn small kind="quiet" busy={change.isPending} onClick={() => void send({ snooze_until: null }, phrase("It is open again")).catch(() => undefined)}>Wake it</Btn> : <PutOff busy={change.isPending} send={send} />}
      <Hand c={c} busy={change.isPending} send={send} />
    </div>
  );
}

interface Part { busy: boolean; send: (body: object, done: string) => Promise<unknown> }

function Close({ c, busy, send }: Part & { c: Call }) {
  const [why, setWhy] = useState("success"), [note, setNote] = useState("");
  return (
    <Pop word="Close" verb="Close it" ready busy={busy} send={() => send({ closure: why, note }, phrase("Closed"))}>
      <Select size="xs" label="Because" value={why} onChange={(v) => v && setWhy(v)} allowDeselect={false} comboboxProps={{ withinPortal: false }} data={Object.entries({ ...reasons, ...ofType[c.type] }).map(([value, label]) => ({ value, label }))} data-autofocus />
      <Textarea size="xs" label="Note (optional)" value={note} onChange={(e) => setNote(e.currentTarget.value)} autosize minRows={2} maxRows={6} maxLength={10_000} />
    </Pop>
  );
}

function PutOff({ busy, send }: Part) {
  const [until, setUntil] = useState(inDays(7)), [reason, setReason] = useState("");
  return (
    <Pop word="Put off" quiet verb="Put it off" ready={!!reason.trim() && until > dayOf(new Date())} busy={busy} send={() => send({ snooze_until: until + "T08:00:00Z", snooze_reason: reason.trim() }, phrase("Put off"))}>
      <TextInput size="xs" type="date" label="Until" value={until} min={inDays(1)} onChange={(e) => setUntil(e.currentTarget.value)} />
      <TextInput size="xs" label="Why" value={reason} onChange={(e) => setReason(e.currentTarget.value)} maxLength={300} data-autofocus description="Its rule does not ask again before then." inputWrapperOrder={["label", "input", "description"]} />
    </Pop>
  );
}

function Hand({ c, busy, send }: Part & { c: Call }) {
  const me = useMe();
  const [open, setOpen] = useState(false);
  const people = useQuery({ ...agentsQuery, enabled: open });
  const [owner, setOwner] = useState<string | null>(c.owner ? String(c.owner.id) : null), [due, setDue] = useState(c.due ? dayOf(new Date(c.due)) : "");
  const [working, setWorking] = useState(c.state === "working");
  const known = [...(people.data ?? []), ...(c.owner ? [c.owner] : []), me.person];
  const names = [...new Map(known.map((p) => [String(p.id), p.name])).entries()].map(([value, label]) => ({ value, label }));
  const body = { ...(owner !== (c.owner ? String(c.owner.id) : null) ? { owner_id: owner ? Number(owner) : null } : {}), ...(due !== (c.due ? dayOf(new Date(c.due)) : "") ? { due: due ? due + "T17:00:00Z" : null } : {}), ...(working !== (c.state === "working") ? { working } : {}) };
  return (
    <Pop word="Change" quiet verb="Save" ready={Object.keys(body).length > 0} busy={busy} opened={() => setOpen(true)} send={() => send(body, phrase("Saved"))}>
      <Select size="xs" label="Whose it is" value={owner} onChange={setOwner} clearable searchable placeholder="Nobody's" comboboxProps={{ withinPortal: false }} data={names} />
      <TextInput size="xs" type="date" label="Due" value={due} onChange={(e) => setDue(e.currentTarget.value)} />
      {c.state !== "snoozed" && <label className="row t12" style={{ gap: 6 }}><input type="checkbox" checked={working} onChange={(e) => setWorking(e.currentTarget.checked)} />Somebody is working on it</label>}
    </Pop>
  );
}

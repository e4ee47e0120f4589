/** Hands a step, a role, or the run itself to a colleague or a team. An approval is handed over with its role. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { teamsQuery } from "@/api/query";
import type { Run } from "@/api/run";
import { PickRecord } from "@/customer/PickRecord";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";

interface Props { run: Run; step?: string; /** Or one of these: name and title. */ roles?: (readonly [string, string])[]; /** Or the run. */ owner?: boolean; done: (r: Run) => void; leave: () => void }
export function HandOver({ run: r, step, roles = [], owner, done, leave }: Props) {
  const [role, setRole] = useState(roles[0]?.[0]);
  const [to, setTo] = useState<"person" | "team">("person");
  const [person, setPerson] = useState<string | null>(null);
  const [team, setTeam] = useState<string | null>(null);
  const teams = useQuery({ ...teamsQuery, enabled: to === "team" });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => { form.current?.scrollIntoView({ block: "nearest" }); }, []);
  const chosen = to === "person" ? person : team;
  const give = async () => {
    if (!chosen || busy) return;
    setBusy(true);
    setError(null);
    try {
      done(await api.post<Run>(`/runs/${r.id}/assign`, { ...(owner ? { owner } : step ? { step } : { role }), to: to === "person" ? { person_id: Number(person) } : { team } }));
      say("Handed over.");
    } catch (e) { setError(e); }
    setBusy(false);
  };
  const title = roles.find(([name]) => name === role)?.[1];
  return (
    <form ref={form} className="stepform" aria-label="Hand over" onSubmit={(e) => { e.preventDefault(); void give(); }}>
      {roles.length > 1 && role && <Choice label="Which role" value={role} options={roles} onChange={setRole} />}
      <Choice label="To whom" value={to} options={[["person", "A person"], ["team", "A team"]]} onChange={setTo} />
      {to === "person" ? <PickRecord kind="person" agents label="Who" value={person} onChange={setPerson} />
        : <Select label="Which team" searchable data={(teams.data ?? []).map((t) => ({ value: t.name, label: t.title }))} value={team} onChange={setTeam} placeholder={teams.isPending ? "Looking" : "Choose one"} nothingFoundMessage="No team has this name" />}
      {title && <p className="sub">Everything of the role {title} in this run passes to them, decisions as well. Whoever has had their say keeps it.</p>}
      {owner && <p className="sub">They look after the run: what belongs to nobody falls to them.</p>}
      {error !== null && <Wrong what="It was not handed over." error={error} />}
      <div className="row" style={{ gap: 8 }}><Btn kind="pri" type="submit" busy={busy} disabled={!chosen}>Hand it over</Btn><Btn kind="quiet" onClick={leave}>Not now</Btn></div>
    </form>
  );
}

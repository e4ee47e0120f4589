/** Who answers: a team's name and the people in it. */
import { TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { blueprintsQuery, teamsQuery } from "@/api/query";
import { useMe } from "@/app/session";
import { Tick } from "@/ui/Tag";
import { Wrong } from "@/ui/Wrong";
import type { Team } from "@/api/types";
import { apply, nameOf, yaml } from "./api";
import { Step, Waits, waits, type StepProps } from "./Step";

export function TeamStep({ next, skip }: StepProps) {
  const q = useQueryClient();
  const me = useMe();
  const teams = useQuery(teamsQuery).data ?? [];
  const first = teams[0];
  const [title, setTitle] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [held, setHeld] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const shown = title ?? first?.title ?? "Support";
  async function keep() {
    setBusy(true);
    setError(null);
    try {
      const name = first?.name ?? nameOf(shown);
      if (shown.trim() && shown.trim() !== first?.title) {
        const a = await apply(`team/${name}.yaml`, yaml([["kind", "team"], ["name", name], ["title", shown.trim()]]), `The team ${shown.trim()}, from the first run`);
        if (waits(a)) {
          setHeld(true);
          setBusy(false);
          return;
        }
      }
      const now = await api.get<{ items: Team[] }>("/teams");
      const team = now.items.find((t) => t.name === name);
      if (team && !team.members.some((m) => m.id === me.person.id)) await api.put(`/teams/${name}/members`, { version: team.version, person_ids: [...team.members.map((m) => m.id), me.person.id] });
      for (const k of [teamsQuery.queryKey, blueprintsQuery.queryKey]) await q.invalidateQueries({ queryKey: k });
      next();
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  }
  const inside = first?.members.some((m) => m.id === me.person.id);
  return (
    <Step title="Team" verb={inside ? "Keep the name" : "Keep it and join"} submit={() => void keep()} busy={busy} skip={skip} done={inside} why="New tickets go to a team; its members see them as theirs to take. You join it now, and those you invite can too.">
      {held && <Waits />}
      <TextInput label="What it is called" value={shown} maxLength={80} onChange={(e) => setTitle(e.currentTarget.value)} />
      {first && first.members.length > 0 && <p className="banner good"><span className="good"><Tick /></span><span className="grow">In it: {first.members.map((m) => m.name).join(", ")}.</span></p>}
      {teams.length > 1 && <p className="sub">There are {teams.length} teams. The others stand under Customers, Teams.</p>}
      {error !== null && <Wrong what="The team was not kept." error={error} />}
    </Step>
  );
}

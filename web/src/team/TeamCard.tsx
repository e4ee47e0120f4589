/** One team: its members, who leaves by a press with Undo, and a box to add a colleague. */
import { Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { teamQuery, teamsQuery } from "@/api/query";
import type { Person, PersonRef, Team } from "@/api/types";
import { plural } from "@/lib/words";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";

export function TeamCard({ team: t, agents, can, alone }: { team: Team; agents: Person[]; can: boolean; /** On a page of its own. */ alone?: boolean }) {
  const q = useQueryClient();
  const [box, setBox] = useState(0);
  const show = (now: Partial<Team>) => {
    q.setQueryData(teamsQuery.queryKey, (all) => all?.map((x) => (x.name === t.name ? { ...x, ...now } : x)));
    q.setQueryData(teamQuery(t.name).queryKey, (one) => one && { ...one, ...now });
  };
  async function put(members: PersonRef[], said: string, undo = true, version = t.version): Promise<void> {
    const before = t.members;
    show({ members });
    try {
      const r = await api.put<Team>(`/teams/${t.name}/members`, { version, person_ids: members.map((m) => m.id) });
      show(r);
      say(said, undo ? () => put(before, `${t.title} is as it was.`, false, r.version) : undefined);
    } catch (e) {
      show({ members: before });
      fail(`${t.title} was not changed`, e, () => void put(members, said, undo));
    }
    for (const k of ["teams", "person", "views", "tickets"]) void q.invalidateQueries({ queryKey: [k] });
  }
  const rest = agents.filter((a) => !t.members.some((m) => m.id === a.id));
  return (
    <section className={alone ? "team alone" : "card team"} aria-label={alone ? "Members" : t.title}>
      {alone ? <h2 className="h3">Members</h2> : <div className="row"><h2 className="h3 t14 grow cut"><Link className="tlink" to={`/teams/${t.name}` as "/tickets"}>{t.title}</Link></h2><span className="sub">{plural(t.members.length, "person", "people")}</span></div>}
      <ul>
        {t.members.map((m) => (
          <li key={m.id} className="row">
            <Link className="row grow cell" to={`/people/${m.id}` as "/tickets"}><Avatar id={m.id} name={m.name} /><span className="cut" dir="auto">{m.name}</span></Link>
            {can && <Btn small kind="quiet" tip={`Take ${m.name} out of ${t.title}`} icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={() => void put(t.members.filter((x) => x.id !== m.id), `${m.name} is no longer in ${t.title}.`)} />}
          </li>
        ))}
        {t.members.length === 0 && <li className="m3">Nobody yet. Its tickets reach no one's own list.</li>}
      </ul>
      {can && rest.length > 0 && <Select key={box} searchable aria-label={`Add a colleague to ${t.title}`} placeholder="Add a colleague" nothingFoundMessage="No colleague has this name" data={rest.map((a) => ({ value: String(a.id), label: a.name }))}
        onChange={(v) => { const a = rest.find((x) => String(x.id) === v); setBox(box + 1); if (a) void put([...t.members, { id: a.id, name: a.name }], `${a.name} is in ${t.title}.`); }} />}
    </section>
  );
}

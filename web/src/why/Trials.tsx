/** "Try triggers": which would fire on this ticket if something happened now, condition by condition. Nothing is done. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { trialsQuery } from "@/api/query";
import type { Trial } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { Failure, Skel } from "@/ui/State";
import { Tag, Tick } from "@/ui/Tag";
import { Conditions } from "./WhyBody";

const happenings = [["changed", "it changed"], ["replied", "an agent replied"], ["commented", "the requester wrote"], ["noted", "an agent made a note"], ["created", "it was opened"]].map(([value, label]) => ({ value, label }));

export function Trials({ ticket, close }: { ticket: number; close: () => void }) {
  const [on, setOn] = useState("changed");
  const query = useQuery(trialsQuery(ticket, on));
  const rows = query.data ?? [];
  const fires = rows.filter((r) => r.heard && r.held && !r.done).length;
  return (
    <section className="wp" aria-label="Try triggers">
      <div className="row"><h2 className="b6 t14 grow">Try triggers</h2><Btn small kind="quiet" onClick={close} aria-label="Esc, close"><kbd>Esc</kbd></Btn></div>
      <Select size="xs" label="Suppose that just now" value={on} onChange={(v) => setOn(v ?? "changed")} data={happenings} allowDeselect={false} style={{ marginTop: 6 }} />
      <p className="sub" role="status" style={{ marginTop: 6 }}>{query.isSuccess ? `${fires === 0 ? "None" : fires} of ${rows.length} would fire. Nothing is done.` : " "}</p>
      {query.isPending && <><Skel w="80%" style={{ marginTop: 8 }} /><Skel w="100%" h={56} style={{ marginTop: 8 }} /></>}
      {query.isError && <Failure what="The list of triggers" error={query.error} retry={() => query.refetch()} />}
      <ul>{rows.map((r) => (
        <li key={r.blueprint.name} style={{ marginTop: 10 }}>
          <p className="row"><Link className="link b5 grow cut" to={`/configuration/trigger/${r.blueprint.name}` as "/tickets"}>{r.blueprint.title}</Link>{verdict(r)}</p>
          {r.heard && r.conditions.length > 0 && <Conditions of={r.conditions} />}
        </li>
      ))}</ul>
    </section>
  );
}

function verdict(r: Trial) {
  if (!r.heard) return <span className="m3 t12">Does not listen to this</span>;
  if (r.done) return <span className="m3 t12">Fires once, and has</span>;
  return r.held ? <Tag meaning="good" icon={<Tick />}>Would fire</Tag> : <span className="m2 t12">Would not fire</span>;
}

/** Who is what at a customer, and which of the wanted roles were met. */
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Avatar } from "@/ui/Avatar";
import { Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { AddContact } from "./AddContact";
import { Export } from "./Export";
import { personasQuery, roleText, wantedQuery, type Persona, type Wanted, type WantedRole } from "./data";

export function Contacts({ id, may }: { id: number; may: boolean }) {
  const query = useQuery(personasQuery(id)), wanted = useQuery(wantedQuery(id)).data ?? [];
  const rows = query.data ?? [];
  const roles = [...new Set([...wanted.flatMap((w) => w.roles.map((r) => r.role)), ...rows.map((c) => c.role)])];
  return (
    <section className="card" aria-label="Contacts">
      <header><h2 className="h3 grow">Contacts by role</h2>{rows.length > 0 && <Export table="contacts" ask={{ account: id }} tip="Export the contacts" />}{may && <AddContact id={id} />}</header>
      {query.isPending ? <div className="in"><Skel w="50%" /></div> : roles.length === 0 ? <p className="in m3">Nobody has a role here yet.</p> : (
        <>
          {wanted.map((w) => <p key={w.measure} className="in t12 m2" style={{ paddingBottom: 0 }}>{w.title}: {metOf(w)} of {w.roles.length} in {w.days} days.</p>)}
          <ul className="in rolemap">{roles.map((r) => <Role key={r} role={r} people={rows.filter((c) => c.role === r)} stands={wanted.flatMap((w) => w.roles.filter((x) => x.role === r))[0]} />)}</ul>
        </>
      )}
    </section>
  );
}

const metOf = (w: Wanted) => w.roles.filter((r) => r.held && r.met).length;

/** One role: who has it, and, where it is wanted, whether it was met. */
function Role({ role, people, stands }: { role: string; people: Persona[]; stands?: WantedRole }) {
  return (
    <li>
      <p className="row t12" style={{ gap: 6 }}><span className="b5 grow cut">{roleText(role)}</span>{stands && <Met r={stands} />}</p>
      {people.length === 0 ? <p className="m3 t12">Nobody has this role.</p> : people.map((c) => (
        <Link key={c.person.id} className="row cell" to={`/people/${c.person.id}` as "/tickets"}><Avatar id={c.person.id} name={c.person.name} /><span className="cut" dir="auto" title={c.email}>{c.person.name}</span></Link>
      ))}
    </li>
  );
}

function Met({ r }: { r: WantedRole }) {
  const [Sign, tone] = !r.held ? ([IconAlertTriangle, "attention"] as const) : r.met ? ([IconCircleCheck, "good"] as const) : ([IconCircleDashed, "attention"] as const);
  return <span className={`row nw ${tone}`} style={{ gap: 4 }}><Sign size={14} stroke={1.75} aria-hidden />{!r.held ? "Not filled" : r.met ? <>Met <When at={r.met} /></> : "Not met"}</span>;
}

/** Who is what at a customer. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Avatar } from "@/ui/Avatar";
import { Skel } from "@/ui/State";
import { AddContact } from "./AddContact";
import { personasQuery } from "./data";

export const roleText = (r: string) => { const s = r.replaceAll("_", " "); return s[0].toUpperCase() + s.slice(1); };

export function Contacts({ id, may }: { id: number; may: boolean }) {
  const query = useQuery(personasQuery(id));
  const rows = query.data ?? [];
  return (
    <section className="card" aria-label="Contacts">
      <header><h2 className="h3 grow">Contacts by role</h2>{may && <AddContact id={id} />}</header>
      {query.isPending ? <div className="in"><Skel w="50%" /></div> : rows.length === 0 ? <p className="in m3">Nobody has a role here yet.</p> : (
        <ul className="in" style={{ display: "grid", gap: 8, gridTemplateColumns: "repeat(auto-fill, minmax(min(100%, 220px), 1fr))" }}>
          {rows.map((c) => <li key={`${c.person.id} ${c.role}`}><Link className="row cell" to={`/people/${c.person.id}` as "/tickets"}><Avatar id={c.person.id} name={c.person.name} /><span className="grow" style={{ minWidth: 0 }}><span className="cut b5" style={{ display: "block" }} dir="auto">{c.person.name}</span><span className="m3 t12">{roleText(c.role)}</span></span></Link></li>)}
        </ul>
      )}
    </section>
  );
}

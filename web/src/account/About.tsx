/** What the organization of an account is besides: domains and attributes. */
import { useQuery } from "@tanstack/react-query";
import { organizationQuery } from "@/api/query";
import { AttributeList } from "@/field/AttributeList";
import { isEmpty } from "@/field/value";

export function About({ id }: { id: number }) {
  const o = useQuery({ ...organizationQuery(id), retry: false }).data;
  if (!o || (o.domains.length === 0 && Object.values(o.attributes ?? {}).every(isEmpty))) return null;
  return (
    <section className="card" aria-label="About">
      <header><h2 className="h3 grow">About</h2></header>
      <dl className="props in">{o.domains.length > 0 && <><dt>Domains</dt><dd className="break">{o.domains.join(", ")}</dd></>}<AttributeList on="organization" values={o.attributes ?? {}} /></dl>
    </section>
  );
}

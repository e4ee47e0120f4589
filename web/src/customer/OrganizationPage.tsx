/** One organization: domains, attributes, people, tickets. */
import { IconArrowMerge, IconPencil } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { accountQuery } from "@/account/data";
import { api } from "@/api/client";
import { membersQuery, organizationQuery } from "@/api/query";
import { PageSkeleton } from "@/app/Missing";
import { useCommands } from "@/app/commands";
import { useCan } from "@/app/session";
import { AttributeList } from "@/field/AttributeList";
import { countNoun } from "@/lib/words";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { fail } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { Tag } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Merges } from "./Merges";
import { OrganizationForm } from "./OrganizationForm";
import { TicketTable } from "./TicketTable";

const SubjectRuns = lazy(() => import("@/run/SubjectRuns"));
const History = lazy(() => import("./History").then(({ History, organizationPast }) => ({ default: ({ id }: { id: number }) => <History of={`/organizations/${id}`} past={organizationPast} /> })));
const Bought = lazy(() => import("@/entitle/Bought").then((m) => ({ default: m.Bought })));

export function OrganizationPage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const query = useQuery(organizationQuery(id));
  const can = useCan("organization.write"), merge = useCan("organization.merge");
  const [edit, setEdit] = useState(false);
  const [past, setPast] = useState(false);
  useCommands([{ id: "edit", title: "Edit this organization", section: "everywhere", keys: "e", run: () => setEdit(true) }], can);
  const o = query.data;
  useEffect(() => { if (o) document.title = `${o.name}, Steward`; }, [o]);
  if (query.isError && !o) return <main className="pane page"><Failure what="This organization" error={query.error} retry={() => query.refetch()} /></main>;
  if (!o) return <PageSkeleton />;
  return (
    <main className="pane page" aria-label={o.name}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/organizations" as "/tickets"}>Organizations</Link></p>
        <div className="row wrap" style={{ gap: 12 }}>
          <div className="grow" style={{ flexBasis: 200 }}><h1 className="t20 b6 break" dir="auto">{o.name}</h1><p className="t12 m2">{[o.people_count && countNoun(o.people_count, "person", "people"), o.ticket_count && countNoun(o.ticket_count, "ticket")].filter(Boolean).join(", ") || o.domains.join(", ")}</p></div>
          <AccountOf id={o.id} />
          {merge && <Link className="btn" to={`/organizations/${o.id}/merge` as "/tickets"}><IconArrowMerge size={16} stroke={1.75} aria-hidden />Merge</Link>}
          {can && <Btn icon={<IconPencil size={16} stroke={1.75} aria-hidden />} onClick={() => setEdit(!edit)}>{edit ? "Stop editing" : "Edit"}</Btn>}
        </div>
      </header>
      {o.merged_from && <p className="banner info">Organization {o.merged_from} was merged into this one.</p>}
      {edit ? <div className="scroll"><OrganizationForm organization={o} done={() => setEdit(false)} /></div> : (
        <div className="halves">
          <div className="scroll">
            <section className="block" aria-label="About">
              <dl className="props">
                <dt>Domains</dt><dd className="wrap">{o.domains.length ? o.domains.map((d) => <Tag key={d}>{d}</Tag>) : <span className="m3">None, people are added by hand</span>}</dd>
                <AttributeList on="organization" values={o.attributes ?? {}} />
                <dt>Known since</dt><dd><When at={o.created_at} /></dd>
              </dl>
            </section>
            <Suspense><SubjectRuns kind="organization" id={o.id} /></Suspense>
            <Suspense fallback={<div className="block"><Skel w="40%" /></div>}><Bought organization={o.id} name={o.name} /></Suspense>
            <Members org={o.id} />
            <Merges kind="organization" id={o.id} />
          </div>
          <div className="col">
            <div className="tabs" role="tablist" aria-label="Tickets or history">
              <button type="button" role="tab" aria-selected={!past} onClick={() => setPast(false)}>Tickets</button><button type="button" role="tab" aria-selected={past} onClick={() => setPast(true)}>History</button>
            </div>
            {past ? <Suspense><History id={o.id} /></Suspense> : <TicketTable filter={{ organization: String(o.id) }} />}
          </div>
        </div>
      )}
    </main>
  );
}

/** Leads to the account of an organization, or makes it one. */
function AccountOf({ id }: { id: number }) {
  const reads = useCan("account.read"), may = useCan("account.write"), client = useQueryClient(), go = useNavigate();
  const account = useQuery({ ...accountQuery(id), enabled: reads, retry: false });
  const make = useMutation({
    mutationFn: () => api.post("/accounts", { organization_id: id }), onError: (e) => fail("It could not be made an account", e),
    onSuccess: () => { for (const key of [["account", id], ["accounts"]]) void client.invalidateQueries({ queryKey: key }); void go({ to: `/accounts/${id}` as "/tickets" }); },
  });
  if (account.data) return <Link className="btn" to={`/accounts/${id}` as "/tickets"}>Account</Link>;
  return may && account.isError && (account.error as { status?: number }).status === 404 ? <Btn busy={make.isPending} onClick={() => make.mutate()}>Make it an account</Btn> : null;
}

function Members({ org }: { org: number }) {
  const query = useInfiniteQuery(membersQuery(org));
  // A server that does not know the filter answers with everybody, so look again.
  const rows = (query.data?.pages ?? []).flatMap((p) => p.items).filter((p) => p.organization?.id === org);
  return (
    <section className="block" aria-label="People">
      <h2 className="h3" style={{ marginBottom: 6 }}>People</h2>
      {query.isPending && <Skel w="60%" />}
      {query.isSuccess && rows.length === 0 && <p className="m3">Nobody yet. People with one of its domains join by themselves when they write.</p>}
      <ul style={{ display: "grid", gap: 4, gridTemplateColumns: "minmax(0, 1fr)" }}>{rows.map((p) => <li key={p.id}><Link className="row cell" to={`/people/${p.id}` as "/tickets"}><Avatar id={p.id} name={p.name} /><span className="grow"><span className="cut b5" style={{ display: "block" }} dir="auto">{p.name}</span><span className="m3 t12 cut" style={{ display: "block" }}>{p.email}</span></span></Link></li>)}</ul>
      <More query={query} />
    </section>
  );
}

/** One person: who they are, their addresses, where they belong, their tickets. */
import { Menu } from "@mantine/core";
import { IconArrowMerge, IconDots, IconEraser, IconMail, IconPencil, IconPlus, IconUserPause } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { personQuery } from "@/api/query";
import { useCommands } from "@/app/commands";
import { useCan, useMe } from "@/app/session";
import { PageSkeleton } from "@/app/Missing";
import { AttributeList } from "@/field/AttributeList";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { Failure } from "@/ui/State";
import { Tag, Tick, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Erase } from "./Erase";
import { MayThey } from "./MayThey";
import { Merges } from "./Merges";
import { PersonForm } from "./PersonForm";
import { Suspend, Suspended } from "./Suspend";
import { TicketTable } from "./TicketTable";

const TheirTime = lazy(() => import("@/queue/TheirTime"));
const SubjectRuns = lazy(() => import("@/run/SubjectRuns"));
const History = lazy(() => import("./History").then(({ History, personPast }) => ({ default: ({ id, agent }: { id: number; agent: boolean }) => <History of={`/people/${id}`} past={personPast(agent)} /> })));

export function PersonPage() {
  const id = Number((useParams({ strict: false }) as { id: string }).id);
  const query = useQuery(personQuery(id));
  const can = useCan("person.write");
  const rights = useCan("role.write");
  const merge = useCan("person.merge"), suspend = useCan("person.suspend"), erase = useCan("person.erase");
  const me = useMe();
  const go = useNavigate();
  const [doing, setDoing] = useState<"edit" | "suspend" | "erase" | null>(null);
  const [past, setPast] = useState(false);
  const edit = doing === "edit";
  const setEdit = (on: boolean) => setDoing(on ? "edit" : null);
  const p = query.data;
  useEffect(() => { if (p) document.title = `${p.name}, Steward`; }, [p]);
  useCommands([{ id: "edit", title: "Edit this person", section: "everywhere", keys: "e", run: () => setEdit(true) }], can && !!p);
  if (query.isError && !p) return <main className="pane page"><Failure what="This person" error={query.error} retry={() => query.refetch()} /></main>;
  if (!p) return <PageSkeleton />;
  return (
    <main className="pane page" aria-label={p.name}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/people" as "/tickets"}>People</Link></p>
        <div className="row wrap" style={{ gap: 12 }}>
          <Avatar large id={p.id} name={p.name} />
          <div className="grow" style={{ flexBasis: 200 }}><h1 className="t20 b6 cut" dir="auto" title={p.name.length > 60 ? p.name : undefined}>{p.name}</h1><p className="t12 m2 cut">{p.email}{p.organization && <>, <Link className="link in" to={`/organizations/${p.organization.id}` as "/tickets"}>{p.organization.name}</Link></>}</p></div>
          {can && <Btn icon={<IconPencil size={16} stroke={1.75} aria-hidden />} onClick={() => setEdit(!edit)}>{edit ? "Stop editing" : "Edit"}</Btn>}
          {(merge || suspend || erase) && <Menu position="bottom-end" width={240}>
            <Menu.Target><Btn tip="More to do with this person" icon={<IconDots size={16} stroke={1.75} aria-hidden />} /></Menu.Target>
            <Menu.Dropdown>
              {merge && <Menu.Item leftSection={<IconArrowMerge size={16} stroke={1.75} aria-hidden />} onClick={() => void go({ to: `/people/${p.id}/merge` as never })}>Merge another person into this one</Menu.Item>}
              {suspend && !p.suspended_at && p.id !== me.person.id && <Menu.Item leftSection={<IconUserPause size={16} stroke={1.75} aria-hidden />} onClick={() => setDoing("suspend")}>Suspend</Menu.Item>}
              {erase && p.id !== me.person.id && <Menu.Item leftSection={<IconEraser size={16} stroke={1.75} aria-hidden />} className="danger" onClick={() => setDoing("erase")}>Erase for good</Menu.Item>}
            </Menu.Dropdown>
          </Menu>}
          <Link className="btn" to={"/tickets/new" as "/tickets"} search={{ for: p.email ?? undefined } as never}><IconPlus size={16} stroke={1.75} aria-hidden />New ticket</Link>
        </div>
      </header>
      <Suspended person={p} />
      {p.merged_from && <p className="banner info">Person {p.merged_from} was merged into this one.</p>}
      {doing ? <div className="scroll">{doing === "edit" ? <PersonForm person={p} done={() => setDoing(null)} /> : doing === "suspend" ? <Suspend person={p} done={() => setDoing(null)} /> : <Erase person={p} done={() => setDoing(null)} />}</div> : (
        <div className="halves">
          <div className="scroll">
            <section className="block" aria-label="About">
              <dl className="props">
                <dt>Organization</dt><dd>{p.organization ? <Link className="link cut" to={`/organizations/${p.organization.id}` as "/tickets"}>{p.organization.name}</Link> : <span className="m3">None</span>}</dd>
                {p.agent && <><dt>Roles</dt><dd className="wrap">{p.roles.length ? p.roles.map((r) => <Tag key={r}>{r}</Tag>) : <span className="m3">None</span>}</dd><dt>Teams</dt><dd className="wrap">{p.teams.length ? p.teams.map((t) => <Link key={t.name} className="link" to={`/teams/${t.name}` as "/tickets"}>{t.title}</Link>) : <span className="m3">None</span>}</dd></>}
                <dt>Time zone</dt><dd>{p.time_zone || <span className="m3">Not known</span>}</dd>
                <AttributeList on="person" values={p.attributes ?? {}} />
                <dt>Known since</dt><dd><When at={p.created_at} /></dd>
                <dt>Last seen</dt><dd>{p.last_seen_at ? <When at={p.last_seen_at} /> : <span className="m3">Never</span>}</dd>
              </dl>
            </section>
            <section className="block" aria-label="Identities">
              <h2 className="h3" style={{ marginBottom: 6 }}>Identities</h2>
              {p.identities.length === 0 && <p className="m3">No address is known. Add one to write to them.</p>}
              <ul style={{ display: "grid", gap: 6 }}>
                {p.identities.map((i) => <li key={i.id} className="row wrap"><IconMail size={16} stroke={1.75} aria-hidden className="m3" /><span className="grow cut" title={i.value}>{i.value}</span>{i.primary && <Tag>Main address</Tag>}{i.verified ? <Tag meaning="good" icon={<Tick />}>Verified</Tag> : <Tag meaning="attention" icon={<Warn />}>Not verified</Tag>}</li>)}
              </ul>
            </section>
            {p.agent && !p.suspended_at && <Suspense><TheirTime person={p} mine={p.id === me.person.id} /></Suspense>}
            <Suspense><SubjectRuns kind="person" id={p.id} /></Suspense>
            <Merges kind="person" id={p.id} />
            {rights && <MayThey person={p.id} />}
          </div>
          <div className="col">
            <div className="tabs" role="tablist" aria-label="Tickets or history">
              <button type="button" role="tab" aria-selected={!past} onClick={() => setPast(false)}>Tickets</button><button type="button" role="tab" aria-selected={past} onClick={() => setPast(true)}>History</button>
            </div>
            {past ? <Suspense><History id={p.id} agent={p.agent} /></Suspense> : <TicketTable filter={p.agent ? { assignee: String(p.id) } : { requester: String(p.id) }} write={p.email ?? undefined} />}
          </div>
        </div>
      )}
    </main>
  );
}

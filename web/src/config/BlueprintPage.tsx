/** One blueprint: edit it, see its history, where it is used and what it did. */
import { Menu } from "@mantine/core";
import { IconCopy, IconDots, IconPlayerPause, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";
import { blueprintQuery, kindsQuery } from "@/api/query";
import type { BlueprintDetail } from "@/api/configuration";
import { PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { inside } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Failure } from "@/ui/State";
import { Tag, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import type { Schema } from "./form/schema";
import { useSchema } from "./form/words";
import { Firings } from "./Firings";
import { isRule } from "./rules";
import { Workbench, type WorkbenchHandle } from "./Workbench";
import "./config.css";

const History = lazy(() => import("./History").then((m) => ({ default: m.History })));
const Uses = lazy(() => import("./Uses").then((m) => ({ default: m.Uses })));
const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

export function BlueprintPage() {
  const { kind, name } = useParams({ strict: false }) as { kind: string; name: string };
  const query = useQuery({ ...blueprintQuery(kind, name), refetchInterval: 60_000 });
  const schema = useSchema(kind);
  if (query.isError && !query.data) return <main className="pane page"><Failure what={`${kind}/${name}`} error={query.error} retry={() => query.refetch()} /></main>;
  if (!query.data || schema.isPending) return <PageSkeleton />;
  return <Page key={`${kind}/${name}`} b={query.data} schema={(schema.data as Schema | undefined) ?? null} />;
}

type Tab = "edit" | "history" | "uses" | "fired";
function Page({ b, schema }: { b: BlueprintDetail; schema: Schema | null }) {
  const search = useSearch({ strict: false }) as { tab?: string };
  const go = useNavigate();
  const can = useCan("blueprint.apply");
  const kindTitle = useQuery(kindsQuery).data?.find((k) => k.kind === b.kind)?.title ?? b.kind;
  const tabs: [Tab, string][] = [["edit", can ? "Edit" : "Read"], ["history", `History`], ["uses", "Where used"], ...(isRule(b.kind) ? [["fired", b.kind === "macro" ? "Used on" : "Fired on"] as [Tab, string]] : [])];
  const tab = tabs.find(([t]) => t === search.tab)?.[0] ?? "edit";
  const show = (t: Tab) => void go({ to: "." as never, search: (t === "edit" ? {} : { tab: t }) as never });
  const bench = useRef<WorkbenchHandle>(null);
  const off = /^disabled:\s*true\b/m.test(b.text);
  const title = b.title || b.name;
  useEffect(() => { document.title = `${title}, Steward`; }, [title]);
  const to = (f: () => void) => { show("edit"); setTimeout(f); };
  return (
    <main className="pane page" aria-label={title}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 2 }}><Link className="link in" to={"/configuration" as "/tickets"}>Configuration</Link>, {inside(kindTitle)}</p>
        <div className="row wrap" style={{ gap: 12 }}>
          <div className="grow" style={{ flexBasis: 220 }}>
            <h1 className="t20 b6 cut">{title}</h1>
            <div className="row wrap t12 m2" style={{ gap: 10, marginTop: 2 }}>
              <span>Version {b.version}</span>{off && <Tag>Not in force</Tag>}{b.drifted && <Tag meaning="attention" icon={<Warn />} title="Edited here since it was last applied from a folder">Drifted</Tag>}
              {b.updated_at && <span className="m3">{b.updated_by?.name ?? "From the start"}, <When at={b.updated_at} as="stamp" /></span>}<span className="mono m3 wide">{b.kind}/{b.name}</span>
            </div>
          </div>
          {can && (
            <Menu position="bottom-end" width={260}>
              <Menu.Target><Btn icon={<IconDots {...icon} />} tip="More to do with this blueprint" /></Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconCopy {...icon} />} onClick={() => void go({ to: "/configuration/new" as never, search: { kind: b.kind, from: b.name } as never })}>Duplicate</Menu.Item>
                {schema?.properties?.disabled && <Menu.Item leftSection={off ? <IconPlayerPlay {...icon} /> : <IconPlayerPause {...icon} />} onClick={() => to(() => bench.current?.disable(!off))}>{off ? "Put in force again" : "Take out of force"}</Menu.Item>}
                <Menu.Divider />
                <Menu.Item leftSection={<IconTrash {...icon} />} className="danger" onClick={() => to(() => bench.current?.remove())}>Delete, after seeing what would break</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
      </header>
      <nav className="tabs" aria-label={title}>{tabs.map(([t, w]) => <button key={t} type="button" className={tab === t ? "on" : ""} aria-current={tab === t ? "page" : undefined} onClick={() => show(t)}>{w}{t === "history" && <span className="m3">{b.versions.length}</span>}</button>)}</nav>
      {/* The work stays while one looks elsewhere. */}
      <div className="bench" hidden={tab !== "edit"}><Workbench ref={bench} b={b} start={b.text} kind={b.kind} schema={schema} shown={tab === "edit"} /></div>
      <Suspense>
        {tab === "history" && <History b={b} onTake={(text) => to(() => bench.current?.take(text))} />}
        {tab === "uses" && <Uses b={b} />}
      </Suspense>
      {tab === "fired" && isRule(b.kind) && <div className="scroll" style={{ padding: "16px 4px" }}><Firings kind={b.kind} name={b.name} /></div>}
    </main>
  );
}

/** Everything configured, by kind, with versions and what drifted. */
import { Menu } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { blueprintsQuery, kindsQuery } from "@/api/query";
import { useCan } from "@/app/session";
import { rank } from "@/frame/rank";
import { SearchBox, useQ } from "@/customer/SearchBox";
import { phrase } from "@/language/phrase";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { ConfigTabs } from "./ConfigTabs";
import "./config.css";

export function Blueprints() {
  const query = useQuery(blueprintsQuery);
  const kinds = useQuery(kindsQuery);
  const can = useCan("blueprint.apply");
  const go = useNavigate();
  const q = useQ();
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const only = search.drifted === "yes";
  const all = rank((query.data ?? []).filter((b) => !only || b.drifted), q, (b) => `${b.title} ${b.kind}/${b.name}`);
  const groups = [...new Set(all.map((b) => b.kind))].map((k) => ({ kind: k, title: kinds.data?.find((x) => x.kind === k)?.title ?? k, summary: kinds.data?.find((x) => x.kind === k)?.summary ?? "", items: all.filter((b) => b.kind === k) })).sort((a, b) => a.title.localeCompare(b.title));
  const chosen = groups.find((g) => g.kind === search.kind);
  const drifted = (query.data ?? []).filter((b) => b.drifted).length;
  useEffect(() => { document.title = "Configuration, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Configuration">
      <header className="top">
        <div className="row wrap" style={{ gap: 12 }}>
          <div className="grow"><h1 className="t20 b6">Configuration</h1><p className="sub">{query.data ? `${plural(query.data.length, "blueprint")}${drifted ? `, ${drifted} drifted` : ""}` : "How Steward behaves, as versioned text"}</p></div>
          <SearchBox label="Find a blueprint" />
          {can && (
            <Menu position="bottom-end" width={320}>
              <Menu.Target><Btn icon={<IconPlus size={16} stroke={1.75} aria-hidden />}>New blueprint</Btn></Menu.Target>
              <Menu.Dropdown style={{ maxHeight: 420, overflow: "auto" }}>{(kinds.data ?? []).map((k) => <Menu.Item key={k.kind} onClick={() => void go({ to: "/configuration/new" as never, search: { kind: k.kind } as never })}><span className="b5">{k.title}</span><span className="sub" style={{ display: "block" }}>{k.summary}</span></Menu.Item>)}</Menu.Dropdown>
            </Menu>
          )}
        </div>
      </header>
      <ConfigTabs at="blueprints" />
      {(drifted > 0 || only) && <div className="row wrap chips">
        <Choice label="Which blueprints" value={only ? "yes" : ""} options={[["", "All"], ["yes", `${drifted} drifted`]]} onChange={(v) => void go({ to: "." as never, search: ((s: object) => ({ ...s, drifted: v || undefined })) as never })} />
        <span className="sub">Drifted: edited here since the folder was last applied. Planning that folder shows what it would overwrite.</span>
      </div>}
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The configuration" error={query.error} retry={() => query.refetch()} />
        : query.isPending ? <table className="tbl"><SkelRows cols={4} /></table>
        : all.length === 0 ? <Empty icon={<IconAdjustmentsHorizontal size={20} stroke={1.75} aria-hidden />} title={q ? `No blueprint matches “${q}”` : "Nothing is configured yet"}>{q ? "Search looks at titles, kinds and names." : "Calendars, service levels, views and rules will be listed here. Start with a new blueprint."}</Empty>
        : <div className="bykind"><Kinds groups={groups} at={chosen?.kind} search={search} /><div className="kinds">{(chosen ? [chosen] : groups).map((g) => (
          <section key={g.kind} aria-label={g.title}>
            <h2><span className="b6">{g.title}</span> <span className="sub">{g.items.length}{g.summary && ` · ${g.summary}`}</span></h2>
            <table className="tbl fixed"><tbody>{g.items.map((b) => (
              <tr key={b.name}>
                <td className="cut"><Link className="b5" to={`/configuration/${b.kind}/${b.name}` as "/tickets"}>{b.title || b.name}</Link> <span className="mono m3 wide">{b.name}</span></td>
                <td className="m2 nw ver">{b.drifted && <Tag meaning="attention" icon={<Warn />} title="Edited here since it was last applied from a folder">Drifted</Tag>} <span>Version {b.version}</span></td>
                <td className="m3 wide cut" style={{ width: 220 }}>{b.updated_by?.name ?? "From the start"}{b.updated_at && <>, <When at={b.updated_at} /></>}</td>
              </tr>
            ))}</tbody></table>
          </section>
        ))}</div></div>}
      </div>
    </main>
  );
}

/** The kinds that there are, to see one of them alone: beside the list, above it where that is narrow. */
function Kinds({ groups, at, search }: { groups: { kind: string; title: string; items: unknown[] }[]; at: string | undefined; search: Record<string, string | undefined> }) {
  const all = groups.reduce((n, g) => n + g.items.length, 0);
  const list = [{ kind: undefined as string | undefined, title: phrase("All kinds"), n: all }, ...groups.map((g) => ({ kind: g.kind, title: g.title, n: g.items.length }))];
  const box = useRef<HTMLElement>(null);
  useEffect(() => { box.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }); }, [at]);
  return (
    <nav className="kindlist" aria-label="Kinds of blueprints" ref={box}>
      {list.map((k) => <Link key={k.kind ?? ""} to={"/configuration" as "/tickets"} search={{ ...search, kind: k.kind } as never} className={at === k.kind ? "on" : ""} aria-current={at === k.kind ? "true" : undefined} activeProps={{}}><span className="cut">{k.title}</span><span className="t12 m3">{k.n}</span></Link>)}
    </nav>
  );
}

/** A new blueprint: which kind, and what to begin with: nothing, an example, the starter kit's, or a copy of one that is there. */
import { Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { stringify } from "yaml";
import { blueprintQuery, blueprintsQuery, kindsQuery, templatesQuery } from "@/api/query";
import type { Kind } from "@/api/configuration";
import { PageSkeleton } from "@/app/Missing";
import { Failure } from "@/ui/State";
import { blank, type Schema } from "./form/schema";
import { useSchema } from "./form/words";
import { readTree, setAt } from "./form/tree";
import { rank } from "@/frame/rank";
import { inside } from "@/lib/words";
import { Workbench } from "./Workbench";
import "./config.css";

interface Asked { kind?: string; from?: string; as?: string; text?: string }
export function NewBlueprint() {
  const asked = useSearch({ strict: false }) as Asked;
  const kinds = useQuery(kindsQuery);
  const kind = kinds.data?.find((k) => k.kind === asked.kind);
  useEffect(() => { document.title = "New blueprint, Steward"; }, []);
  if (kinds.isError && !kinds.data) return <main className="pane page"><Failure what="The list of kinds" error={kinds.error} retry={() => kinds.refetch()} /></main>;
  if (!kinds.data) return <PageSkeleton />;
  if (!kind) return <Kinds kinds={kinds.data} />;
  if (asked.text) return <Begun kind={kind} start={asked.text} />;
  if (asked.from) return <Copied kind={kind} name={asked.from} />;
  return <Beginning kind={kind} as={asked.as} />;
}

function Kinds({ kinds }: { kinds: Kind[] }) {
  const [q, setQ] = useState("");
  return (
    <main className="pane page" aria-label="New blueprint">
      <header className="top"><p className="t12 m3"><Link className="link" to={"/configuration" as "/tickets"}>Configuration</Link></p><h1 className="t20 b6">What should it be</h1></header>
      <div className="scroll" style={{ padding: "16px 24px", maxWidth: 640 }}>
        <TextInput autoFocus aria-label="Find a kind" placeholder="Find a kind" value={q} onChange={(e) => setQ(e.currentTarget.value)} />
        <ul style={{ marginTop: 16 }}>{rank(kinds, q, (k) => `${k.title} ${k.summary}`).map((k) => <li key={k.kind} className="useline"><Link className="link b5" to={"/configuration/new" as "/tickets"} search={{ kind: k.kind } as never}>{k.title}</Link><p className="sub">{k.summary}</p></li>)}</ul>
      </div>
    </main>
  );
}

/** Picks what to begin with. */
function Beginning({ kind, as }: { kind: Kind; as?: string }) {
  const go = useNavigate();
  const templates = useQuery(templatesQuery(kind.kind)), schema = useSchema(kind.kind);
  const there = (useQuery(blueprintsQuery).data ?? []).filter((b) => b.kind === kind.kind);
  if (templates.isError) return <main className="pane page"><Failure what="The templates" error={templates.error} retry={() => templates.refetch()} /></main>;
  if (!templates.data || !schema.data) return <PageSkeleton />;
  if (as === "blank") return <Begun kind={kind} start={empty(kind.kind, schema.data as Schema)} />;
  const chosen = templates.data.find((t) => `${t.from}.${t.name}` === as);
  if (chosen) return <Begun kind={kind} start={chosen.text} />;
  const choose = (search: Asked) => ({ to: "/configuration/new" as "/tickets", search: { kind: kind.kind, ...search } as never });
  return (
    <main className="pane page" aria-label={`New ${inside(kind.title)}`}>
      <header className="top"><p className="t12 m3"><Link className="link" to={"/configuration/new" as "/tickets"}>All kinds</Link></p><h1 className="t20 b6">New {inside(kind.title)}</h1><p className="sub">{kind.summary}</p></header>
      <div className="scroll" style={{ padding: "16px 24px", maxWidth: 640 }}>
        <ul>
          <li className="useline"><Link className="link b5" {...choose({ as: "blank" })}>Blank</Link><p className="sub">Only what it cannot do without.</p></li>
          {templates.data.map((t) => <li key={t.from + t.name} className="useline"><Link className="link b5" {...choose({ as: `${t.from}.${t.name}` })}>{t.from === "example" ? "The example" : t.title}</Link><p className="sub">{t.from === "example" ? "A whole one that passes the checks, to change to your needs." : "From the starter kit."}</p></li>)}
          {there.length > 0 && <li className="useline"><Select label="A copy of one that is there" searchable placeholder="Choose one" data={there.map((b) => ({ value: b.name, label: b.title || b.name }))} onChange={(v) => v && void go(choose({ from: v }))} /></li>}
        </ul>
      </div>
    </main>
  );
}

function Copied({ kind, name }: { kind: Kind; name: string }) {
  const one = useQuery(blueprintQuery(kind.kind, name)), all = useQuery(blueprintsQuery);
  if (one.isError) return <main className="pane page"><Failure what={`${kind.kind}/${name}`} error={one.error} retry={() => one.refetch()} /></main>;
  if (!one.data || !all.data) return <PageSkeleton />;
  const taken = new Set(all.data.filter((b) => b.kind === kind.kind).map((b) => b.name));
  let fresh = `${name}-copy`.slice(0, 64);
  for (let n = 2; taken.has(fresh); n++) fresh = `${name.slice(0, 56)}-copy-${n}`;
  const named = setAt(readTree(one.data.text), ["name"], fresh);
  const t = readTree(named);
  return <Begun kind={kind} start={setAt(t, ["title"], `${String(t.value.title ?? name)}, copy`)} />;
}

function Begun({ kind, start }: { kind: Kind; start: string }) {
  const schema = useSchema(kind.kind);
  if (schema.isPending) return <PageSkeleton />;
  return (
    <main className="pane page" aria-label={`New ${inside(kind.title)}`}>
      <header className="top"><p className="t12 m3"><Link className="link" to={"/configuration/new" as "/tickets"} search={{ kind: kind.kind } as never}>Begin with something else</Link></p><h1 className="t20 b6">New {inside(kind.title)}</h1><p className="sub">Nothing applies until you have seen what it would do and said so.</p></header>
      <div className="bench"><Workbench key={kind.kind + start} kind={kind.kind} start={start} schema={(schema.data as Schema | undefined) ?? null} /></div>
    </main>
  );
}

/** A text with what every blueprint of the kind must have. */
function empty(kind: string, schema: Schema): string {
  const must = (schema.required ?? []).filter((k) => k !== "kind");
  return stringify(Object.fromEntries([["kind", kind], ...must.map((k) => [k, k === "name" || k === "title" ? "" : blank(schema, schema.properties![k])])]), { lineWidth: 0 });
}

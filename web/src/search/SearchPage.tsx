/** Everything that was found, by kind, with the words marked; one kind goes on for as long as one scrolls. */
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { completionsQuery, foundQuery } from "@/api/query";
import type { SearchGroup, SearchHit } from "@/api/types";
import { isApiError, sentenceOf } from "@/api/error";
import { countText } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Empty, Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { Parts } from "./Parts";
import { SearchField } from "./SearchField";
import "./search.css";

const SaveSearch = lazy(() => import("./SaveSearch").then((m) => ({ default: m.SaveSearch })));

export function SearchPage() {
  const { q = "", kind = "" } = useSearch({ strict: false }) as Record<string, string | undefined>;
  const go = useNavigate();
  // "status:" is a filter whose value is still being chosen.
  const ready = q.trim() !== "" && !q.trim().endsWith(":");
  const query = useInfiniteQuery({ ...foundQuery(q, kind), enabled: ready, placeholderData: keepPreviousData });
  // The row of kinds is that of the whole search, also while one of them is open.
  const whole = useInfiniteQuery({ ...foundQuery(q, ""), enabled: ready, placeholderData: keepPreviousData });
  const kinds = whole.data?.pages[0].groups ?? [];
  const groups = merged(query.data?.pages.map((p) => p.groups) ?? []);
  const hints = query.data?.pages[0].hints ?? [];
  const refused = query.isError && isApiError(query.error) && query.error.status === 422;
  const [saving, setSaving] = useState(false);
  // Views are lists of tickets.
  const tickets = ready && !refused && (kind === "" || kind === "ticket") && kinds.some((k) => k.kind === "ticket");
  useEffect(() => { document.title = q ? `${q}, search, Steward` : "Search, Steward"; }, [q]);
  return (
    <main className="pane page" aria-label="Search">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><h1 className="t20 b6">Search</h1><SearchField q={q} />{tickets && !saving && <Btn small onClick={() => setSaving(true)}>Save as a view</Btn>}</div>
        {saving && ready && <Suspense><SaveSearch q={q} close={() => setSaving(false)} /></Suspense>}
        {hints.map((h) => <p key={h} className="t12 attention" role="status" style={{ marginTop: 6 }}>{h}</p>)}
      </header>
      {ready && kinds.length > 0 && <div className="chips"><Choice label="Which kind" value={kind} options={[["", "Everything"], ...kinds.map((k) => [k.kind, k.count ? `${k.title} ${countText(k.count)}` : k.title] as const)]} onChange={(k) => void go({ to: "." as never, search: ((s: object) => ({ ...s, kind: k || undefined })) as never })} /></div>}
      <div className="scroll">
        {!ready ? <Start />
        : refused ? <Empty icon={<IconSearch size={20} stroke={1.75} aria-hidden />} title="This search cannot be read">{sentenceOf(query.error)}</Empty>
        : query.isError && !query.data ? <Failure what="The search" error={query.error} retry={() => query.refetch()} />
        : query.isPending ? <div className="hits" aria-busy="true">{[58, 44, 66, 38, 52].map((w) => <div key={w} className="found"><Skel w={`${w}%`} h={14} /><Skel w={`${w - 12}%`} style={{ marginTop: 8 }} /></div>)}</div>
        : groups.length === 0 ? <Empty icon={<IconSearch size={20} stroke={1.75} aria-hidden />} title={`Nothing matches “${q}”`}>Try fewer words, or leave a filter out. Words match from their beginning; “quotes” keep them together.</Empty>
        : <div style={query.isPlaceholderData ? { opacity: 0.6 } : undefined}>{groups.map((g) => <Group key={g.kind} group={g} alone={kind !== ""} q={q} />)}{kind && <More query={query} />}</div>}
      </div>
    </main>
  );
}

/** The pages of each kind as one list. */
function merged(pages: SearchGroup[][]): SearchGroup[] {
  const out = new Map<string, SearchGroup>();
  for (const page of pages) for (const g of page) {
    const had = out.get(g.kind);
    out.set(g.kind, had ? { ...had, items: [...had.items, ...g.items], next: g.next } : g);
  }
  return [...out.values()];
}

const FEW = 5;
function Group({ group: g, alone, q }: { group: SearchGroup; alone: boolean; q: string }) {
  const shown = alone ? g.items : g.items.slice(0, FEW);
  return (
    <section className="hits" aria-label={g.title}>
      {!alone && <div className="row hits-head"><h2 className="b6 grow">{g.title}</h2>{(g.next !== null || g.items.length > shown.length) && <Link className="link t12" to={"/search" as "/tickets"} search={{ q, kind: g.kind } as never}>All {countText(g.count)}</Link>}</div>}
      <ul>{shown.map((h) => <li key={h.id}><Hit hit={h} /></li>)}</ul>
    </section>
  );
}

function Hit({ hit: h }: { hit: SearchHit }) {
  return (
    <Link className="found" to={h.path as "/tickets"}>
      <span className="row" style={{ gap: 12 }}><span className="b5 grow cut" dir="auto">{h.title_parts.length ? <Parts of={h.title_parts} /> : h.title}</span>{h.at && <When at={h.at} className="m3 t12 nw" />}</span>
      {h.detail && <span className="sub cut" style={{ display: "block" }}>{h.detail}</span>}
      {h.snippet.length > 0 && <span className="snip m2" dir="auto"><Parts of={h.snippet} /></span>}
    </Link>
  );
}

/** What one can write, before anything is written. */
function Start() {
  const go = useNavigate();
  const filters = useQuery(completionsQuery(""));
  return (
    <div className="block" style={{ maxWidth: 720, border: 0 }}>
      <p className="m2">Words are found in titles, messages, names and addresses. “Quotes” keep words together, a minus leaves out, and these narrow it down:</p>
      <ul className="filters">{(filters.data ?? []).map((c) => (
        <li key={c.text}><button type="button" className="tag mono" onClick={() => void go({ to: "." as never, search: { q: c.text } as never })}>{c.text}</button><span className="m2">{c.doc}</span></li>
      ))}</ul>
    </div>
  );
}

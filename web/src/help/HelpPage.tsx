/** Help: the pages of the documentation, found by words, and one of them to read. It is part of the program and needs no network beyond it. */
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBook, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useRouterState, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState, type MouseEvent } from "react";
import { isApiError } from "@/api/error";
import { useCommands } from "@/app/commands";
import { Parts } from "@/search/Parts";
import { Empty, Failure, Skel } from "@/ui/State";
import { helpPageQuery, helpPath, helpQuery, type HelpSection } from "./query";
import "./help.css";

export function HelpPage() {
  const page = (useParams({ strict: false }) as { page?: string }).page;
  return page ? <Reading key={page} name={page} /> : <Index />;
}

function Index() {
  const { q = "" } = useSearch({ strict: false }) as { q?: string };
  const go = useNavigate();
  const [text, setText] = useState(q);
  const [typed] = useDebouncedValue(text.trim(), 200);
  const input = useRef<HTMLInputElement>(null);
  const query = useQuery({ ...helpQuery(typed), placeholderData: keepPreviousData });
  useCommands([{ id: "find", title: "Search the help", section: "list", keys: "/", run: () => input.current?.focus() }]);
  useEffect(() => { document.title = "Help, Steward"; }, []);
  useEffect(() => { if (typed !== q) void go({ to: "." as never, replace: true, search: (typed ? { q: typed } : {}) as never }); }, [typed, q, go]);
  return (
    <main className="pane page" aria-label="Help">
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><h1 className="t20 b6">Help</h1>
        <TextInput ref={input} type="search" aria-label="Search the help" placeholder="What are you looking for?" value={text} onChange={(e) => setText(e.currentTarget.value)} autoFocus leftSection={<IconSearch size={16} stroke={1.75} aria-hidden />} rightSection={text ? undefined : <kbd>/</kbd>} style={{ flex: "1 1 260px", maxWidth: 480 }} />
      </div></header>
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The help" error={query.error} retry={() => query.refetch()} />
        : query.isPending ? <div className="helplist" aria-busy="true">{[40, 62, 48, 70, 55].map((w) => <div key={w}><Skel w={`${w / 2}%`} h={14} /><Skel w={`${w}%`} style={{ marginTop: 8 }} /></div>)}</div>
        : query.data.length === 0 ? <Empty icon={<IconBook size={20} stroke={1.75} aria-hidden />} title={`The help has nothing about “${typed}”`}>Try one word of it, or the name of what you see on the screen.</Empty>
        : groups(query.data).map(([title, list]) => (
          <section key={title} aria-label={title || "Found"}>
            {title && <h2 className="h3 helpgroup">{title}</h2>}
            <ul className="helplist">{list.map((s) => <li key={`${s.page}#${s.anchor}`}><Found of={s} /></li>)}</ul>
          </section>
        ))}
      </div>
    </main>
  );
}

/** Neighbours of one group together; what was found by words is in none. */
function groups(list: HelpSection[]): [string, HelpSection[]][] {
  const out: [string, HelpSection[]][] = [];
  for (const s of list) {
    const last = out[out.length - 1];
    if (last && last[0] === s.group) last[1].push(s);
    else out.push([s.group, [s]]);
  }
  return out;
}

const Found = ({ of: s }: { of: HelpSection }) => {
  const { to, hash } = helpPath(s);
  return (
    <Link to={to as "/tickets"} hash={hash} className="found">
      <span className="row" style={{ gap: 12 }}><b className="b5 grow cut">{s.title}</b>{s.of !== s.title && <span className="m3 t12 nw">{s.of}</span>}</span>
      {(s.summary || s.snippet.length > 0) && <span className="snip m2">{s.summary || <Parts of={s.snippet} />}</span>}
    </Link>
  );
};

function Reading({ name }: { name: string }) {
  const query = useQuery(helpPageQuery(name));
  const go = useNavigate();
  const hash = useRouterState({ select: (s) => s.location.hash });
  const box = useRef<HTMLDivElement>(null);
  const page = query.data;
  useEffect(() => { document.title = page ? `${page.title}, Help, Steward` : "Help, Steward"; }, [page]);
  useEffect(() => {
    if (!page) return;
    const at = hash ? document.getElementById(hash) : null;
    if (at && box.current?.contains(at)) at.scrollIntoView({ block: "start" });
    else box.current?.scrollTo({ top: 0 });
  }, [page, hash]);
  // Links between pages stay in the workspace.
  const follow = (e: MouseEvent) => {
    const to = (e.target as HTMLElement).closest("a")?.getAttribute("href");
    if (!to || e.metaKey || e.ctrlKey || e.shiftKey || e.button !== 0 || !/^[/#]/.test(to)) return;
    e.preventDefault();
    const [path, anchor] = to.split("#");
    void go({ to: (path || `/help/${name}`) as "/tickets", hash: anchor });
  };
  if (query.isError && !page)
    return <main className="pane page" style={{ justifyContent: "center" }}>{isApiError(query.error) && query.error.status === 404
      ? <Empty icon={<IconBook size={20} stroke={1.75} aria-hidden />} title="The help has no such page" action={<Link className="btn" to={"/help" as "/tickets"}>All pages</Link>}>It may have another name in this version.</Empty>
      : <Failure what="This page" error={query.error} retry={() => query.refetch()} />}</main>;
  return (
    <main className="pane page" aria-label="Help">
      <header className="top"><p className="sub"><Link className="link" to={"/help" as "/tickets"}>Help</Link></p><h1 className="t20 b6">{page ? page.title : <Skel w={220} h={20} />}</h1></header>
      <div className="scroll helppage" ref={box} role="region" tabIndex={0} aria-label="Text">
        {page && page.headings.length > 2 && <nav aria-label="On this page"><ul>{page.headings.filter((h) => h.level < 4).map((h) => <li key={h.anchor} className={h.level > 2 ? "deeper" : undefined}><a href={`#${h.anchor}`} onClick={follow} aria-current={hash === h.anchor ? "location" : undefined}>{h.title}</a></li>)}</ul></nav>}
        {page ? <article className="prose" lang="en" dir="ltr" onClick={follow} dangerouslySetInnerHTML={{ __html: page.html }} /> : <div className="prose" aria-busy="true">{[90, 76, 84, 60, 88].map((w) => <Skel key={w} w={`${w}%`} style={{ marginBottom: 12 }} />)}</div>}
      </div>
    </main>
  );
}

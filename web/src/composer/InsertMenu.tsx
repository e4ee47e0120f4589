/** Insert what helps: an article, or the workaround of a known issue. What fits this ticket comes first, others by searching. */
import { Menu } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconExternalLink, IconNotes } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { articlesQuery, searchQuery } from "@/api/query";
import type { Article, ID, KnownIssue } from "@/api/types";
import { useCan } from "@/app/session";
import { engineeringQuery } from "@/engineering/query";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { linkTo } from "./markdown";

interface Props { ticket: ID; /** The words go to the customer, who cannot open what is for colleagues. */ reply: boolean; insert: (text: string) => void }
interface Row { key: string; title: string; note: string; pick: () => void; href?: string }

const MOST = 8;
export function InsertMenu({ ticket, reply, insert }: Props) {
  const knows = useCan("known_issue.read"), reads = useCan("blueprint.read");
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [find] = useDebouncedValue(text.trim(), 200);
  const articles = useQuery({ ...articlesQuery(find, ticket), enabled: open && reads });
  const own = useQuery({ ...engineeringQuery(ticket), enabled: open && knows });
  const found = useQuery({ ...searchQuery(find), enabled: open && knows && find.length > 1 });
  if (!knows && !reads) return null;

  const useArticle = (a: Article) => { setOpen(false); insert(linkTo(a.title, a.url)); };
  const useKnown = async (id: ID) => {
    setOpen(false);
    try {
      const k = await api.get<KnownIssue>(`/known-issues/${id}`);
      if (!k.workaround) return say("This known issue has no workaround yet.");
      insert(k.workaround);
      await api.put(`/tickets/${ticket}/known-issues/${id}`, {});
    } catch (e) {
      say(sentenceOf(e));
    }
  };
  const read = (articles.data ?? []).filter((a) => !reply || a.audience === "everybody").slice(0, MOST).map<Row>((a) => ({ key: `a${a.name}`, title: a.title, note: a.audience === "colleagues" ? "for colleagues" : "", pick: () => useArticle(a), href: a.url }));
  const hits = found.data?.groups.find((g) => g.kind === "known_issue")?.items ?? [];
  const mine = (own.data?.known_issues ?? []).filter((k) => !find || k.title.toLowerCase().includes(find.toLowerCase()));
  const known = [...mine.map((k) => ({ id: k.id, title: k.title, note: "this ticket" })), ...hits.filter((h) => !mine.some((k) => k.id === h.id)).map((h) => ({ id: h.id, title: h.title, note: h.detail }))]
    .slice(0, MOST).map<Row>((k) => ({ key: `k${k.id}`, title: k.title, note: k.note, pick: () => void useKnown(k.id) }));
  const waits = (reads && articles.isPending) || (knows && own.isPending) || found.isFetching;
  const wrong = articles.error ?? own.error ?? found.error;
  const first = read[0] ?? known[0];
  return (
    <Menu opened={open} onChange={(o) => { setOpen(o); setText(""); }} position="top-start" width={340} trapFocus={false}>
      <Menu.Target><Btn small kind="quiet" tip="Insert an article or a known issue" icon={<IconNotes size={16} stroke={1.75} aria-hidden />} /></Menu.Target>
      <Menu.Dropdown>
        <input className="menufind" autoFocus value={text} placeholder="Find an article or a known issue" aria-label="Find an article or a known issue" onChange={(e) => setText(e.target.value)} onKeyDown={(e) => { if (e.key === "Enter" && first) { e.preventDefault(); first.pick(); } }} />
        <div style={{ maxHeight: 320, overflowY: "auto" }}>
          <Group title="Articles" rows={read} />
          <Group title="Known issues" rows={known} />
        </div>
        {read.length + known.length === 0 && <p className="m3 t12 menunote">{waits ? "Loading" : find ? "Nothing matches" : "Nothing fits this ticket. Type to find something."}</p>}
        {wrong && <p className="danger t12 menunote">{sentenceOf(wrong)}</p>}
      </Menu.Dropdown>
    </Menu>
  );
}

function Group({ title, rows }: { title: string; rows: Row[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <Menu.Label>{title}</Menu.Label>
      {rows.map((r) => (
        <div key={r.key} className="row" style={{ gap: 0 }}>
          <Menu.Item className="grow" style={{ minWidth: 0 }} onClick={r.pick}><span dir="auto">{r.title}</span>{r.note && <span className="m3 t12"> {r.note}</span>}</Menu.Item>
          {r.href && <a className="m3" style={{ padding: 6 }} href={r.href} target="_blank" rel="noreferrer" aria-label={`Read ${r.title}`} title="Read it in a new tab"><IconExternalLink size={14} stroke={1.75} aria-hidden /></a>}
        </div>
      ))}
    </>
  );
}

/** Insert what helps: the workaround of a known issue, those of this ticket first, others by searching. */
import { Menu } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconNotes } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import { searchQuery } from "@/api/query";
import type { ID, KnownIssue } from "@/api/types";
import { useCan } from "@/app/session";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { engineeringQuery } from "./query";

export function KnownMenu({ ticket, insert }: { ticket: ID; insert: (text: string) => void }) {
  const may = useCan("known_issue.read");
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [find] = useDebouncedValue(text.trim(), 200);
  const own = useQuery({ ...engineeringQuery(ticket), enabled: open });
  const found = useQuery({ ...searchQuery(find), enabled: open && find.length > 1 });
  const hits = found.data?.groups.find((g) => g.kind === "known_issue")?.items ?? [];
  const mine = (own.data?.known_issues ?? []).filter((k) => !find || k.title.toLowerCase().includes(find.toLowerCase()));
  if (!may) return null;
  const use = async (id: ID) => {
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
  const rows = [...mine.map((k) => ({ id: k.id, title: k.title, note: "this ticket" })), ...hits.filter((h) => !mine.some((k) => k.id === h.id)).map((h) => ({ id: h.id, title: h.title, note: h.detail }))];
  return (
    <Menu opened={open} onChange={(o) => { setOpen(o); setText(""); }} position="top-start" width={300} trapFocus={false}>
      <Menu.Target><Btn small kind="quiet" tip="Insert a known issue" icon={<IconNotes size={16} stroke={1.75} aria-hidden />} /></Menu.Target>
      <Menu.Dropdown>
        <input className="menufind" autoFocus value={text} placeholder="Find a known issue" aria-label="Find a known issue" onChange={(e) => setText(e.target.value)} onKeyDown={(e) => { if (e.key === "Enter" && rows[0]) { e.preventDefault(); void use(rows[0].id); } }} />
        <div style={{ maxHeight: 260, overflowY: "auto" }}>{rows.map((r) => <Menu.Item key={r.id} onClick={() => void use(r.id)}><span dir="auto">{r.title}</span><span className="m3 t12"> {r.note}</span></Menu.Item>)}</div>
        {rows.length === 0 && <p className="m3 t12 menunote">{find.length > 1 ? (found.isPending ? "Searching" : "Nothing matches") : own.isPending ? "Loading" : "None on this ticket. Type to find one."}</p>}
        {found.isError && <p className="danger t12 menunote">{sentenceOf(found.error)}</p>}
      </Menu.Dropdown>
    </Menu>
  );
}

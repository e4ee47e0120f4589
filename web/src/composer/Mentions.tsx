/** Colleagues and teams to name in a note, while an @ is typed. The keys stay in the text: arrows, Enter or Tab, Esc. */
import { IconUsersGroup } from "@tabler/icons-react";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { forwardRef, useEffect, useImperativeHandle, useState, type ReactNode } from "react";
import { peopleQuery, teamsQuery } from "@/api/query";
import { useMe } from "@/app/session";
import { inside, plural } from "@/lib/words";
import { Avatar } from "@/ui/Avatar";
import { handleOf } from "./mention";

export interface MentionKeys { /** Whether the key was for the list. */ key: (k: string) => boolean }
interface Props { id: string; word: string; onPick: (handle: string) => void; onShut: () => void; onMark: (option: string | null) => void }
interface Choice { key: string; handle: string; title: string; detail: string; icon: ReactNode }

const MOST = 6;
export const Mentions = forwardRef<MentionKeys, Props>(function Mentions({ id, word, onPick, onShut, onMark }, ref) {
  const me = useMe();
  const [find] = useDebouncedValue(word.toLowerCase(), 120);
  const people = useInfiniteQuery(peopleQuery(find, "agent"));
  const teams = useQuery({ ...teamsQuery, retry: false }).data ?? [];
  const low = word.toLowerCase();
  const groups: Choice[] = teams.filter((t) => t.members.length > 0).filter((t) => `${t.name} ${t.title}`.toLowerCase().split(/[\s-]+/).some((w) => w.startsWith(low)) || t.name.startsWith(low)).slice(0, low ? 3 : 2)
    .map((t) => ({ key: `t${t.name}`, handle: t.name, title: t.title, detail: `Team, ${plural(t.members.length, "person", "people")}`, icon: <span className="mteam"><IconUsersGroup size={16} stroke={1.75} aria-hidden /></span> }));
  const list: Choice[] = [
    ...(people.data?.pages[0]?.items ?? []).filter((p) => p.id !== me.person.id && p.email && !p.suspended_at).slice(0, MOST - Math.min(groups.length, 2))
      .map((p) => ({ key: `p${p.id}`, handle: handleOf(p.email), title: p.name, detail: "", icon: <Avatar id={p.id} name={p.name} /> })),
    ...groups,
  ];
  const [at, setAt] = useState(0);
  const keys = list.map((c) => c.key).join();
  useEffect(() => setAt(0), [keys]);
  const now = list[Math.min(at, list.length - 1)];
  useEffect(() => { onMark(now ? `${id}-${now.key}` : null); return () => onMark(null); }, [now?.key]); // eslint-disable-line react-hooks/exhaustive-deps
  useEffect(() => { if (now) document.getElementById(`${id}-${now.key}`)?.scrollIntoView?.({ block: "nearest" }); }, [now?.key]); // eslint-disable-line react-hooks/exhaustive-deps
  useImperativeHandle(ref, () => ({
    key: (k) => {
      if (k === "Escape") { onShut(); return true; }
      if (list.length === 0) return false;
      if (k === "ArrowDown" || k === "ArrowUp") { setAt((at + (k === "ArrowDown" ? 1 : list.length - 1)) % list.length); return true; }
      if ((k === "Enter" || k === "Tab") && now) { onPick(now.handle); return true; }
      return false;
    },
  }));
  if (list.length === 0) return people.isPending ? null : <p className="mnames t12 m3" role="status">No colleague or team has this name.</p>;
  return (
    <ul className="mnames" role="listbox" id={id} aria-label="Colleagues and teams">
      {list.map((c) => (
        <li key={c.key} id={`${id}-${c.key}`} role="option" aria-selected={c === now} onMouseDown={(e) => { e.preventDefault(); onPick(c.handle); }} onMouseMove={() => setAt(list.indexOf(c))}>
          {c.icon}<span className="cut b5" dir="auto">{c.title}</span><span className="cut m3 t12 grow">@{c.handle}{c.detail && `, ${inside(c.detail)}`}</span>
        </li>
      ))}
    </ul>
  );
});

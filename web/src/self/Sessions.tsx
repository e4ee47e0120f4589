/** Where one is signed in, and a way out of each. */
import { IconDeviceDesktop, IconDeviceMobile } from "@tabler/icons-react";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Session } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { Tag } from "@/ui/Tag";
import { When } from "@/ui/When";
import { browserOf } from "./browser";

const query = queryOptions({ queryKey: ["sessions"], queryFn: () => api.get<{ items: Session[] }>("/sessions").then((r) => r.items) });
export function Sessions() {
  const q = useQueryClient();
  const list = useQuery(query);
  const others = (list.data ?? []).filter((s) => !s.current);
  async function end(these: Session[]) {
    try {
      for (const s of these) await api.del(`/sessions/${s.id}`);
      say(these.length === 1 ? "Signed out there." : `Signed out in ${these.length} other browsers.`);
    } catch (e) {
      fail("You are still signed in there", e);
    }
    await q.invalidateQueries({ queryKey: query.queryKey });
  }
  return (
    <section className="block setting" aria-label="Sessions">
      <div><h2 className="h3">Sessions</h2><p className="sub">Where you are signed in. One that is not used for 14 days ends by itself; one of the public pages ends after 30, and opens nothing of the workspace.</p></div>
      <div>
        {list.isError && !list.data ? <Failure what="The list of sessions" error={list.error} retry={() => list.refetch()} /> : list.isPending ? <Skel w="60%" /> : (
          <ul className="sessions">
            {(list.data ?? []).map((s) => (
              <li key={s.id} className="row" style={{ gap: 10, minHeight: 44 }}>
                {/Mobi|Android|iPhone/.test(s.device) ? <IconDeviceMobile size={16} stroke={1.75} aria-hidden className="m3" /> : <IconDeviceDesktop size={16} stroke={1.75} aria-hidden className="m3" />}
                <span className="grow cut"><b className="b5" title={s.device}>{browserOf(s.device)}</b>{" "}{s.portal && <Tag>Public pages</Tag>}{s.current ? <span className="tag accent" style={{ marginInlineStart: 8 }}>This browser</span> : <span className="sub"> used <When at={s.seen_at} /></span>}</span>
                {!s.current && <Btn small onClick={() => void end([s])} aria-label={`Sign out in ${browserOf(s.device)}`}>Sign out</Btn>}
              </li>
            ))}
          </ul>
        )}
        {others.length > 1 && <Btn small onClick={() => void end(others)}>Sign out everywhere else</Btn>}
      </div>
    </section>
  );
}

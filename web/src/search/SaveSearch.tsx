/** A search of tickets as a view of the desk: what is kept, what a view does not hold, and the name. */
import { useQueries } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { api } from "@/api/client";
import type { TicketFilter } from "@/api/query";
import type { ID, Page } from "@/api/types";
import { useMe } from "@/app/session";
import { KeepView } from "@/desk/KeepView";
import { usual } from "@/desk/columns";
import { listOf } from "@/lib/words";
import { Skel } from "@/ui/State";
import { Warn } from "@/ui/Tag";
import { asView, meantKey, pieces, toLookUp } from "./asView";

const paths: Record<string, string> = { org: "/organizations", requester: "/people", assignee: "/people" };

export function SaveSearch({ q, close }: { q: string; close: () => void }) {
  const me = useMe();
  const go = useNavigate();
  const all = pieces(q), names = toLookUp(all);
  const found = useQueries({ queries: names.map((p) => ({
    queryKey: ["meant", p.name, p.value.toLowerCase()], staleTime: 30_000,
    queryFn: () => api.get<Page<{ id: ID }>>(paths[p.name], { q: p.value, limit: 2, ...(p.name === "assignee" ? { kind: "agent" } : {}) }).then((r) => r.items.map((x) => x.id)),
  })) });
  if (found.some((f) => f.isPending)) return <div className="savesearch" aria-busy="true"><Skel w="48%" h={14} /></div>;
  const { filter, left, narrowed } = asView(all, me.person.id, Object.fromEntries(names.map((p, i) => [meantKey(p), found[i].data])));
  const show = (f: Record<string, string | undefined>) => void go({ to: "/tickets", search: f as never });
  const empty = Object.keys(filter).length === 0;
  return (
    <section className="savesearch" aria-label="Save the search as a view">
      {left.length > 0 && <p className="attention row" role="status"><Warn /><span>A view keeps filters that mean one thing, not words. It leaves out: {left.map((t, i) => <span key={i}>{i > 0 && ", "}<b className="b6" dir="auto">{t}</b></span>)}.</span></p>}
      {narrowed && <p className="m2">No state is named, so the view shows tickets that still need work. Add <span className="mono">status:</span> for others.</p>}
      {empty ? <p className="m2">Nothing is left for a view to keep. Add a filter, such as <span className="mono">status:open</span>.</p> : (
        <>
          <KeepView filter={filter} look={{ columns: usual, group: filter.sort ? "none" : "due" }} current={null} set={show} close={close} begin="new" leave={close} />
          <p className="t12"><Link className="link" to="/tickets" search={filter as never}>Open it as a list</Link> <span className="m3">with {listOf(held(filter))}</span></p>
        </>
      )}
    </section>
  );
}

const called: Record<keyof TicketFilter, string> = { view: "", sort: "", status: "status", assignee: "assignee", team: "team", priority: "priority", requester: "requester", organization: "organization", tag: "tag", type: "type", filter: "a condition" };
const held = (f: TicketFilter): string[] => (Object.keys(f) as (keyof TicketFilter)[]).map((k) => called[k]).filter(Boolean);

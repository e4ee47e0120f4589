/** What is to be done about an account: open calls to action, put off or closed in place. */
import { Menu } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { phrase } from "@/language/phrase";
import { exact } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { Skel } from "@/ui/State";
import { fail, say } from "@/ui/notify";
import { When } from "@/ui/When";
import { AddCall } from "./AddCall";
import { Export } from "./Export";
import { callsQuery, typeWord, type Call } from "./data";

const closures: Record<string, string> = { success: "Done", not_a_priority: "Not a priority", already_solved: "Already solved", not_relevant: "Not relevant", lack_of_engagement: "They do not engage" };

export function Actions({ id, may }: { id: number; may: boolean }) {
  const query = useInfiniteQuery(callsQuery({ account: id }));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="card" aria-label="Open actions">
      <header><h2 className="h3 grow">Open actions</h2><span className="t12 m3">{rows.length || ""}</span><Export table="calls" ask={{ account: id, state: "open" }} tip="Export the open actions" />{may && <AddCall id={id} />}</header>
      {query.isPending ? <div className="in"><Skel w="70%" /></div> : rows.length === 0 ? <p className="in m3">Nothing is to be done.</p> : <ul>{rows.map((c) => <One key={c.id} c={c} may={may} />)}</ul>}
      <More query={query} />
    </section>
  );
}

function One({ c, may }: { c: Call; may: boolean }) {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (body: object) => api.patch<Call>(`/calls/${c.id}`, { version: c.version, ...body }),
    onSuccess: (_, body) => { say("closure" in body ? "Closed" : "Put off for a week"); },
    onError: (e) => fail("This could not be changed", e),
    onSettled: () => { void client.invalidateQueries({ queryKey: ["calls"] }); void client.invalidateQueries({ queryKey: ["account-lines", c.account.id] }); },
  });
  const late = c.due && Date.parse(c.due) < Date.now();
  return (
    <li className="in" style={{ borderTop: "1px solid var(--line)" }}>
      <div className="row" style={{ gap: 8 }}>
        <span className="grow" style={{ minWidth: 0 }}><span className="b5 break" style={{ display: "block" }}>{c.title}</span><span className="t12 m3">{[typeWord[c.type], c.reason, c.owner?.name ?? "nobody's", c.state === "snoozed" && phrase(`put off: ${c.snooze_reason}`)].filter(Boolean).join(", ")}</span></span>
        {c.due && <span className={`t12 ${late ? "danger" : "m2"}`} title={exact(c.due)}><When at={c.due} /></span>}
        {may && (
          <Menu position="bottom-end"><Menu.Target><Btn small busy={change.isPending}>Close</Btn></Menu.Target>
            <Menu.Dropdown>
              {Object.entries(closures).map(([k, word]) => <Menu.Item key={k} onClick={() => change.mutate({ closure: k })}>{word}</Menu.Item>)}
              {c.type === "lifecycle" && <Menu.Item onClick={() => change.mutate({ closure: "not_needed" })}>Not needed</Menu.Item>}
              <Menu.Divider />
              <Menu.Item onClick={() => change.mutate({ snooze_until: new Date(Date.now() + 7 * 86_400_000).toISOString(), snooze_reason: "Put off for a week" })}>Put off for a week</Menu.Item>
            </Menu.Dropdown></Menu>
        )}
      </div>
    </li>
  );
}

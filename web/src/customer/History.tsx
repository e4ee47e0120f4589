/** What somebody did, or what was done with them and for them, the newest first: of a person, an organization or a team. */
import { IconHistory } from "@tabler/icons-react";
import { Select } from "@mantine/core";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { Choice } from "@/ui/Choice";
import { More } from "@/ui/More";
import { Empty, Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";

interface Happened { id: number; at: string; verb: string; says: string; by: string; subject: { kind: string; id: number }; title: string }
const historyQuery = (of: string, what: string, kind: string) => infiniteQueryOptions({
  queryKey: ["history", of, what, kind],
  queryFn: ({ pageParam }) => api.get<{ items: Happened[]; next: string | null }>(`${of}/history`, { what: what || undefined, kind: kind || undefined, cursor: pageParam }),
  initialPageParam: null as string | null,
  getNextPageParam: (p) => p.next || null,
});
/** What of it is told, and the words for a part in which nothing is. */
export interface Past { choices: readonly (readonly [string, string])[]; nothing: Record<string, string>; /** Of one kind of record alone. */ kinds?: boolean; begin?: string }
export const personPast = (agent: boolean): Past => ({ choices: [["by", "What they did"], ["for", "Done for them"]], nothing: { by: "What they do appears here.", for: "What others do about them and their tickets appears here." }, kinds: true, begin: agent ? "by" : "for" });
export const organizationPast: Past = { choices: [["with", "About it and its people"], ["for", "Done for it"]], nothing: { with: "Changes of the organization, its account and its people appear here.", for: "What happens to tickets of its people appears here." } };
export const teamPast: Past = { choices: [], nothing: { "": "Who comes into the team, and who leaves it, appears here." } };
const kinds = [{ value: "", label: "All records" }, { value: "ticket", label: "Tickets" }, { value: "person", label: "People" }, { value: "organization", label: "Organizations" }, { value: "run", label: "Playbooks" }, { value: "change", label: "Configuration" }];
const places: Record<string, string> = { ticket: "tickets", person: "people", organization: "organizations", run: "runs", change: "configuration/changes", issue: "issues", application: "applications", account: "accounts" };

/** of is where the record is read, such as /people/7. */
export function History({ of, past }: { of: string; past: Past }) {
  const [what, setWhat] = useState(past.begin ?? past.choices[0]?.[0] ?? "");
  const [kind, setKind] = useState("");
  const query = useInfiniteQuery(historyQuery(of, what, kind));
  const list = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section aria-label="History" className="col" style={{ minHeight: 0 }}>
      {past.choices.length > 0 && <div className="row wrap chips"><Choice label="Whose doing" value={what} options={past.choices} onChange={setWhat} />{past.kinds && <Select size="xs" aria-label="Kind of record" allowDeselect={false} data={kinds} value={kind} onChange={(v) => setKind(v ?? "")} style={{ width: 150 }} />}</div>}
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The history" error={query.error} retry={() => query.refetch()} />
        : query.isPending ? [1, 2, 3, 4, 5].map((i) => <Skel key={i} w="70%" style={{ margin: "12px 24px" }} />)
        : list.length === 0 && !query.hasNextPage ? <Empty icon={<IconHistory size={20} stroke={1.75} aria-hidden />} title="Nothing here">{past.nothing[what]}</Empty>
        : <ol className="past">{list.map((h) => <Line key={h.id} line={h} byThem={what === "by"} here={of} />)}</ol>}
        <More query={query} />
      </div>
    </section>
  );
}

function Line({ line: h, byThem, here }: { line: Happened; byThem: boolean; here: string }) {
  const place = places[h.subject.kind];
  // What is about the record itself needs no link to it.
  if (h.subject.kind === "team" || here === `/${place}/${h.subject.id}`) return <li className="row"><span className="grow" style={{ minWidth: 0 }}><span className="break">{h.says}</span><span className="sub cut" style={{ display: "block" }}>{h.by}</span></span><When at={h.at} className="m3 t12 nw" /></li>;
  const name = h.subject.kind === "ticket" ? `${h.subject.id}  ${h.title}` : `${h.subject.kind.replaceAll("_", " ")} ${h.subject.id}`;
  return (
    <li className="row"><span className="grow" style={{ minWidth: 0 }}><span className="break">{byThem || !h.by ? h.says : `${h.by}: ${h.says}`}</span>
      <span className="sub cut" dir="auto" style={{ display: "block" }}>{place ? <Link className="link" to={`/${place}/${h.subject.id}` as "/tickets"}>{name}</Link> : name}</span></span><When at={h.at} className="m3 t12 nw" /></li>
  );
}

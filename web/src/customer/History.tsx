/** What a person did, or what was done for them, the newest first. */
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
const historyQuery = (id: number, what: string, kind: string) => infiniteQueryOptions({
  queryKey: ["person", id, "history", what, kind],
  queryFn: ({ pageParam }) => api.get<{ items: Happened[]; next: string | null }>(`/people/${id}/history`, { what, kind, cursor: pageParam }),
  initialPageParam: null as string | null,
  getNextPageParam: (p) => p.next || null,
});
const whats = [["by", "What they did"], ["for", "Done for them"]] as const;
const kinds = [{ value: "", label: "All records" }, { value: "ticket", label: "Tickets" }, { value: "person", label: "People" }, { value: "organization", label: "Organizations" }, { value: "run", label: "Playbooks" }, { value: "change", label: "Configuration" }];
const places: Record<string, string> = { ticket: "tickets", person: "people", organization: "organizations", run: "runs", change: "configuration/changes", issue: "issues", application: "applications" };

export function History({ person, agent }: { person: number; agent: boolean }) {
  const [what, setWhat] = useState<"by" | "for">(agent ? "by" : "for");
  const [kind, setKind] = useState("");
  const query = useInfiniteQuery(historyQuery(person, what, kind));
  const list = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section aria-label="History" className="col" style={{ minHeight: 0 }}>
      <div className="row wrap chips"><Choice label="Whose doing" value={what} options={whats} onChange={setWhat} /><Select size="xs" aria-label="Kind of record" allowDeselect={false} data={kinds} value={kind} onChange={(v) => setKind(v ?? "")} style={{ width: 150 }} /></div>
      <div className="scroll">
        {query.isError && !query.data ? <Failure what="The history" error={query.error} retry={() => query.refetch()} />
        : query.isPending ? [1, 2, 3, 4, 5].map((i) => <Skel key={i} w="70%" style={{ margin: "12px 24px" }} />)
        : list.length === 0 && !query.hasNextPage ? <Empty icon={<IconHistory size={20} stroke={1.75} aria-hidden />} title="Nothing here">{what === "by" ? "What they do appears here." : "What others do about them and their tickets appears here."}</Empty>
        : <ol className="past">{list.map((h) => <Line key={h.id} line={h} byThem={what === "by"} />)}</ol>}
        <More query={query} />
      </div>
    </section>
  );
}

function Line({ line: h, byThem }: { line: Happened; byThem: boolean }) {
  const place = places[h.subject.kind];
  const name = h.subject.kind === "ticket" ? `${h.subject.id}  ${h.title}` : `${h.subject.kind.replaceAll("_", " ")} ${h.subject.id}`;
  return (
    <li className="row"><span className="grow" style={{ minWidth: 0 }}><span className="break">{byThem || !h.by ? h.says : `${h.by}: ${h.says}`}</span>
      <span className="sub cut" dir="auto" style={{ display: "block" }}>{place ? <Link className="link" to={`/${place}/${h.subject.id}` as "/tickets"}>{name}</Link> : name}</span></span><When at={h.at} className="m3 t12 nw" /></li>
  );
}

/** Usage of organizations that nobody knows: it is kept until somebody says whose it is. */
import { Select } from "@mantine/core";
import { IconChartDots } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import { useCan } from "@/app/session";
import { number, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { fail, say } from "@/ui/notify";
import { Empty, Failure, Skel } from "@/ui/State";
import { Export } from "./Export";
import { dateText, strayQuery, type Stray } from "./data";
import "./account.css";

export function UnknownPage() {
  const query = useInfiniteQuery(strayQuery), may = useCan("account.write");
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  useEffect(() => { document.title = "Unknown usage, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Unknown usage">
      <header className="top"><p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/accounts" as "/tickets"}>Accounts</Link></p>
        <div className="row"><h1 className="t20 b6 grow">Unknown usage</h1>{rows.length > 0 && <Export table="unknown" ask={{}} tip="Export this list" />}</div>
        <p className="t12 m2">Products report about organizations by ids of their own. What comes under an id that nobody knows is kept here for 90 days. Say whose it is: its points become theirs, and the id is known from then on.</p></header>
      <div className="scroll">
        {query.isError && rows.length === 0 ? <Failure what="Unknown usage" error={query.error} retry={() => query.refetch()} />
        : query.isPending ? <div className="waiting"><Skel w="60%" h={60} /></div>
        : rows.length === 0 ? <Empty icon={<IconChartDots size={20} stroke={1.75} aria-hidden />} title="All usage is somebody's">Points that name an organization nobody knows wait here.</Empty>
        : <ul className="waiting">{rows.map((s) => <One key={s.id} s={s} may={may} />)}</ul>}
        <More query={query} />
      </div>
    </main>
  );
}

interface Claimed { left: number; report: { accepted: number } }
function One({ s, may }: { s: Stray; may: boolean }) {
  const client = useQueryClient();
  const [text, setText] = useState(""), [to, setTo] = useState<string | null>(null), [open, setOpen] = useState(false), [left, setLeft] = useState<number | null>(null);
  const found = useQuery({ queryKey: ["organizations-named", text], enabled: open, staleTime: 30_000, queryFn: ({ signal }) => api.get<Page<{ id: number; name: string }>>("/organizations", { q: text || undefined, limit: 20 }, signal).then((r) => r.items) }).data ?? [];
  const first = dateText(s.first.slice(0, 10)), last = dateText(s.last.slice(0, 10));
  const claim = useMutation({
    // Up to ten thousand points are taken in at once: a long history takes several turns.
    mutationFn: async () => { for (;;) { const r = await api.post<Claimed>(`/usage/unknown/${s.id}/claim`, { organization_id: Number(to) }); if (r.left === 0) return; setLeft(r.left); } },
    onSuccess: () => say(`The points are ${found.find((o) => String(o.id) === to)?.name ?? "its"} now`), onError: (e) => fail("They could not be claimed", e),
    onSettled: () => { setLeft(null); for (const k of ["usage-unknown", "account-usage", "account-lines", "account-observed"]) void client.invalidateQueries({ queryKey: [k] }); },
  });
  return (
    <li className="card">
      <p className="row wrap" style={{ gap: 8 }}><b className="b6 break grow" dir="auto">{s.organization}</b><span className="t12 m3">{s.source}</span></p>
      <p className="t12 m2">{plural(s.points, "point")}, {first === last ? first : <>{first} to {last}</>}</p>
      {may && <div className="row wrap" style={{ gap: 8 }}>
        <Select size="xs" aria-label={`Whose is ${s.organization}`} placeholder="Whose is it?" style={{ flex: "1 1 200px" }} searchable value={to} onChange={setTo} onSearchChange={setText} onDropdownOpen={() => setOpen(true)} nothingFoundMessage="No organization of this name" filter={({ options }) => options} data={found.map((o) => ({ value: String(o.id), label: o.name }))} />
        <Btn kind="pri" small disabled={!to} busy={claim.isPending} onClick={() => claim.mutate()}>Claim it</Btn>
      </div>}
      {left !== null && <p className="t12 m3" role="status">{number(left)} points wait still.</p>}
    </li>
  );
}

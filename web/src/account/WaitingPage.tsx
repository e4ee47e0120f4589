/** Mail for timelines whose account is not known: whoever knows says which, or removes it. */
import { Select } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Page } from "@/api/types";
import { phrase } from "@/language/phrase";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { Empty, Failure, Skel } from "@/ui/State";
import { Sure } from "@/ui/Sure";
import { fail, say } from "@/ui/notify";
import { When } from "@/ui/When";
import { Files } from "./Files";
import { waitingQuery, type Account, type WaitingMail } from "./data";
import "./account.css";

export function WaitingPage() {
  const query = useInfiniteQuery(waitingQuery);
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const address = query.data?.pages[0]?.address;
  useEffect(() => { document.title = "Mail without an account, Steward"; }, []);
  return (
    <main className="pane page" aria-label="Mail without an account">
      <header className="top"><p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/accounts" as "/tickets"}>Accounts</Link></p>
        <h1 className="t20 b6">Mail without an account</h1>
        <p className="t12 m2">{address ? <>Colleagues put mail on timelines by Bcc to <span className="break">{address}</span> or by forwarding it there. What names nobody of an account waits here for 90 days.</> : "No mailbox takes mail for timelines. Add one that makes a timeline under Configuration."}</p></header>
      <div className="scroll">
        {query.isError && rows.length === 0 ? <Failure what="This mail" error={query.error} retry={() => query.refetch()} />
        : query.isPending ? <div className="waiting"><Skel w="60%" h={60} /></div>
        : rows.length === 0 ? <Empty icon={<IconMail size={20} stroke={1.75} aria-hidden />} title="Nothing waits">{address ? "Every mail found its account." : "Mail that names no account waits here, once a mailbox takes mail for timelines."}</Empty>
        : <ul className="waiting">{rows.map((m) => <One key={m.id} m={m} />)}</ul>}
        <More query={query} />
      </div>
    </main>
  );
}

function One({ m }: { m: WaitingMail }) {
  const client = useQueryClient();
  const [text, setText] = useState(""), [account, setAccount] = useState<string | null>(null), [open, setOpen] = useState(false);
  const found = useQuery({ queryKey: ["accounts-named", text], enabled: open, staleTime: 30_000, queryFn: ({ signal }) => api.get<Page<Account>>("/accounts", { q: text || undefined, limit: 20 }, signal).then((r) => r.items) }).data ?? [];
  const after = () => { void client.invalidateQueries({ queryKey: ["timeline-mail"] }); void client.invalidateQueries({ queryKey: ["account-lines"] }); };
  const claim = useMutation({ mutationFn: () => api.post(`/timeline-mail/${m.id}/claim`, { account_id: Number(account) }), onSuccess: () => say("It stands on the timeline now"), onError: (e) => fail("It could not be put there", e), onSettled: after });
  const remove = useMutation({ mutationFn: () => api.del(`/timeline-mail/${m.id}`), onSuccess: () => say("Removed"), onError: (e) => fail("It could not be removed", e), onSettled: after });
  return (
    <li className="card">
      <p className="t12 m3">{[m.by?.name ?? m.sender, m.people.length ? phrase(`with ${m.people.join(", ")}`) : null].filter(Boolean).join(", ")} <When at={m.at} /></p>
      <p className="b5 break" dir="auto">{m.title}</p>
      {m.body && <p className="m2 break clamp" dir="auto">{m.body}</p>}
      {m.files && <Files files={m.files} />}
      <p className="t12 attention">{m.reason}</p>
      <div className="row wrap" style={{ gap: 8 }}>
        <Select size="xs" aria-label="Account" placeholder="Which account is it about?" style={{ flex: "1 1 200px" }} searchable value={account} onChange={setAccount} onSearchChange={setText} onDropdownOpen={() => setOpen(true)} nothingFoundMessage="No account of this name" filter={({ options }) => options} data={found.map((a) => ({ value: String(a.id), label: a.name }))} />
        <Btn kind="pri" small disabled={!account} busy={claim.isPending} onClick={() => claim.mutate()}>Put it there</Btn>
        <Sure ask="Remove" what="Remove it for good" name={`Remove ${m.title}`} busy={remove.isPending} onYes={() => remove.mutate()} />
      </div>
    </li>
  );
}

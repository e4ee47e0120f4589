/** One webhook: how it does, a test, and every delivery with what was sent and what came back. */
import { IconCheck, IconClock, IconAlertTriangle, IconSend } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import { deliveriesQuery, webhooksQuery } from "@/api/query";
import type { Delivered, Webhook } from "@/api/types";
import { Missing, PageSkeleton } from "@/app/Missing";
import { useCan } from "@/app/session";
import { plural } from "@/lib/words";
import { StateFilter, useStateFilter } from "@/mail/StateFilter";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { More } from "@/ui/More";
import { Empty, Failure, SkelRows } from "@/ui/State";
import { Tag, Warn, type Meaning } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Request } from "./Request";
import "@/mail/mail.css";
import { WebhookTag } from "./Webhooks";

const p = { size: 14, stroke: 1.75, "aria-hidden": true } as const;
const look: Record<Delivered["state"], [Meaning, string, React.ReactNode]> = { queued: ["none", "Waits", <IconClock {...p} />], delivered: ["good", "Delivered", <IconCheck {...p} />], failed: ["danger", "Given up", <IconAlertTriangle {...p} />] };

export function WebhookPage() {
  const { name } = useParams({ strict: false }) as { name: string };
  const query = useQuery(webhooksQuery);
  const w = query.data?.find((x) => x.name === name);
  useEffect(() => { document.title = `${w?.title ?? name}, webhook, Steward`; }, [name, w]);
  if (query.isError && !query.data) return <main className="pane page"><Failure what="This webhook" error={query.error} retry={() => query.refetch()} /></main>;
  if (query.isPending) return <PageSkeleton />;
  return w ? <One of={w} /> : <Missing />;
}

function One({ of: w }: { of: Webhook }) {
  const q = useQueryClient();
  const can = useCan("webhook.write");
  const state = useStateFilter();
  const list = useInfiniteQuery({ ...deliveriesQuery(w.name, state), refetchInterval: 10_000 });
  const rows = list.data?.pages.flatMap((x) => x.items) ?? [];
  const [open, setOpen] = useState<number | null>(null);
  const [busy, setBusy] = useState("");
  async function act(path: string, said: string, what: string) {
    setBusy(path);
    try {
      await api.post(`/webhooks/${w.name}/${path}`);
      say(said);
      await q.invalidateQueries({ queryKey: ["webhooks"] });
    } catch (e) {
      fail(what, e);
    }
    setBusy("");
  }
  return (
    <main className="pane page" aria-label={w.title}>
      <header className="top">
        <p className="t12 m3" style={{ marginBottom: 4 }}><Link className="link" to={"/configuration/webhooks" as "/tickets"}>Webhooks</Link></p>
        <div className="row wrap" style={{ gap: 12 }}>
          <div className="grow" style={{ flexBasis: 260 }}><h1 className="t20 b6 break">{w.title || w.name}</h1><p className="row wrap t12 m2" style={{ gap: 10, marginTop: 2 }}><WebhookTag of={w} /><span className="break">{w.url}</span>{w.delivered_at && <span className="m3">last taken <When at={w.delivered_at} /></span>}</p></div>
          <Link className="btn" to={`/configuration/webhook/${w.name}` as "/tickets"}>Its text</Link>
          {can && <Btn icon={<IconSend size={16} stroke={1.75} aria-hidden />} busy={busy === "test"} onClick={() => act("test", "A test is on its way. Its answer appears below.", "No test was sent")}>Send a test</Btn>}
        </div>
      </header>
      {w.state === "disabled" && <p className="banner danger"><span className="danger"><Warn /></span><span className="grow"><b className="b6">Stopped</b>{w.disabled_at && <> <When at={w.disabled_at} as="stamp" /></>}: {w.disabled_why} A test that succeeds starts it again.</span></p>}
      {w.state === "failing" && <p className="banner attention"><span className="attention"><Warn /></span><span className="grow">{plural(w.failures, "attempt")} failed{w.failing_since && <> since <When at={w.failing_since} as="stamp" /></>}. They are tried again; after five days without a success it stops.</span></p>}
      <StateFilter options={[["queued", "Waiting"], ["delivered", "Delivered"], ["failed", "Given up"]]} />
      <div className="scroll">
        <p className="sub says">Sends {w.events.join(", ")}{w.subjects.length > 0 && ` about ${w.subjects.join(", ")}`}{w.when && <> when <span className="mono">{w.when}</span></>}, seen with the role {w.role || "none"}, {w.visibility === "internal" ? "internal events too" : "public events only"}.</p>
        {list.isError && !list.data ? <Failure what="The list of deliveries" error={list.error} retry={() => list.refetch()} />
        : list.isSuccess && rows.length === 0 ? <Empty title={state ? "No delivery in this state" : "Nothing was sent yet"}>Deliveries are listed here for 30 days, with what the other side answered.</Empty>
        : <table className="tbl fixed mailtbl">
          <thead><tr><th>Event</th><th style={{ width: 128 }}>State</th><th className="wide">Answer</th><th className="num wide" style={{ width: 118 }}>Tried</th><th className="acts-col" style={{ width: 200 }}><span className="sr">Actions</span></th></tr></thead>
          {list.isPending ? <SkelRows cols={5} /> : rows.map((d) => (
            <tbody key={d.id}>
              <tr>
                <td><p className="cut b5 mono">{d.type || (d.event_id === null ? "test" : "event")}</p><p className="sub cut">{d.event_id === null ? "A test" : `Event ${d.event_id}`}</p></td>
                <td><Tag meaning={look[d.state][0]} icon={look[d.state][2]}>{look[d.state][1]}</Tag>{d.attempts > 1 && <p className="sub">{d.attempts} tries</p>}</td>
                <td className="wide m2 break">{d.status !== null ? `Answered ${d.status} in ${d.took_ms} ms` : d.error || "Not tried yet"}{d.state === "queued" && d.due_at && d.attempts > 0 && <span className="sub" style={{ display: "block" }}>Next try <When at={d.due_at} as="stamp" /></span>}</td>
                <td className="num m3 wide">{d.tried_at ? <When at={d.tried_at} /> : ""}</td>
                <td className="acts-col"><span className="row" style={{ justifyContent: "flex-end", gap: 6 }}>
                  {can && d.state !== "queued" && <Btn small busy={busy === `deliveries/${d.id}/redeliver`} aria-label={`Send again, delivery ${d.id}`} onClick={() => act(`deliveries/${d.id}/redeliver`, "It is sent again, under the same id.", "It was not sent again")}>Send again</Btn>}
                  <Btn small kind="quiet" aria-expanded={open === d.id} aria-label={`${open === d.id ? "Hide" : "Show"} delivery ${d.id}`} onClick={() => setOpen(open === d.id ? null : d.id)}>{open === d.id ? "Hide" : "Show"}</Btn>
                </span></td>
              </tr>
              {open === d.id && <tr><td colSpan={5}><Request webhook={w.name} id={d.id} /></td></tr>}
            </tbody>
          ))}
        </table>}
        <More query={list} />
      </div>
    </main>
  );
}

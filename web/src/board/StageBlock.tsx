/** Where a ticket stands in its pipeline, among its properties: the stage, its objective, and how the score comes about. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { stageQuery } from "@/api/query";
import type { Guard, Ticket, TicketStage } from "@/api/types";
import { Guards } from "@/guard/Guards";
import { inside } from "@/lib/words";
import { Pick } from "@/property/Pick";
import { fail, say } from "@/ui/notify";
import { When } from "@/ui/When";

export default function StageBlock({ ticket: t }: { ticket: Ticket }) {
  const q = useQueryClient();
  const { data } = useQuery(stageQuery(t.id, t.version));
  const [asked, setAsked] = useState<{ stage: string; guards: Guard[] } | null>(null);
  if (!data?.pipeline) return null;
  const p = data.pipeline;
  const put = async (stage: string, confirm?: string[]) => {
    setAsked(null);
    try {
      q.setQueryData(stageQuery(t.id, t.version).queryKey, await api.post<TicketStage>(`/tickets/${t.id}/stage`, { stage, ...(confirm ? { confirm } : {}) }));
      const from = data.stage;
      say(`Stage set to ${p.stages.find((s) => s.name === stage)?.title}.`, async () => { await api.post(`/tickets/${t.id}/stage`, { stage: from }); await again(); });
    } catch (e) {
      if (isApiError(e) && e.guards.length > 0) setAsked({ stage, guards: e.guards });
      else fail("The stage was not changed", e);
    }
    await again();
  };
  const again = () => Promise.all(["ticket", "timeline", "pipelines", "tickets"].map((k) => q.invalidateQueries({ queryKey: [k] })));
  const missing = data.parts.filter((x) => x.value === null);
  return (
    <>
      <dt>Stage</dt>
      <dd><Pick label="Stage" disabled={!t.can.edit} value={data.stage} shown={<span className="cut">{p.stages.find((s) => s.name === data.stage)?.title ?? data.stage}</span>} choices={p.stages.map((s) => ({ value: s.name, label: s.title }))} onPick={(v) => void put(v)} />
        {data.due_at && <span className={`t12 ${data.overdue ? "danger b5" : "m3"}`}>{data.overdue ? "overdue " : "due "}<When at={data.due_at} /></span>}</dd>
      {asked && <dd style={{ gridColumn: "1 / -1" }}><Guards guards={asked.guards} what="The stage stays." on="Change it anyway" goOn={() => void put(asked.stage, asked.guards.map((g) => g.name))} leave={() => setAsked(null)} /></dd>}
      {p.scored && <><dt>Score</dt><dd><span className="col" style={{ gap: 0 }}><span className="tn">{data.score === null ? "None yet" : String(Number(data.score.toPrecision(3)))}</span>
        <span className="t12 m3">{missing.length > 0 ? `${missing.map((x) => x.title).join(", ")} not filled` : data.parts.map((x, i) => `${i === 0 ? "" : x.divide ? " ÷ " : " × "}${inside(x.title)} ${x.value}`).join("")}</span></span></dd></>}
    </>
  );
}

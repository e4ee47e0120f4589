/** Saving what was built: checked, planned and applied like any blueprint; where policy asks, it becomes a change request. */
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCircleX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Applied, Plan } from "@/api/types";
import { useCan } from "@/app/session";
import { asks } from "@/config/approve";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";

interface Props { kind: string; name: string; title: string; text: string; ready: boolean; isNew: boolean; onSaved: () => void }
export function Save({ kind, name, title, text, ready, isNew, onSaved }: Props) {
  const q = useQueryClient();
  const go = useNavigate();
  const can = useCan("blueprint.apply");
  const [settled] = useDebouncedValue(text, 500);
  const [message, setMessage] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const documents = [{ path: `${kind}/${name}.yaml`, text: settled }];
  const plan = useQuery({ queryKey: ["plan", settled], queryFn: () => api.post<Plan>("/plan", { documents, prune: false }), enabled: can && ready, retry: false, staleTime: 0, gcTime: 0 });
  const wrong = plan.data?.findings.filter((f) => f.severity === "error") ?? [];
  const taken = isNew && plan.data?.changes.some((c) => c.name === name && c.action !== "add");
  const same = plan.data?.changes.every((c) => c.action === "unchanged");
  const needs = plan.data?.requirements ?? [];
  const may = ready && settled === text && plan.isSuccess && !wrong.length && !taken && !same;
  async function save() {
    if (!may || busy) return;
    setBusy(true);
    setError(null);
    try {
      const r = await api.post<Applied>("/apply", { documents, prune: false, base_generation: plan.data!.base_generation, message: message.trim() || `${isNew ? "New report" : "Changed report"}: ${title}` });
      for (const k of ["boards", "blueprints", "blueprint", "changes", "requests"]) void q.invalidateQueries({ queryKey: [k] });
      if (r.request) {
        say(`Change request ${r.request.id} waits for approval.`);
        return void go({ to: `/configuration/requests/${r.request.id}` as "/tickets" });
      }
      say("Saved.");
      onSaved();
    } catch (e) {
      setError(e);
      void plan.refetch();
    }
    setBusy(false);
  }
  if (!can) return <footer className="appr"><span className="m3 t12">You may look, but not save reports. Copy the text for somebody who may.</span></footer>;
  return (
    <>
      {error !== null && <Wrong what="It was not saved." error={error} />}
      {plan.isError && <Wrong what="It could not be checked." error={plan.error} />}
      {(wrong.length > 0 || taken) && <div className="banner danger" style={{ margin: "8px 24px" }} role="alert"><span className="danger"><IconCircleX size={16} stroke={1.75} aria-hidden /></span><span className="grow">{taken ? <>There is a report called {name} already. Give this one another title, or <Link className="link in" to={`/insight/reports/${name}` as "/tickets"}>open that one</Link>.</> : wrong.map((f) => f.message).join(" ")}</span></div>}
      <footer className="appr save">
        <span className="m2 t12 grow">{!ready ? "Give it a title to save it." : needs.length > 0 ? <>It needs {needs.map((x) => asks(x)).join(" and ")} before others see it.</> : same ? "This is saved." : ""}</span>
        <TextInput value={message} onChange={(e) => setMessage(e.currentTarget.value)} placeholder="Say why, if you want to" aria-label="Message of this change" maxLength={500} style={{ flex: "0 1 260px" }} onKeyDown={(e) => e.key === "Enter" && void save()} />
        <Btn kind="pri" busy={busy || (ready && plan.isFetching)} disabled={!may} onClick={save}>{needs.length ? "Ask for approval" : "Save"}</Btn>
      </footer>
    </>
  );
}

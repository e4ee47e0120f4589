/** Saving what was built: for oneself at once; for everybody it is checked, planned and applied like any blueprint, and where policy asks, it becomes a change request. */
import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconCircleX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Board, OwnReport, OwnSpec } from "@/api/insight";
import type { Applied, Plan } from "@/api/configuration";
import { useCan } from "@/app/session";
import { asks } from "@/config/approve";
import { listOf } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";

const who = [["own", "Only you"], ["all", "Everybody"]] as const;
interface Props {
  name: string; title: string; text: string; ready: boolean; mailed: boolean; spec: OwnSpec; onSaved: (to: string) => void;
  /** The shared report that is changed, with what changes of it. */ old?: Board; changes: { path: string; value: unknown }[] | null;
  /** The report of one's own that is changed. */ own?: OwnReport;
}
export function Save({ name, title, text, ready, mailed, spec, old, changes, own, onSaved }: Props) {
  const q = useQueryClient();
  const go = useNavigate();
  const can = useCan("blueprint.apply");
  const [whose, setWhose] = useState<"own" | "all">(own || !can ? "own" : "all");
  const shared = whose === "all";
  const [settled] = useDebouncedValue(text, 500);
  const [message, setMessage] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const documents = [{ path: `report/${name}.yaml`, text: settled }];
  const plan = useQuery({ queryKey: ["plan", settled], queryFn: () => api.post<Plan>("/plan", { documents, prune: false }), enabled: shared && ready, retry: false, staleTime: 0, gcTime: 0 });
  const wrong = shared ? plan.data?.findings.filter((f) => f.severity === "error") ?? [] : [];
  const taken = shared && !old && plan.data?.changes.some((c) => c.kind === "report" && c.name === name && c.action !== "add");
  const same = shared ? (changes ? changes.length === 0 : plan.data?.changes.every((c) => c.action === "unchanged")) : !!own && own.title === title && JSON.stringify(own.spec) === JSON.stringify({ ...own.spec, ...spec });
  const needs = shared && !same ? plan.data?.requirements ?? [] : [];
  const may = ready && !same && (!shared || (settled === text && plan.isSuccess && !wrong.length && !taken));
  const mine = async () => {
    const body = { title, ...spec };
    const r = await (own ? api.put<OwnReport>(`/own-reports/${own.id}`, { ...body, version: own.version }) : api.post<OwnReport>("/own-reports", body));
    await q.invalidateQueries({ queryKey: ["own-reports"] });
    say("Saved. Only you see it.");
    onSaved(`/insight/own/${r.id}`);
  };
  const everybodys = async () => {
    const why = message.trim() || `${old ? "Changed report" : "New report"}: ${title}`;
    const r = old ? await api.patch<Applied>(`/configuration/report/${old.name}`, { version: old.version, fields: changes, message: why })
      : await api.post<Applied>("/apply", { documents, prune: false, base_generation: plan.data!.base_generation, message: why });
    for (const k of ["boards", "blueprints", "blueprint", "changes", "requests"]) void q.invalidateQueries({ queryKey: [k] });
    if (r.request) {
      say(`Change request ${r.request.id} waits for approval.`);
      return void go({ to: `/configuration/requests/${r.request.id}` as "/tickets" });
    }
    say("Saved.");
    onSaved(`/insight/reports/${name}`);
  };
  async function save() {
    if (!may || busy) return;
    setBusy(true);
    setError(null);
    try {
      await (shared ? everybodys() : mine());
    } catch (e) {
      setError(e);
      if (shared) void plan.refetch();
    }
    setBusy(false);
  }
  const note = !ready ? "Give it a title to save it." : same ? "This is saved." : needs.length > 0 ? <>It needs {listOf(needs.map((x) => asks(x)))} before others see it.</> : !shared && mailed ? "Only reports of everybody are mailed." : "";
  return (
    <>
      {error !== null && <Wrong what="It was not saved." error={error} />}
      {shared && plan.isError && <Wrong what="It could not be checked." error={plan.error} />}
      {(wrong.length > 0 || taken) && <div className="banner danger" style={{ margin: "8px 24px" }} role="alert"><span className="danger"><IconCircleX size={16} stroke={1.75} aria-hidden /></span><span className="grow">{taken ? <>There is a report called {name} already. Give this one another title, or <Link className="link in" to={`/insight/reports/${name}` as "/tickets"}>open that one</Link>.</> : wrong.map((f) => f.message).join(" ")}</span></div>}
      <footer className="appr save">
        {can && !old ? <Choice label="Who sees it" value={whose} options={who} onChange={setWhose} /> : !old && <span className="m3 t12">Only you see it.</span>}
        <span className="m2 t12 grow">{note}</span>
        {shared && <TextInput value={message} onChange={(e) => setMessage(e.currentTarget.value)} placeholder="Say why, if you want to" aria-label="Message of this change" maxLength={500} style={{ flex: "0 1 260px" }} onKeyDown={(e) => e.key === "Enter" && void save()} />}
        <Btn kind="pri" busy={busy || (shared && ready && plan.isFetching)} disabled={!may} onClick={save}>{needs.length ? "Ask for approval" : "Save"}</Btn>
      </footer>
    </>
  );
}

/** One mail out and back in, watched until it arrives. */
import { Select } from "@mantine/core";
import { IconCircleCheck, IconCircleDashed, IconCircleX } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { api } from "@/api/client";
import { blueprintsQuery } from "@/api/query";
import { When } from "@/ui/When";
import { Wrong } from "@/ui/Wrong";
import { progressQuery, type Progress } from "./api";
import { Step, type StepProps } from "./Step";

export function TestStep({ progress, skip }: StepProps) {
  const q = useQueryClient();
  const boxes = (useQuery(blueprintsQuery).data ?? []).filter((b) => b.kind === "mailbox");
  const [box, setBox] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const t = progress.test;
  const over = !t || t.arrived_at !== null || (t.caught && t.sent_at !== null) || t.state === "failed" || t.state === "held";
  useQuery({ ...progressQuery, refetchInterval: over ? false : 1500 });
  const chosen = box ?? boxes[0]?.name ?? null;
  async function send() {
    if (!chosen) return;
    setBusy(true);
    setError(null);
    try {
      q.setQueryData(progressQuery.queryKey, await api.post<Progress>("/first-run/test-mail", { mailbox: chosen }));
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  }
  const gone = t?.sent_at != null;
  const stuck = t?.state === "failed" || t?.state === "held";
  return (
    <Step title="Test mail" verb={boxes.length > 0 ? (t ? "Send another" : "Send a test mail") : undefined} submit={() => void send()} busy={busy} skip={skip} done={t?.arrived_at != null || (t?.caught && gone)}
      why="The mailbox writes to itself: the mail goes out and comes back in, so both ways are tried at once. It becomes no ticket.">
      {boxes.length === 0 ? <p className="banner info"><span className="grow">There is no mailbox yet. Keep one in the step before.</span></p>
      : boxes.length > 1 && <Select label="Mailbox" allowDeselect={false} data={boxes.map((b) => ({ value: b.name, label: b.title }))} value={chosen} onChange={setBox} />}
      {t && (
        <ol className="stations" aria-label="The test mail" aria-live="polite">
          <Station state="good">Written to {t.to} <When at={t.queued_at} className="m3" /></Station>
          <Station state={stuck ? "danger" : gone ? "good" : "open"}>{stuck ? <>It did not leave: {t.error || "the server refused it."}</> : gone ? t.caught ? <>Kept by the catcher, because no mail leaves this instance</> : <>The outgoing server took it</> : <>On its way to the outgoing server</>}</Station>
          {!t.caught && !stuck && <Station state={t.arrived_at ? "good" : "open"}>{t.arrived_at ? <>Arrived <When at={t.arrived_at} className="m3" />. The mailbox works both ways.</> : t.fetches ? <>Waiting for it to arrive; the folder is looked at as mail comes</> : <>Waiting for it to arrive. This mailbox fetches nothing, so mail must be delivered to this server by SMTP or LMTP.</>}</Station>}
        </ol>
      )}
      {error !== null && <Wrong what="No test mail was sent." error={error} />}
    </Step>
  );
}

function Station({ state, children }: { state: "good" | "danger" | "open"; children: ReactNode }) {
  const Icon = state === "good" ? IconCircleCheck : state === "danger" ? IconCircleX : IconCircleDashed;
  return <li><Icon size={20} stroke={1.75} aria-hidden className={state === "open" ? "m3" : state} /><span className="break">{children}</span></li>;
}

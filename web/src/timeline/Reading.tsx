/** What a mentor does with a reply that waits to be read: let it go, change its words first, or give it back with a remark. */
import { Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { CommentResult, ID, Wait } from "@/api/types";
import { useKeptText } from "@/lib/kept";
import { settle } from "@/record/settle";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";

export default function Reading({ ticket, wait: w }: { ticket: ID; wait: Wait }) {
  const q = useQueryClient();
  const { text, set: setText, clear: clearText, begun: changing } = useKeptText(`reading.${w.id}`, w.text);
  const { text: remark, set: setRemark, clear: clearRemark, begun: remarked } = useKeptText(`reading.${w.id}.remark`);
  const [mode, setMode] = useState<"read" | "change" | "return">(remarked ? "return" : changing ? "change" : "read");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (what: () => Promise<string>) => {
    setBusy(true);
    setError(null);
    try {
      say(await what());
      clearText();
      clearRemark();
    } catch (e) {
      setError(e);
    }
    setBusy(false);
    for (const k of ["sends", "timeline", "ticket"]) void q.invalidateQueries({ queryKey: [k, ticket] });
    void q.invalidateQueries({ queryKey: ["work"] });
  };
  const approve = () => run(async () => {
    const r = await api.post<CommentResult>(`/tickets/${ticket}/sends/${w.id}/approve`, mode === "change" ? { text } : {});
    settle(q, r.ticket);
    return mode === "change" ? "Approved with your changes. The reply is on its way." : "Approved. The reply is on its way.";
  });
  const back = () => run(async () => {
    await api.post(`/tickets/${ticket}/sends/${w.id}/return`, { remark });
    return `${w.author.name} has it back with your remark.`;
  });
  return (
    <div className="col" style={{ gap: 8, marginTop: 8 }}>
      {w.since && <p className="t12 attention">{w.since}</p>}
      {mode === "change" && <Textarea autosize minRows={3} maxRows={16} label="The reply as it shall leave" value={text} onChange={(e) => setText(e.currentTarget.value)} />}
      {mode === "return" && <Textarea autosize minRows={2} maxRows={8} maxLength={4000} label={`What should be different, for ${w.author.name}`} value={remark} onChange={(e) => setRemark(e.currentTarget.value)} />}
      {error !== null && <Wrong what="Nothing was sent." error={error} />}
      <div className="row wrap" style={{ gap: 8 }}>
        {mode !== "return" && <Btn small kind="pri" busy={busy} disabled={mode === "change" && !text.trim()} onClick={() => void approve()}>{mode === "change" ? "Approve as changed" : "Approve and send"}</Btn>}
        {mode === "return" && <Btn small kind="pri" busy={busy} disabled={!remark.trim()} onClick={() => void back()}>Give it back</Btn>}
        {mode === "read" ? <><Btn small onClick={() => setMode("change")}>Change the words</Btn><Btn small onClick={() => setMode("return")}>Give it back</Btn></> : <Btn small kind="quiet" onClick={() => setMode("read")}>Cancel</Btn>}
      </div>
    </div>
  );
}

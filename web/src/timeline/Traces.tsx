/** What attached strace logs say, a line each, for those who work on the ticket. */
import { IconActivity, IconAlertTriangle } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { tracesQuery } from "@/api/query";
import type { Attachment, ID } from "@/api/types";

export function Traces({ ticket, files }: { ticket: ID; files: Attachment[] }) {
  const { data } = useQuery(tracesQuery(ticket)); // asked for again when an event says that one is done
  const again = useMutation({ mutationFn: (file: ID) => api.post(`/tickets/${ticket}/traces/${file}/again`) });
  const found = files.flatMap((f) => { const r = data?.find((x) => x.file_id === f.id); return r ? [{ f, r }] : []; });
  return (
    <>
      {found.map(({ f, r }) => r.state === "ready" ? (
        <p key={f.id} className="deliv m3"><IconActivity size={14} stroke={1.75} aria-hidden /><span>{files.length > 1 && <><bdi>{f.filename}</bdi>: </>}{r.line}{" · "}<a className="link b5" href={`/api/v1/files/${f.id}/trace`} target="_blank" rel="noreferrer" aria-label={`Open the report of ${f.filename}`}>Open report</a></span></p>
      ) : (
        <p key={f.id} className="deliv m3"><IconAlertTriangle size={14} stroke={1.75} aria-hidden /><span>No report of <bdi>{f.filename}</bdi>, a log of strace. {r.reason}{" · "}<button type="button" className="link b5" disabled={again.isPending} onClick={() => again.mutate(f.id)}>Analyse again</button></span></p>
      ))}
    </>
  );
}

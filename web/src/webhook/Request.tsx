/** What one delivery sent and what came back. */
import { useQuery } from "@tanstack/react-query";
import { deliveryQuery } from "@/api/query";
import { Failure, Skel } from "@/ui/State";

const pretty = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
};

export function Request({ webhook, id }: { webhook: string; id: number }) {
  const query = useQuery(deliveryQuery(webhook, id));
  const d = query.data;
  if (query.isError) return <Failure what="This delivery" error={query.error} retry={() => query.refetch()} />;
  if (!d) return <><Skel w="50%" /><Skel w="70%" style={{ marginTop: 8 }} /></>;
  return (
    <div className="request-text">
      <section aria-label="Sent"><h3 className="h3">Sent to <span className="break">{d.request?.url}</span></h3>
        <pre className="mono" tabIndex={0}>{Object.entries(d.request?.headers ?? {}).map(([k, v]) => `${k}: ${v}`).join("\n")}{"\n\n"}{d.request?.body ? pretty(d.request.body) : "The webhook may not know of this event, so nothing is sent."}</pre></section>
      <section aria-label="Answer"><h3 className="h3">{d.status === null ? "No answer" : `Answered ${d.status}`}</h3>
        {d.error && <p className="danger break">{d.error}</p>}{d.response && <pre className="mono" tabIndex={0}>{pretty(d.response)}</pre>}{!d.error && !d.response && <p className="m3">{d.status === null ? "It was not tried yet." : "With nothing in it."}</p>}</section>
    </div>
  );
}

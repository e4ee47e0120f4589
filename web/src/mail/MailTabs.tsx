/** Outgoing, incoming, and in a demonstration what would have left. Counts only of what needs somebody. */
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { mailCountsQuery, placesQuery } from "@/api/query";
import { phrase } from "@/language/phrase";
import { countOf } from "@/lib/words";
import { useMe } from "@/app/session";

export function MailHead({ at, children }: { at: "outbox" | "received" | "suspended" | "blocked" | "suppressions" | "trace" | "requests" | "catcher"; children?: React.ReactNode }) {
  const me = useMe();
  const counts = useQuery(mailCountsQuery).data;
  const held = useQuery({ ...placesQuery, enabled: me.can.includes("ticket.write") }).data?.web_requests?.count ?? 0;
  const out = counts ? countOf(counts.outbox.failed) + countOf(counts.outbox.held) : 0;
  const inn = counts ? countOf(counts.received.unparsed) : 0;
  const aside = counts ? countOf(counts.received.suspended) : 0;
  const tab = (k: typeof at, to: string, word: string, n: number) => (
    <Link to={to as "/tickets"} className={at === k ? "on" : ""} aria-current={at === k ? "page" : undefined} activeProps={{}}>{word}{n > 0 && <span className="tag danger">{n} to look at</span>}</Link>
  );
  return (
    <>
      <header className="top"><div className="row wrap" style={{ gap: 12 }}><div className="grow" style={{ flexBasis: 200 }}><h1 className="t20 b6">Mail</h1>
        <p className="sub">{me.workspace.mail_catcher ? `${me.workspace.demo ? "A demonstration: outgoing" : "Outgoing"} mail is caught here and never leaves` : "What left, what came, and what needs a hand"}</p></div>{children}</div></header>
      <nav className="tabs" aria-label="Mail">{tab("outbox", "/mail/outbox", phrase("Outbox"), out)}{tab("received", "/mail/received", phrase("Received"), inn)}{tab("requests", "/mail/requests", "Web form", held)}{tab("suspended", "/mail/suspended", phrase("Suspended"), aside)}{tab("blocked", "/mail/blocked", phrase("Blocked"), 0)}{tab("suppressions", "/mail/suppressions", phrase("Suppressed"), 0)}{tab("trace", "/mail/trace", phrase("Trace"), 0)}{me.workspace.mail_catcher && tab("catcher", "/mail/catcher", phrase("Caught"), 0)}</nav>
    </>
  );
}

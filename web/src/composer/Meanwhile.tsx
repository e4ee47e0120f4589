/** Says that somebody answered since one began to write, and leads there. */
import type { CommentEntry, ID, TimelineEntry } from "@/api/types";
import { When } from "@/ui/When";

/** Public messages of others that came since, newest last. */
export function answeredSince(entries: TimelineEntry[], begun: number, me: ID): CommentEntry[] {
  if (!begun) return [];
  return entries.filter((e): e is CommentEntry => e.type === "comment" && e.public && e.author.id !== me && Date.parse(e.at) > begun);
}

export function Meanwhile({ entries }: { entries: CommentEntry[] }) {
  const last = entries[entries.length - 1];
  if (!last) return null;
  return (
    <p className="comperr warn" role="status">
      <span className="grow"><b className="b6" dir="auto">{last.author.name}</b> {last.author.agent ? "replied" : "wrote"} <When at={last.at} /> while you are writing.</span>
      <button type="button" className="link b5" onClick={() => document.getElementById(`event-${last.event_id}`)?.scrollIntoView({ block: "center", behavior: "smooth" })}>Read it</button>
    </p>
  );
}

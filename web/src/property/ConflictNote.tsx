/** A change that met a newer one: what the ticket is now, what was wanted, and both ways on. */
import type { Ticket, TicketPatch } from "@/api/types";
import { phrase } from "@/language/phrase";
import { inside, priorityWord, statusWord, valueText } from "@/lib/words";
import type { Conflict } from "@/record/usePatch";
import { Btn } from "@/ui/Btn";
import { Warn } from "@/ui/Tag";

const name: Record<string, string> = { status: phrase("Status"), priority: "Priority", assignee_id: "Assignee", team: "Team", subject: "Subject", tags: "Tags" };
function value(field: string, t: Ticket): string {
  if (field === "assignee_id") return t.assignee?.name ?? "nobody";
  if (field === "team") return t.team?.title ?? "none";
  return said(field, t[field as keyof Ticket]);
}
function said(field: string, v: unknown): string {
  if (field === "status") return statusWord[v as Ticket["status"]] ?? valueText(v);
  if (field === "priority") return priorityWord[v as Ticket["priority"]] ?? valueText(v);
  return valueText(v);
}

export function ConflictNote({ conflict: c, again, leave }: { conflict: Conflict; again: () => void; leave: () => void }) {
  const wanted = Object.keys(c.wanted) as (keyof TicketPatch)[];
  const changed = Object.keys(name).filter((f) => value(f, c.before) !== value(f, c.current));
  return (
    <div className="conflict" role="alert">
      <p className="row b6" style={{ gap: 6 }}><span className="attention"><Warn /></span>Someone changed this ticket first</p>
      {changed.length > 0 && <p>{changed.map((f) => `${name[f]} is now ${value(f, c.current)}, it was ${value(f, c.before)}`).join(". ")}.</p>}
      <p>You wanted {wanted.map((f) => `${inside(name[f])} ${f === "assignee_id" ? (c.wanted.assignee_id === null ? "nobody" : phrase("as you chose")) : said(f, c.wanted[f])}`).join(", ")}. It is not saved.</p>
      <div className="row" style={{ marginTop: 6 }}><Btn small onClick={again}>Apply mine again</Btn><Btn small kind="quiet" onClick={leave}>Keep theirs</Btn></div>
    </div>
  );
}

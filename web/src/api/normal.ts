/** The server leaves out what is empty in a timeline entry; the screens rely on every field being there. */
import type { CommentEntry, EventEntry, TimelineEntry } from "./types";

export function normal(e: TimelineEntry): TimelineEntry {
  if (e.type === "comment") {
    const c = e as Partial<CommentEntry> & CommentEntry;
    return { ...c, event_id: c.event_id ?? c.id, public: c.public ?? false, channel: c.channel ?? "", html: c.html ?? "", text: c.text ?? "", quoted_html: c.quoted_html ?? "", attachments: c.attachments ?? [], delivery: c.delivery ?? null };
  }
  const v = e as Partial<EventEntry> & EventEntry;
  return { ...v, machine: v.machine ?? false, sentence: v.sentence ?? v.verb ?? "", changes: v.changes ?? [], why: v.why ?? false, actor: v.actor ?? { kind: "system", id: null, name: "Steward" } };
}

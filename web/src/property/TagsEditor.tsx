/** The line in which tags are edited. Leaving it is done, Esc leaves them as they were. */
import { useState } from "react";
import { MOST_TAGS, TagsIn } from "@/ui/TagsIn";

export default function TagsEditor({ tags, done }: { tags: string[]; done: (tags: string[] | null) => void }) {
  const [draft, setDraft] = useState(tags);
  const full = draft.length >= MOST_TAGS;
  return (
    <TagsIn autoFocus value={draft} onChange={setDraft} onBlur={() => done(draft)} aria-label="Tags" placeholder="Type, then Enter" style={{ flex: 1, minWidth: 0 }} maxTags={Math.max(MOST_TAGS, tags.length)}
      description={full ? `A ticket has room for ${MOST_TAGS} tags. Take one away to add another.` : undefined} inputWrapperOrder={["label", "input", "description", "error"]}
      onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); done(null); } }} />
  );
}

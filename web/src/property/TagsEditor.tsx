/** The line in which tags are edited. Leaving it is done, Esc leaves them as they were. */
import { TagsInput } from "@mantine/core";
import { useState } from "react";

export default function TagsEditor({ tags, done }: { tags: string[]; done: (tags: string[] | null) => void }) {
  const [draft, setDraft] = useState(tags);
  return (
    <TagsInput autoFocus value={draft} onChange={setDraft} onBlur={() => done(draft)} aria-label="Tags" placeholder="Type, then Enter" style={{ flex: 1 }} acceptValueOnBlur
      onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); done(null); } }} />
  );
}

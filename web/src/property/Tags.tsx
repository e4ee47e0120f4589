/** Tags: shown as tags, edited as one line, saved when left. */
import { TagsInput } from "@mantine/core";
import { useState } from "react";

export function Tags({ tags, locked, onSave }: { tags: string[]; locked: boolean; onSave: (t: string[]) => void }) {
  const [draft, setDraft] = useState<string[] | null>(null);
  if (draft === null)
    return (
      <button type="button" className="pickbtn tagsbtn" disabled={locked} onClick={() => setDraft(tags)}>
        <span className="sr">Change the tags: </span>
        {tags.length ? tags.map((t) => <span key={t} className="tag cut">{t}</span>) : <span className="m3">None</span>}
      </button>
    );
  const save = () => {
    setDraft(null);
    if (draft.join("\n") !== tags.join("\n")) onSave(draft);
  };
  return (
    <TagsInput autoFocus value={draft} onChange={setDraft} onBlur={save} aria-label="Tags" placeholder="Type, then Enter" style={{ flex: 1 }} acceptValueOnBlur
      onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); setDraft(null); } }} />
  );
}

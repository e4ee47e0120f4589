/** Tags: shown as tags, edited as one line, saved when left. What edits them loads when it is wanted. */
import { lazy, Suspense, useState } from "react";

const TagsEditor = lazy(() => import("./TagsEditor"));

export function Tags({ tags, locked, onSave }: { tags: string[]; locked: boolean; onSave: (t: string[]) => void }) {
  const [edit, setEdit] = useState(false);
  const shown = (
    <button type="button" className="pickbtn tagsbtn" disabled={locked} onClick={() => setEdit(true)}>
      <span className="sr">Change the tags: </span>
      {tags.length ? tags.map((t) => <span key={t} className="tag cut">{t}</span>) : <span className="m3">None</span>}
    </button>
  );
  if (!edit) return shown;
  return <Suspense fallback={shown}><TagsEditor tags={tags} done={(now) => { setEdit(false); if (now && now.join("\n") !== tags.join("\n")) onSave(now); }} /></Suspense>;
}

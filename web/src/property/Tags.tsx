/** Tags: shown as tags, the first of very many; edited as one line, saved when left. What edits them loads when it is wanted. */
import { lazy, Suspense, useState } from "react";
import { number } from "@/lib/words";

const TagsEditor = lazy(() => import("./TagsEditor"));

/** How many show at once, and how many more are worth a fold. */
const SHOWN = 20, SPARE = 5;

export function Tags({ tags, locked, onSave }: { tags: string[]; locked: boolean; onSave: (t: string[]) => void }) {
  const [edit, setEdit] = useState(false);
  const [all, setAll] = useState(false);
  const first = all || tags.length <= SHOWN + SPARE ? tags : tags.slice(0, SHOWN);
  const more = tags.length - first.length;
  const shown = (
    <div className="tagsbox">
      <button type="button" className="pickbtn tagsbtn" disabled={locked} onClick={() => setEdit(true)}>
        <span className="sr">Change the tags: </span>
        {tags.length ? first.map((t) => <span key={t} className="tag cut">{t}</span>) : <span className="m3">None</span>}
      </button>
      {tags.length > SHOWN + SPARE && <button type="button" className="link t12" aria-expanded={all} onClick={() => setAll(!all)}>{all ? "Show fewer" : `and ${number(more)} more`}</button>}
    </div>
  );
  if (!edit) return shown;
  return <Suspense fallback={shown}><TagsEditor tags={tags} done={(now) => { setEdit(false); if (now && now.join("\n") !== tags.join("\n")) onSave(now); }} /></Suspense>;
}

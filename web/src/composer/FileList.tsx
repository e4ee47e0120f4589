/** The files of a message being written. */
import { IconFileText, IconRefresh, IconX } from "@tabler/icons-react";
import { bytes } from "@/lib/words";
import type { Going } from "./useFiles";

export function FileList({ files, remove, retry }: { files: Going[]; remove: (key: number) => void; retry: (g: Going) => void }) {
  if (files.length === 0) return null;
  return (
    <ul className="files" aria-label="Attached files">
      {files.map((f) => (
        <li key={f.key} className={f.error ? "att bad" : "att"} title={f.error ?? f.name}>
          <IconFileText size={16} stroke={1.75} aria-hidden />
          <span className="cut">{f.name}</span>
          <span className={f.error ? "danger cut" : "m3 nw"} role={f.error ? "alert" : undefined}>{f.error ?? (f.done ? bytes(f.size) : `${Math.round(f.part * 100)}%`)}</span>
          {f.error && <button type="button" onClick={() => retry(f)} aria-label={`Attach ${f.name} again`}><IconRefresh size={14} stroke={1.75} aria-hidden /></button>}
          <button type="button" onClick={() => remove(f.key)} aria-label={`Remove ${f.name}`}><IconX size={14} stroke={1.75} aria-hidden /></button>
          {!f.done && !f.error && <span className="bar-part" style={{ width: `${f.part * 100}%` }} />}
        </li>
      ))}
    </ul>
  );
}

/** A question that files answer: each is uploaded once it was chosen, and given with the step. */
import { IconFileText, IconRefresh, IconUpload, IconX } from "@tabler/icons-react";
import { useEffect, useId, useRef } from "react";
import type { RunField } from "@/api/run";
import type { ID } from "@/api/types";
import { useFiles, type Going } from "@/composer/useFiles";
import { bytes } from "@/lib/words";
import { Btn } from "@/ui/Btn";

interface Props { field: RunField; /** Where its files are uploaded. */ path: string; onChange: (ids: ID[] | undefined) => void; onBusy: (busy: boolean) => void; wrong?: string }
export function FileAnswer({ field: f, path, onChange, onBusy, wrong }: Props) {
  const { files, add, remove, retry, busy } = useFiles(path);
  const input = useRef<HTMLInputElement>(null);
  const told = useRef({ onChange, onBusy });
  told.current = { onChange, onBusy };
  const label = useId(), most = f.files ?? 1, ids = files.filter((x) => x.done).map((x) => x.done!.id).join();
  useEffect(() => { told.current.onChange(ids ? ids.split(",").map(Number) : undefined); }, [ids]);
  useEffect(() => { told.current.onBusy(busy); return () => told.current.onBusy(false); }, [busy]);
  const room = most - files.length;
  const take = (list: FileList | null) => add([...(list ?? [])].slice(0, Math.max(room, 0)));
  return (
    <div className="fileanswer" role="group" aria-labelledby={label} onDragOver={(e) => e.preventDefault()} onDrop={(e) => { e.preventDefault(); take(e.dataTransfer.files); }}>
      <span id={label} className="b5">{f.title}{f.required && <span className="danger" aria-hidden> *</span>}{f.required && <span className="sr"> (required)</span>}</span>
      {f.help && <p className="sub">{f.help}</p>}
      {files.length > 0 && <ul>{files.map((g) => <One key={g.key} of={g} remove={() => remove(g.key)} retry={() => retry(g)} />)}</ul>}
      {room > 0 && <div className="row wrap" style={{ gap: "4px 10px" }}>
        <Btn small icon={<IconUpload size={16} stroke={1.75} aria-hidden />} onClick={() => input.current?.click()}>{most > 1 ? "Choose files" : "Choose a file"}</Btn>
        <span className="sub">{takes(f)}</span>
      </div>}
      <input ref={input} type="file" hidden multiple={most > 1} accept={accept(f)} onChange={(e) => { take(e.currentTarget.files); e.currentTarget.value = ""; }} />
      {wrong && !ids && <p className="danger t12" role="alert">{wrong}</p>}
    </div>
  );
}

function One({ of: g, remove, retry }: { of: Going; remove: () => void; retry: () => void }) {
  return (
    <li className={g.error ? "bad" : undefined}>
      <IconFileText size={16} stroke={1.75} aria-hidden /><span className="cut" dir="auto">{g.name}</span>
      <span className="m3 nw t12 tn">{g.error ? "" : g.done ? bytes(g.size) : `${Math.round(g.part * 100)}%`}</span>
      {g.error && <Btn small kind="quiet" icon={<IconRefresh size={14} stroke={1.75} aria-hidden />} tip={`Upload ${g.name} again`} onClick={retry} />}
      <Btn small kind="quiet" icon={<IconX size={14} stroke={1.75} aria-hidden />} tip={`Take ${g.name} away`} onClick={remove} />
      {g.error && <p className="danger t12 break" role="alert">{g.error}</p>}
    </li>
  );
}

const takes = (f: RunField): string => (f.files ?? 1) > 1 ? `${kinds(f)}, up to ${f.max_mb} MB each, at most ${f.files}` : `${kinds(f)}, up to ${f.max_mb} MB`;
const kinds = (f: RunField): string => (f.types ?? []).map((t) => t.toUpperCase()).join(", ");

/** What the browser offers; the server looks into the files. */
const endings: Record<string, string> = { jpeg: ".jpg,.jpeg", text: ".txt,.csv,.log,.md,text/plain", gzip: ".gz,.tgz" };
const accept = (f: RunField): string => (f.types ?? []).map((t) => endings[t] ?? `.${t}`).join(",");

/** What was answered, question by question; files are there to be had. */
import { IconFileText } from "@tabler/icons-react";
import type { Answer } from "@/api/run";
import type { FileRef } from "@/api/types";
import { bytes } from "@/lib/words";

export function Given({ list }: { list: Answer[] }) {
  if (list.length === 0) return null;
  return <dl className="facts small">{list.map((a, i) => <div key={i}><dt>{a.title}</dt><dd className="break" dir="auto">{a.files ? <RunFiles files={a.files} /> : a.value || <span className="m3">No longer there</span>}</dd></div>)}</dl>;
}

export function RunFiles({ files }: { files: FileRef[] }) {
  return <span className="runfiles">{files.map((f) => <a key={f.id} href={`/api/v1/files/${f.id}`} download={f.filename} title={`${f.filename}, ${bytes(f.size)}`}><IconFileText size={14} stroke={1.75} aria-hidden /><span className="cut">{f.filename}</span><span className="m3 nw">{bytes(f.size)}</span></a>)}</span>;
}

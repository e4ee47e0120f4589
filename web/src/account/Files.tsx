/** Files that came with a mail, to be had. */
import { IconFileText } from "@tabler/icons-react";
import { bytes } from "@/lib/words";
import type { EntryFile } from "./data";

export function Files({ files }: { files: EntryFile[] }) {
  return <div className="entry-files">{files.map((f) => <a key={f.id} href={`/api/v1/files/${f.id}`} download={f.filename} title={`${f.filename}, ${bytes(f.size)}`}><IconFileText size={16} stroke={1.75} aria-hidden /><span className="cut">{f.filename}</span><span className="m3 nw">{bytes(f.size)}</span></a>)}</div>;
}

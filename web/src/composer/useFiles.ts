/** Files on their way to the server, each with its progress, its failure and a way to remove it. */
import { useCallback, useState } from "react";
import { sentenceOf } from "@/api/error";
import type { FileRef } from "@/api/types";
import { upload, type Upload } from "@/api/upload";

export interface Going { key: number; name: string; size: number; part: number; done: FileRef | null; error: string | null; up: Upload | null; file: File }
let serial = 0;

/** Uploads go to the desk, or where they are told to. */
export function useFiles(path?: string) {
  const [files, setFiles] = useState<Going[]>([]);
  const put = useCallback((key: number, p: Partial<Going>) => setFiles((all) => all.map((f) => (f.key === key ? { ...f, ...p } : f))), []);
  const start = useCallback((g: Going) => {
    const up = upload(g.file, (part) => put(g.key, { part }), path);
    put(g.key, { up, error: null, part: 0 });
    up.done.then((done) => put(g.key, { done, part: 1 }), (e) => put(g.key, { error: sentenceOf(e) }));
  }, [put, path]);
  const add = useCallback((list: Iterable<File>) => {
    for (const file of list) {
      const g: Going = { key: ++serial, name: file.name || /* as is */ "pasted image.png", size: file.size, part: 0, done: null, error: null, up: null, file };
      setFiles((all) => [...all, g]);
      start(g);
    }
  }, [start]);
  const remove = useCallback((key: number) => setFiles((all) => {
    const f = all.find((x) => x.key === key);
    if (f && !f.done) f.up?.cancel();
    return all.filter((x) => x.key !== key);
  }), []);
  /** Shows files that are on the server already, as a draft names them. */
  const restore = useCallback((list: FileRef[]) => setFiles((all) => [...all, ...list.filter((f) => !all.some((g) => g.done?.id === f.id))
    .map((f) => ({ key: ++serial, name: f.filename, size: f.size, part: 1, done: f, error: null, up: null, file: new File([], f.filename) }))]), []);
  return { files, restore, add, remove, retry: start, clear: () => setFiles([]), busy: files.some((f) => !f.done && !f.error) };
}

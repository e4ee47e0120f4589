/** The files of an account: what came with mail, and what was added here. */
import { IconFileText, IconUpload } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "@/api/client";
import { upload } from "@/api/upload";
import { bytes } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { More } from "@/ui/More";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import { documentsQuery, kindWord } from "./data";

export function Documents({ id, may }: { id: number; may: boolean }) {
  const client = useQueryClient(), input = useRef<HTMLInputElement>(null);
  const query = useInfiniteQuery(documentsQuery(id));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const [part, setPart] = useState<number | null>(null);
  const again = () => { for (const key of ["account-documents", "account-lines"]) void client.invalidateQueries({ queryKey: [key, id] }); };
  async function add(file?: File) {
    if (!file) return;
    setPart(0);
    try {
      const f = await upload(file, setPart).done;
      const e = await api.post<{ id: number }>(`/accounts/${id}/timeline`, { kind: "document", title: file.name.slice(0, 300), files: [f.id] });
      say("Document added", () => api.del(`/accounts/${id}/timeline/${e.id}`).then(again));
      again();
    } catch (e) {
      fail("It could not be added", e);
    }
    setPart(null);
  }
  return (
    <section className="card" aria-label="Documents">
      <header><h2 className="h3 grow">Documents</h2>{may && <><input ref={input} type="file" hidden aria-label="A document" onChange={(e) => { void add(e.currentTarget.files?.[0]); e.currentTarget.value = ""; }} /><Btn small busy={part !== null} icon={<IconUpload size={16} stroke={1.75} aria-hidden />} onClick={() => input.current?.click()}>{part !== null && part < 1 ? `${Math.round(part * 100)}%` : "Add"}</Btn></>}</header>
      {query.isError && rows.length === 0 ? <Failure what="Its documents" error={query.error} retry={() => query.refetch()} /> : query.isPending ? <div className="in"><Skel w="60%" /></div> : rows.length === 0 ? <p className="in m3">Contracts, offers and what came with mail stand here.</p> : (
        <ul className="acct-lines">{rows.map((d) => (
          <li key={d.id}><span className="m3"><IconFileText size={16} stroke={1.75} aria-hidden /></span>
            <span className="grow" style={{ minWidth: 0 }}><a className="link b5 cut" style={{ display: "block" }} dir="auto" href={`/api/v1/files/${d.id}`} download={d.filename} title={d.filename}>{d.filename}</a><span className="t12 m3 cut" style={{ display: "block" }}>{[d.kind !== "document" && (kindWord[d.kind] ?? d.kind), d.title !== d.filename && d.title, d.by?.name, bytes(d.size)].filter(Boolean).join(", ")}</span></span>
            <span className="t12 m3 nw"><When at={d.at} /></span></li>
        ))}</ul>
      )}
      <More query={query} />
    </section>
  );
}

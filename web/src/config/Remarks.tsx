/** What colleagues say to each other about a change request, and a place to say something. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api } from "@/api/client";
import { remarksQuery } from "@/api/query";
import type { ChangeRequest, Remark, Remarks as All } from "@/api/configuration";
import { Writing, type Field } from "@/composer/Writing";
import { Html } from "@/timeline/Html";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { When } from "@/ui/When";
import "@/composer/composer.css";

export function Remarks({ request: r }: { request: ChangeRequest }) {
  const q = useQueryClient();
  const query = useQuery(remarksQuery(r.id));
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const field = useRef<Field>(null);
  const all = query.data;
  async function send() {
    if (busy || !text.trim()) return field.current?.focus();
    setBusy(true);
    try {
      q.setQueryData(remarksQuery(r.id).queryKey, await api.post<All>(`/configuration/requests/${r.id}/remarks`, { text: text.trim() }));
      setText("");
      say("Said.");
    } catch (e) {
      fail("It was not said", e, () => void send());
    }
    setBusy(false);
  }
  return (
    <section className="remarks" aria-label="Discussion">
      <h2 className="b6 t14">Discussion</h2>
      {query.isError && !all ? <Failure what="The discussion" error={query.error} retry={() => query.refetch()} />
      : !all ? <Skel w="60%" />
      : all.items.length === 0 ? <p className="m2">{all.may_talk ? "Nothing was said yet. Name a colleague or a team with an @, and they are told." : "Nothing was said."}</p>
      : <ol>{all.items.map((m) => <One key={m.id} remark={m} now={r.revision} />)}</ol>}
      {all?.may_talk && (
        <div className="say">
          <Writing ref={field} text={text} names rows={2} most={12} label="Say something about this request" placeholder="Say something" onText={setText} onFiles={() => say("Files cannot be attached here.")} onMarks={() => undefined} onWay={() => undefined} onSend={() => void send()} />
          <div className="row" style={{ justifyContent: "flex-end" }}><Btn small kind={text.trim() ? "pri" : "plain"} busy={busy} disabled={!text.trim()} keys="mod+enter" onClick={() => void send()}>Say it</Btn></div>
        </div>
      )}
    </section>
  );
}

function One({ remark: m, now }: { remark: Remark; now: number }) {
  const show = useQuery({ queryKey: ["markdown"], queryFn: async () => (await import("@/composer/rich/markdown")).show, staleTime: Infinity });
  return (
    <li>
      <Avatar id={m.by.id} name={m.by.name} />
      <div className="grow" style={{ minWidth: 0 }}>
        <p className="row" style={{ gap: 8 }}><span className="b6 cut" dir="auto">{m.by.name}</span><When at={m.at} className="m3 t12 nw" />{m.revision !== now && <span className="m3 t12 nw">about revision {m.revision}</span>}</p>
        {show.data ? <Html html={show.data(m.text)} remote={false} /> : <p dir="auto" style={{ whiteSpace: "pre-wrap" }}>{m.text}</p>}
      </div>
    </li>
  );
}

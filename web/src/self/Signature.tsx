/** The lines under one's public replies, with a look at how they will stand there. */
import { Textarea } from "@mantine/core";
import { useState } from "react";
import { useMe } from "@/app/session";
import { Btn } from "@/ui/Btn";
import { useChoose } from "./useChoose";

export function Signature() {
  const me = useMe();
  const choose = useChoose();
  const kept = me.choices?.signature ?? "";
  const [text, setText] = useState(kept);
  const [busy, setBusy] = useState(false);
  const changed = text.trim() !== kept.trim();
  async function keep() {
    setBusy(true);
    await choose("signature", text.trim(), text.trim() ? "Your replies end with it from now on." : "Your replies end without one.");
    setBusy(false);
  }
  return (
    <section className="block setting" aria-label="Signature">
      <div><h2 className="h3">Signature</h2><p className="sub">Stands under your public replies. Notes have none.</p></div>
      <form style={{ display: "grid", gap: 10, minWidth: 0 }} onSubmit={(e) => { e.preventDefault(); void keep(); }}>
        <Textarea aria-label="Signature" autosize minRows={2} maxRows={8} maxLength={2000} dir="auto" placeholder="Your name, your team" value={text} onChange={(e) => setText(e.currentTarget.value)} onKeyDown={(e) => { if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); void keep(); } }} />
        {text.trim() && <figure className="card signed" aria-label="How a reply ends"><p className="m3">The last line of your reply.</p><p className="m3">--</p><p dir="auto" style={{ whiteSpace: "pre-wrap" }} className="break">{text.trim()}</p></figure>}
        {changed && <div className="row"><Btn kind="pri" small type="submit" busy={busy}>Keep the signature</Btn><Btn kind="quiet" small onClick={() => setText(kept)}>Discard</Btn></div>}
      </form>
    </section>
  );
}

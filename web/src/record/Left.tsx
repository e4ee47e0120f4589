/** What somebody was writing on a ticket that can be written on no longer: it stays in sight until they have taken it with them. */
import { IconCopy } from "@tabler/icons-react";
import { useState } from "react";
import { useMe } from "@/app/session";
import { localDraft } from "@/composer/draft";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";

export function Left({ id }: { id: number }) {
  const me = useMe().person.id;
  const [text] = useState(() => localDraft(me, id)?.text ?? "");
  if (!text.trim()) return null;
  const copy = () => navigator.clipboard.writeText(text).then(() => say("Copied."), () => say("It could not be copied. Select it and copy it yourself."));
  return (
    <section className="leftover" aria-label="What you were writing">
      <div className="row"><p className="grow b5">What you were writing</p><Btn small icon={<IconCopy size={16} stroke={1.75} aria-hidden />} onClick={() => void copy()}>Copy</Btn></div>
      <textarea readOnly aria-label="What you were writing" value={text} rows={Math.min(8, text.split("\n").length + 1)} dir="auto" />
    </section>
  );
}

/** What was found in attachments: covered in place, held by files that only go whole, or not read. */
import { IconAlertTriangle, IconEyeOff, IconFileText } from "@tabler/icons-react";
import type { FileFinding } from "@/api/types";
import { bytes, plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";

export function Findings({ of: all, remove, busy }: { of: FileFinding[]; remove: (ids: number[]) => void; busy: boolean }) {
  if (all.length === 0) return null;
  const held = all.filter((f) => f.how === "holds");
  const icon = { covered: <IconFileText size={16} stroke={1.75} aria-hidden />, holds: <IconAlertTriangle size={16} stroke={1.75} aria-hidden />, unread: <IconEyeOff size={16} stroke={1.75} aria-hidden /> };
  return (
    <section aria-label="Attached files">
      <h3 className="b5 t12" style={{ marginBottom: 4 }}>Attached files</h3>
      <ul className="findings">
        {all.map((f) => (
          <li key={f.file_id}>
            <span className={f.how === "holds" ? "attention" : "m3"}>{icon[f.how]}</span>
            <span className="grow" style={{ minWidth: 0 }}><span className="break" dir="auto">{f.filename}</span> <span className="m3 t12">{bytes(f.size)}{f.times > 0 && `, ${plural(f.times, "time")}`}</span><span className="sub break" style={{ display: "block" }}>{f.say}</span></span>
            {f.how === "holds" && <Btn small busy={busy} onClick={() => remove([f.file_id])} aria-label={`Remove ${f.filename} too`}>Remove too</Btn>}
          </li>
        ))}
      </ul>
      {held.length > 1 && <Btn small busy={busy} onClick={() => remove(held.map((f) => f.file_id))}>Remove all {held.length} too</Btn>}
    </section>
  );
}

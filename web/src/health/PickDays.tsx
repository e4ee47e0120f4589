/** Picks days: as the score was known on one, and the change between two. The address keeps them, so that a link shows the same. */
import { TextInput } from "@mantine/core";
import { IconLink } from "@tabler/icons-react";
import { copyLink } from "@/insight/link";
import { phrase } from "@/language/phrase";
import { now } from "@/lib/time";
import { Btn } from "@/ui/Btn";
import { between, type Days } from "./days";

export function PickDays({ days: d, set }: { days: Days; set: (d: Days) => void }) {
  const today = new Date(now()).toISOString().slice(0, 10);
  const input = (k: keyof Days, label: string, min?: string) => <TextInput size="xs" type="date" label={label} value={d[k] ?? ""} min={min} max={today} onChange={(e) => set({ ...d, [k]: e.currentTarget.value || undefined })} />;
  return (
    <section className="pick-days" aria-label="Days">
      {input("on", phrase("As known on"))}
      {input("from", phrase("Change from"))}
      {input("to", phrase("To", "a time or version"), d.from)}
      {(d.on || d.from || d.to) && <div className="row" style={{ gap: 4 }}><Btn small onClick={() => set({})}>Now and lately</Btn><Btn small kind="quiet" tip="Copy the link to this" icon={<IconLink size={16} stroke={1.75} aria-hidden />} onClick={() => copyLink({ ...d }, phrase("The link is copied. It opens exactly this, on any day and in any time zone."))} /></div>}
      {d.to && d.from && !between(d) && <p className="t12 danger">The second day lies before the first.</p>}
      {d.to && !d.from && <p className="t12 m3">Pick the day from which the change is told.</p>}
      {(d.on || between(d)) && <p className="t12 m3">Days end at midnight, UTC.</p>}
    </section>
  );
}

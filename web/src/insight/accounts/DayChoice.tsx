/** The day at whose end a report of accounts looks. */
import { Popover, TextInput } from "@mantine/core";
import { IconHistory } from "@tabler/icons-react";
import { useState } from "react";
import { dateText } from "@/account/data";
import { phrase } from "@/language/phrase";
import { Btn } from "@/ui/Btn";

export function DayChoice({ on, set }: { on: string; set: (day?: string) => void }) {
  const [open, setOpen] = useState(false), [day, setDay] = useState(on);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={280} trapFocus>
      <Popover.Target><Btn kind={on ? "plain" : "quiet"} className={on ? "chosen" : ""} icon={<IconHistory size={16} stroke={1.75} aria-hidden />} aria-expanded={open} tip="Look from an earlier day" onClick={() => { setDay(on); setOpen(!open); }}>{on ? `As of ${dateText(on)}` : phrase("Now")}</Btn></Popover.Target>
      <Popover.Dropdown className="pop">
        <form style={{ display: "grid", gap: 10 }} onSubmit={(e) => { e.preventDefault(); setOpen(false); set(day); }}>
          <TextInput type="date" label="Look at the end of this day" value={day} max={new Date().toISOString().slice(0, 10)} onChange={(e) => setDay(e.currentTarget.value)} />
          <p className="t12 m3">Accounts, scores and measures as they were known then, UTC. Attributes are as they are now.</p>
          <div className="row"><Btn small type="submit" kind="pri" disabled={!day}>Look</Btn>{on && <Btn small onClick={() => { setOpen(false); set(undefined); }}>Back to now</Btn>}</div>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

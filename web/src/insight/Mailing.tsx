/** When a report is mailed, and to whom. */
import { NumberInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { phrase } from "@/language/phrase";
import type { MailPlan } from "./compose";

interface Props { mail: MailPlan | null; set: (m: MailPlan | null) => void; zone: string; /** Who gets nothing, or not all. */ note?: string }
export function Mailing({ mail: m, set, zone, note }: Props) {
  const change = (c: Partial<MailPlan>) => m && set({ ...m, ...c });
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, display: "grid", gap: 10 }}>
      <Switch label="Mail it regularly" checked={!!m} onChange={(e) => set(e.currentTarget.checked ? { every: "week", on: "mon", day: 1, time: "08:00", zone, to: [], teams: [] } : null)} />
      {m && (
        <>
          <div className="two" style={{ gap: 8 }}>
            <Select aria-label="How often" data={[{ value: "day", label: "Every day" }, { value: "workday", label: "Every working day" }, { value: "week", label: "Every week" }, { value: "month", label: "Every month" }]} value={m.every} allowDeselect={false} onChange={(v) => v && change({ every: v })} />
            <TextInput type="time" aria-label="At" value={m.time} onChange={(e) => change({ time: e.currentTarget.value })} />
          </div>
          {m.every === "week" && <Select label="On" data={[["mon", "Monday"], ["tue", "Tuesday"], ["wed", "Wednesday"], ["thu", "Thursday"], ["fri", "Friday"], ["sat", "Saturday"], ["sun", "Sunday"]].map(([value, label]) => ({ value, label }))} value={m.on} allowDeselect={false} onChange={(v) => v && change({ on: v })} />}
          {m.every === "month" && <NumberInput label="On day" min={1} max={28} value={m.day} onChange={(v) => change({ day: Number(v) || 1 })} />}
          <TagsInput label="To" placeholder={m.to.length ? undefined : "Addresses of colleagues"} value={m.to} onChange={(to) => change({ to })} description={`${phrase(`At this time in ${m.zone}. Who may not read indicators gets nothing.`)}${note ? ` ${note}` : ""}`} inputWrapperOrder={["label", "input", "description", "error"]} error={m.to.length + m.teams.length === 0 ? "Name somebody" : undefined} />
        </>
      )}
    </fieldset>
  );
}

/** What all pictures of a page share: period, comparison, choices, and the day it is looked at from. All of it is in the address. */
import { Checkbox, Menu, Popover, TextInput } from "@mantine/core";
import { IconCalendar, IconChevronDown, IconHistory, IconWorld } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { breakdownQuery, type BoardFilter, type Compare, type Period } from "@/api/insight";
import { date, ms } from "@/lib/time";
import { inside, number } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { Choice } from "@/ui/Choice";
import { Skel } from "@/ui/State";
import type { View } from "./state";

export type Set = (change: Record<string, string | undefined>, replace?: boolean) => void;
const icon = { size: 16, stroke: 1.75, "aria-hidden": true } as const;
const noon = (day: string) => ms(day.length === 10 ? day + "T12:00:00Z" : day);
export function spanText(p: Period, zone: string): string {
  const first = p.from.length === 10 ? noon(p.from) : ms(p.from), last = (p.to.length === 10 ? noon(p.to) : ms(p.to)) - 864e5 / 2;
  return date(first, undefined, zone) === date(last, undefined, zone) ? date(first, undefined, zone) : `${date(first, undefined, zone)} to ${date(last, undefined, zone)}`;
}

export function PeriodChoice({ view, period, known, set }: { view: View; period: Period | null; known: Period[] | undefined; set: Set }) {
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState(view.from), [to, setTo] = useState(view.to);
  const wrong = from && to && to < from;
  const pick = (name: string) => { setOpen(false); set({ period: name, from: undefined, to: undefined, day: undefined, point: undefined }); };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={300} trapFocus>
      <Popover.Target><Btn icon={<IconCalendar {...icon} />} aria-expanded={open} onClick={() => { setFrom(view.from || (period?.from ?? "").slice(0, 10)); setTo(view.to || (period?.to ?? "").slice(0, 10)); setOpen(!open); }}>{period?.title || (period ? spanText(period, view.zone) : "Period")}<IconChevronDown {...icon} /></Btn></Popover.Target>
      <Popover.Dropdown className="pop">
        <div className="periods" role="group" aria-label="Period">{known?.map((p) => <button key={p.name} type="button" className={p.name === view.period && period?.title ? "on" : ""} aria-pressed={p.name === view.period && !!period?.title} onClick={() => pick(p.name)}>{p.title}</button>)}</div>
        <form className="row" style={{ alignItems: "flex-end", marginTop: 8 }} onSubmit={(e) => { e.preventDefault(); if (from && to && !wrong) { setOpen(false); set({ period: undefined, from, to, day: undefined, point: undefined }); } }}>
          <TextInput type="date" label="From" value={from} onChange={(e) => setFrom(e.currentTarget.value)} style={{ flex: 1 }} />
          <TextInput type="date" label="To, with it" value={to} onChange={(e) => setTo(e.currentTarget.value)} error={wrong ? "Before the first day" : undefined} style={{ flex: 1 }} />
          <Btn small type="submit" disabled={!from || !to || !!wrong}>Show</Btn>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

const compares: readonly (readonly [Compare, string])[] = [["previous", "The period before"], ["year", "The year before"], ["none", "Nothing"]];
export function CompareChoice({ view, set }: { view: View; set: Set }) {
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target><Btn kind="quiet">{view.compare === "none" ? "No comparison" : `Against ${inside(compares.find(([c]) => c === view.compare)![1])}`}<IconChevronDown {...icon} /></Btn></Menu.Target>
      <Menu.Dropdown><Menu.Label>Compare with</Menu.Label>{compares.map(([c, w]) => <Menu.Item key={c} aria-current={c === view.compare} onClick={() => set({ compare: c })}>{w}</Menu.Item>)}</Menu.Dropdown>
    </Menu>
  );
}

/** Values that occur in the period, the commonest first. */
export function ValueChoice({ filter, chosen, ask, onChange }: { filter: BoardFilter; chosen: string[]; ask: { from: string; to: string; zone: string }; onChange: (keys: string[]) => void }) {
  const [open, setOpen] = useState(false);
  const [find, setFind] = useState("");
  const q = useQuery({ ...breakdownQuery(filter.indicator, filter.dimension, ask), enabled: open || chosen.length > 0 });
  const name = (k: string) => q.data?.rows.find((r) => r.key === k)?.label ?? (k || "None");
  const rows = [...(q.data?.rows ?? [])].sort((a, b) => b.count - a.count);
  const all = [...rows, ...chosen.filter((k) => !rows.some((r) => r.key === k)).map((k) => ({ key: k, label: k || "None", count: 0 }))];
  const shown = all.filter((r) => (r.label || "None").toLowerCase().includes(find.toLowerCase()));
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={260} trapFocus>
      <Popover.Target><Btn className={chosen.length ? "chosen" : ""} aria-expanded={open} onClick={() => setOpen(!open)}>{filter.title}{chosen.length > 0 && <>: {chosen.length === 1 ? name(chosen[0]) : `${chosen.length} of them`}</>}<IconChevronDown {...icon} /></Btn></Popover.Target>
      <Popover.Dropdown className="pop">
        {all.length > 8 && <TextInput aria-label={`Find in ${filter.title}`} placeholder="Find" value={find} onChange={(e) => setFind(e.currentTarget.value)} style={{ marginBottom: 8 }} />}
        <div className="values" role="group" aria-label={filter.title}>
          {q.isPending && [60, 40, 52].map((w) => <Skel key={w} w={`${w}%`} style={{ margin: "8px 0" }} />)}
          {shown.map((r) => <div key={r.key} className="row"><Checkbox size="xs" label={r.label || "None"} checked={chosen.includes(r.key)} onChange={(e) => onChange(e.currentTarget.checked ? [...chosen, r.key] : chosen.filter((k) => k !== r.key))} style={{ flex: 1, minWidth: 0 }} /><span className="m3 t12">{number(r.count)}</span></div>)}
          {q.isSuccess && shown.length === 0 && <p className="m3">Nothing of that in this period.</p>}
        </div>
        {chosen.length > 0 && <Btn small kind="quiet" style={{ marginTop: 8 }} onClick={() => onChange([])}>Take everything</Btn>}
      </Popover.Dropdown>
    </Popover>
  );
}

/** Said where days begin by the clocks of another zone than one's own, as a link had it; it goes away by a press. */
export function ZoneMark({ zone, own, set }: { zone: string; own: string; set: Set }) {
  if (zone === own) return null;
  return <Btn className="chosen" icon={<IconWorld {...icon} />} tip={`Days as in ${zone}. Press for ${own}.`} aria-label={`Days as in ${zone}. Press for ${own}.`} onClick={() => set({ zone: undefined })}>{zone}</Btn>;
}

/** The figures as of a day: as they were known then, or that day's as they are computed now. */
export function AsOfChoice({ view, set }: { view: View; set: Set }) {
  const [open, setOpen] = useState(false);
  const [day, setDay] = useState(view.asOf);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={280} trapFocus>
      <Popover.Target><Btn kind={view.asOf ? "plain" : "quiet"} className={view.asOf ? "chosen" : ""} icon={<IconHistory {...icon} />} aria-expanded={open} tip="Look from an earlier day" onClick={() => { setDay(view.asOf); setOpen(!open); }}>{view.asOf ? `As of ${date(noon(view.asOf))}` : "Now"}</Btn></Popover.Target>
      <Popover.Dropdown className="pop">
        <form style={{ display: "grid", gap: 10 }} onSubmit={(e) => { e.preventDefault(); setOpen(false); set({ as_of: day || undefined, day: undefined }); }}>
          <TextInput type="date" label="Look at the end of this day" value={day} onChange={(e) => setDay(e.currentTarget.value)} />
          <Choice label="What was known" value={view.known ? "then" : "now"} options={[["then", "As known then"], ["now", "As computed now"]] as const} onChange={(v) => set({ known: v === "now" ? "now" : undefined })} />
          <p className="t12 m3">{view.known ? "Later corrections and late events are left out." : "Later corrections and late events count."}</p>
          <div className="row"><Btn small type="submit" kind="pri" disabled={!day}>Look</Btn>{view.asOf && <Btn small onClick={() => { setOpen(false); set({ as_of: undefined, known: undefined }); }}>Back to now</Btn>}</div>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

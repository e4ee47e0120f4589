/** In one's settings: whether one is given tickets, and time off. */
import { Select } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { sentenceOf } from "@/api/error";
import type { TimeOff as Off } from "@/api/types";
import { phrase } from "@/language/phrase";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { PresenceChoice } from "./PresenceChoice";
import { availabilityQuery } from "./queries";
import { offWords } from "./words";
import "./queue.css";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function TimeOff() {
  const mine = useQuery({ ...availabilityQuery, retry: false });
  if (mine.isError) return null;
  const d = mine.data;
  return (
    <section className="block setting" aria-label="Availability">
      <div><h2 className="h3">Availability</h2><p className="sub">Routing reads it. {d?.region ? `You work the hours of ${d.region.title} (${d.region.zone}).` : "You belong to no region, so you count as at work."}</p></div>
      <div style={{ display: "grid", gap: 16 }}>
        <PresenceChoice />
        <OffDays at="/me/time-off" days={d?.time_off ?? []} may />
      </div>
    </section>
  );
}

/** A local time as people say it: whole days without the hour, up to and with the last. */
function dayOf(local: string, last = false): string {
  const [date, time = "00:00"] = local.split("T");
  if (!/^00:00/.test(time)) return `${date} ${time.slice(0, 5)}`;
  return last ? new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10) : date;
}

/** Days off with a way to add and remove some; `at` is where they are added, `own` the zone of whose they are. */
export function OffDays({ at, days, may, zone: own = zone }: { at: string; days: Off[]; may: boolean; zone?: string }) {
  const q = useQueryClient();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [reason, setReason] = useState<Off["reason"]>("holiday");
  const [wrong, setWrong] = useState("");
  const fresh = () => q.invalidateQueries({ queryKey: ["availability"] });
  const add = (e: FormEvent) => {
    e.preventDefault();
    setWrong("");
    void api.post(at, { from, to, zone: own, reason }).then(() => { setFrom(""); setTo(""); void fresh(); }, (x) => setWrong(sentenceOf(x)));
  };
  const remove = (o: Off): Promise<void> => api.del(`/time-off/${o.id}`).then(() => {
    void fresh();
    say("Time off removed.", () => api.post(at, { from: o.from, to: o.to, zone: o.zone, reason: o.reason }).then(() => void fresh()));
  }, (e) => fail("It could not be removed", e, () => void remove(o)));
  return (
    <>
      {days.length > 0 && <table className="tbl"><thead><tr><th>From</th><th>{phrase("To", "a time or version")}</th><th>Reason</th>{may && <th aria-label="Actions" />}</tr></thead><tbody>{days.map((o) => (
        <tr key={o.id}><td className="num">{dayOf(o.from)}</td><td className="num" title={o.zone}>{dayOf(o.to, true)}</td><td>{offWords[o.reason]}</td>{may && <td style={{ textAlign: "end" }}><Btn kind="quiet" small onClick={() => remove(o)}>Remove</Btn></td>}</tr>))}</tbody></table>}
      {may && <form className="off" onSubmit={add} aria-label="Add time off">
        <label>First day<input type="date" required value={from} onChange={(e) => setFrom(e.currentTarget.value)} /></label>
        <label>Last day<input type="date" required value={to} onChange={(e) => setTo(e.currentTarget.value)} /></label>
        <Select label="Reason" value={reason} allowDeselect={false} onChange={(v) => v && setReason(v as Off["reason"])} data={Object.entries(offWords).map(([value, label]) => ({ value, label }))} />
        <Btn type="submit">Add time off</Btn>
      </form>}
      {wrong && <p className="danger t12" role="alert">{wrong}</p>}
      {may && <p className="sub">Days of {own.replaceAll("_", " ")}. It ends by itself.</p>}
    </>
  );
}

/** Who gets this one reply beside the requester: leave some out, add others. Those who are added are copied from now on. */
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { ticketPeopleQuery } from "@/api/query";
import type { PersonRef, Ticket } from "@/api/types";
import { FindPerson } from "@/record/FindPerson";
import { plural } from "@/lib/words";

/** Somebody new here has no id yet: 0. */
interface Props { ticket: Ticket; copies: PersonRef[]; onChange: (c: PersonRef[] | undefined) => void; onLeave: () => void }
export function Copies({ ticket: t, copies, onChange, onLeave }: Props) {
  const people = useQuery(ticketPeopleQuery(t.id));
  if (people.data?.copies_off) return <p className="cline t12 m2">Copies are switched off for this mailbox.</p>;
  const all = people.data?.copies ?? [];
  const left = (t.copies ?? []).filter((c) => !copies.some((x) => x.id === c.id));
  const outside = copies.filter((c) => !all.some((x) => x.person.id === c.id && !x.outside)).length;
  const silent = all.filter((x) => x.no_mail && copies.some((c) => c.id === x.person.id));
  const set = (next: PersonRef[]) => onChange(next.length === (t.copies ?? []).length && next.every((c) => (t.copies ?? []).some((x) => x.id === c.id)) ? undefined : next);
  return (
    <div className="cline" onKeyDown={(e) => { if (e.key === "Escape") { e.stopPropagation(); onLeave(); } }}>
      <span className="m3 t12">Copies</span>
      {copies.map((c) => (
        <span key={c.id || c.email} className="tag"><span className="cut" dir="auto" title={c.email ?? undefined}>{c.name}</span>
          <button type="button" aria-label={`Leave ${c.name} out of this reply`} onClick={() => set(copies.filter((x) => x !== c))}><IconX size={12} stroke={2} aria-hidden /></button></span>
      ))}
      {left.map((c) => <button key={c.id} type="button" className="tag out" title={`Left out of this reply. Click to copy ${c.name} again.`} onClick={() => set([...copies, c])}><s dir="auto">{c.name}</s></button>)}
      <span className="cfind"><FindPerson label="Copy somebody on this reply" without={[t.requester.id, ...copies.map((c) => c.id)]} onLeave={() => {}} onPick={(p, name) => set([...copies, { id: p.id ?? 0, name, email: p.email ?? null }])} /></span>
      {(outside > 0 || silent.length > 0) && (
        <span className="t12 m2 cnote">{outside > 0 && `${plural(outside, "person", "people")} outside ${t.organization?.name ?? "the requester's organization"}. `}{silent.map((s) => `${s.person.name} gets no mail. `)}</span>
      )}
    </div>
  );
}

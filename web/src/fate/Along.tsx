/** Who comes along when tickets are merged: named before it is done, and left where they are on request. */
import { Checkbox } from "@mantine/core";
import type { MergePlan, PersonRef } from "@/api/types";
import { phrase } from "@/language/phrase";
import { plural } from "@/lib/words";

const MOST = 6;
function list(people: PersonRef[]): string {
  const named = people.slice(0, people.length > MOST ? MOST - 1 : MOST).map((p) => (p.email && p.email !== p.name ? `${p.name} (${p.email})` : p.name));
  const more = people.length - named.length;
  return [...named, ...(more > 0 ? [`${more} others`] : [])].join(", ");
}

export function Along({ plan: p, checked, onChange }: { plan: MergePlan; checked: boolean; onChange: (on: boolean) => void }) {
  const what = [p.copied.length ? `Copy ${plural(p.copied.length, "person", "people")}` : "", p.followers.length ? `${p.copied.length ? "let" : "Let"} ${plural(p.followers.length, "colleague")} follow` : ""].filter(Boolean).join(`, ${phrase("and")} `);
  return (
    <div>
      <Checkbox size="xs" label={`${what} on ticket ${p.winner}`} checked={checked} onChange={(e) => onChange(e.currentTarget.checked)} />
      <div className="sub break" style={{ margin: "4px 0 0 24px" }} dir="auto">
        {checked && p.copied.length > 0 && <p>{list(p.copied)} {p.copied.length === 1 ? "gets" : "get"} its replies from now on.</p>}
        {checked && p.followers.length > 0 && <p>{list(p.followers)} {p.followers.length === 1 ? "follows" : "follow"} it.</p>}
        {checked && p.left_out > 0 && <p>{plural(p.left_out, "person", "people")} more do not fit: a ticket has room for 48 copies.</p>}
        {!checked && <p>They stay on the tickets that close.</p>}
      </div>
    </div>
  );
}

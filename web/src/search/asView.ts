/**
 * A search as what a list of tickets shows. A view holds filters, so words stay behind, and with them what no list can be
 * narrowed by; the reader is told before anything is kept. Pure: names of people and organizations are looked up by the caller.
 */
import type { TicketFilter } from "@/api/query";
import { UNSOLVED } from "@/desk/filter";

/** A word, a phrase or a filter as it was written. */
export interface Piece { name: string; value: string; not: boolean; /** As written. */ text: string }
export interface AsView {
  filter: TicketFilter;
  /** What a view does not hold, as written. */ left: string[];
  /** Whether states that nobody named were narrowed to those that still need work, so that the list stays quick. */ narrowed: boolean;
}
/** Ids of those whom a value means, by filter and value as written: org, requester and assignee. */
export type Meant = Record<string, number[] | undefined>;
export const meantKey = (p: Piece) => `${p.name}:${p.value.toLowerCase()}`;

const statuses = ["new", "open", "pending", "hold", "solved", "closed"];
const priorities = ["low", "normal", "high", "urgent"];
const names = ["status", "priority", "team", "org", "requester", "assignee", "tag", "external", "is", "sla", "created", "updated", "kind", "in"];

/** The text taken apart as the server does. */
export function pieces(text: string): Piece[] {
  return [...text.matchAll(/(-?)(?:([A-Za-z_]{2,20}):(?=\S))?(?:"([^"]*)"?|(\S+))/g)].map((m) => {
    const name = (m[2] ?? "").toLowerCase();
    return names.includes(name) ? { name, value: m[3] ?? m[4] ?? "", not: m[1] === "-", text: m[0] } : { name: "", value: m[0], not: false, text: m[0] };
  });
}

/** The filters whose values are names that have to be looked up. */
export const toLookUp = (all: Piece[]): Piece[] => all.filter((p) => ["org", "requester", "assignee"].includes(p.name) && p.value.toLowerCase() !== "me" && !/^\d+$/.test(p.value));

const hours: Record<string, number> = { m: 1 / 60, h: 1, d: 24, w: 168 };
/** now, an hour ago, in two hours: as conditions write it. */
const around = (n: number, unit: string, sign: "+" | "-") => (n === 0 ? "now" : `now ${sign} duration("${unit === "m" ? `${n}m` : `${n * hours[unit]}h`}")`);

/** created:<7d, updated:>2026-01-31 and sla:<2h as a condition; null for what is none. */
function moment(field: string, value: string, ahead: boolean): string | null {
  const m = /^(<=|>=|<|>|)(?:(\d{4}-\d{2}-\d{2})|(\d{1,5})([mhdw]))$/.exec(value.toLowerCase());
  if (!m) return null;
  const [, op, day, n, unit] = m;
  if (!day) {
    const at = around(Number(n), unit, ahead ? "+" : "-"), far = op.startsWith(">");
    return ahead ? `${field} ${far ? ">" : "<="} ${at}` : `${field} ${far ? "<" : ">="} ${at}`;
  }
  const from = `timestamp("${day}T00:00:00Z")`, next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000);
  if (Number.isNaN(next.getTime())) return null;
  const to = `timestamp("${next.toISOString().slice(0, 10)}T00:00:00Z")`;
  return { "<": `${field} < ${from}`, "<=": `${field} < ${to}`, ">": `${field} >= ${to}`, ">=": `${field} >= ${from}` }[op] ?? `${field} >= ${from} && ${field} < ${to}`;
}

export function asView(all: Piece[], me: number, meant: Meant): AsView {
  const filter: TicketFilter = {}, conditions: string[] = [], left: string[] = [];
  let states = statuses, urgency = priorities, open = false, narrowed = false;
  /** Whose ids a value means, when it means exactly one. */
  const one = (p: Piece): number | null => {
    if (/^\d+$/.test(p.value)) return Number(p.value);
    if (p.value.toLowerCase() === "me" && p.name !== "org") return me;
    const ids = meant[meantKey(p)];
    return ids?.length === 1 ? ids[0] : null;
  };
  const take = (p: Piece): boolean => {
    const values = p.value.toLowerCase().split(",");
    const among = (known: string[]) => known.filter((v) => values.includes(v) !== p.not);
    switch (p.name) {
      case "kind": return values.includes("ticket") !== p.not;
      case "status": states = states.filter((s) => among(statuses).includes(s)); return states.length > 0;
      case "priority": urgency = urgency.filter((s) => among(priorities).includes(s)); return urgency.length > 0;
      case "team":
        if (p.value.toLowerCase() === "none") conditions.push(p.not ? "has(ticket.team)" : "!has(ticket.team)");
        else if (p.not || filter.team) conditions.push(`${p.not ? "!(" : ""}ticket.team == ${JSON.stringify(p.value.toLowerCase())}${p.not ? ")" : ""}`);
        else filter.team = p.value.toLowerCase();
        return true;
      case "tag":
        if (p.not || filter.tag) conditions.push(/* as is */ `${p.not ? "!(" : ""}${JSON.stringify(p.value.toLowerCase())} in ticket.tags${p.not ? ")" : ""}`);
        else filter.tag = p.value.toLowerCase();
        return true;
      case "org": case "requester": case "assignee": {
        const id = one(p), at = p.name === "org" ? "organization" : p.name;
        if (id === null || p.not || filter[at]) return false;
        filter[at] = p.name === "assignee" && id === me ? "me" : String(id);
        return true;
      }
      case "is":
        if (p.not) return false;
        return values.every((v) => {
          if (v === "unassigned" && !filter.assignee) filter.assignee = "none";
          else if (v === "active" || v === "late") { open = true; if (v === "late") conditions.push("ticket.due < now"); }
          else if (v === "done") states = states.filter((s) => s === "solved" || s === "closed");
          else return false;
          return true;
        });
      case "sla": case "created": case "updated": {
        const c = moment(p.name === "sla" ? "ticket.due" : `ticket.${p.name}`, p.value, p.name === "sla");
        if (!c) return false;
        if (p.name === "sla" && !p.not) open = true;
        conditions.push(p.not ? `!(${c})` : c);
        return true;
      }
      default: return false;
    }
  };
  for (const p of all) if (!take(p)) left.push(p.text);
  if (open) states = states.filter((s) => s !== "solved" && s !== "closed");
  else if (states.length === statuses.length && conditions.length > 0 && !filter.team && !filter.tag && !filter.assignee && !filter.requester && !filter.organization) {
    states = UNSOLVED.split(",");
    narrowed = true;
  }
  if (states.length < statuses.length) filter.status = states.join(",");
  if (urgency.length < priorities.length) filter.priority = urgency.join(",");
  if (conditions.length > 0) filter.filter = conditions.length > 1 ? conditions.map((c) => (c.startsWith("!(") || !c.includes("&&") ? c : `(${c})`)).join(" && ") : conditions[0];
  if (conditions.length > 0 && states.some((s) => s === "solved" || s === "closed")) filter.sort = "updated";
  return { filter, left, narrowed };
}

/** What the columns of an import may become, in words. */
import type { ImportColumn } from "@/api/types";

const words: Record<string, string> = { email: "Email", name: "Name", first_name: "First name", last_name: "Last name", organization: "Organization, by name", organization_external_id: "Organization, by its id elsewhere", external_id: "Id elsewhere", time_zone: "Time zone", domains: "Mail domains", plan: "Plan", segment: "Segment", coverage: "Coverage", stage: "Stage", revenue: "Yearly value", currency: "Currency", since: "Customer since", contract_start: "Contract began", renewal: "Renewal", csm: "Looked after by, by address", team: "Team", parent_external_id: "Part of, by its id elsewhere" };
export const fieldText = (f: string): string => words[f] ?? (f.startsWith("attributes.") ? `Attribute ${f.slice(11)}` : f);

/** A name for an attribute out of a column's name. */
export const slug = (column: string): string => column.trim().toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "") || "column";

/** The fields a column may be mapped to: those of the kind, what it is now, and an attribute of its own name. */
export function choices(c: ImportColumn, fields: string[]): { value: string; label: string }[] {
  const own = `attributes.${slug(c.name)}`;
  const all = [...new Set([...fields, ...(c.field ? [c.field] : []), ...(c.suggestion ? [c.suggestion] : []), own])];
  return [{ value: "", label: "Not imported" }, ...all.map((f) => ({ value: f, label: fieldText(f) }))];
}

/** Fields that more than one column would fill. */
export function twice(mapping: Record<string, string>): string[] {
  const used = Object.values(mapping).filter(Boolean);
  return [...new Set(used.filter((f, i) => used.indexOf(f) !== i))];
}

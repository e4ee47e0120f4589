/** Fields of accounts as the groups of a choice: of the account, its attributes, measures. */
import type { ReportField } from "@/api/reports";
import { phrase } from "@/language/phrase";
import { fieldTitle } from "./say";

export function choices(fields: ReportField[], value: (f: ReportField) => string) {
  const of = (group: string, some: ReportField[]) => ({ group, items: some.map((f) => ({ value: value(f), label: fieldTitle(f) })) });
  return [
    of(phrase("Account"), fields.filter((f) => !f.name.includes("."))),
    of(phrase("Attributes"), fields.filter((f) => f.name.startsWith("attributes."))),
    of(phrase("Measures"), fields.filter((f) => f.name.includes(".") && !f.name.startsWith("attributes."))),
  ].filter((g) => g.items.length > 0);
}

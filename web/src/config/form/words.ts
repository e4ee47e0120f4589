/** What fields and their values are called in forms. What is not named here the schema names in the reader's language; English calls it by its key. */
import { phrase } from "@/language/phrase";
import { useQuery } from "@tanstack/react-query";
import { schemaQuery } from "@/api/query";
import { metricWord, priorityWord, statusWord, typeWord } from "@/lib/words";
import type { Schema } from "./schema";

const labels: Record<string, string> = {
  "sla:match": "Which tickets", "view:match": "Which tickets", "macro:match": "Offered on which tickets", "trigger:on": "What it listens to", "trigger:when": "Only when", "time_rule:when": "Only when",
  do: "What it does", "sla:pause": "Reply clocks stand still while", "sla:targets": "Promises", "form:fields": "What it asks", "calendar:hours": "Opening hours", "time_rule:in": "In which states",
  "time_rule:since": "Waits on", "time_rule:after": "For how long", within: "Within", my_teams: "Only the reader’s teams", time_zone: "Time zone", title: "Title", name: "Name", description: "Description", "was": "Name before", add_tags: "Add tags", remove_tags: "Take tags away",
  customers_when: "Customers are asked while", customers_required: "Customers must fill it", required_in: "Must be filled in the states", webhook_body: "What the webhook is told", task_due: "A task is due in",
  "article:url": "Address", "article:audience": "Who reads it", "macro:side": "Side conversation", stop: "Stop after it", once: "Once only", disabled: "Not in force", "macro:reply": "Text for the customer", "trigger:do[].reply": "Reply to the customer", "form:fields[].when": "Asked while",
};

const words: Record<string, string> = {
  ...metricWord, ...statusWord, ...typeWord, ...priorityWord,
  created: "Created", changed: "A field changes", commented: "The customer writes", replied: "A colleague replies", noted: "An internal note", state: phrase("Its present state"), updated: "Last update", assigned: "Taken by somebody", asked: "The customer asked",
  me: "The reader’s own", none: "None", any: "Anybody’s", up: "Higher is better", down: "Lower is better", neutral: "Neither",
};
/** Values that mean something of their own at a place. */
const placed: Record<string, Record<string, string>> = {
  "trigger:on": { created: "A ticket is opened" }, "view:columns": { created: "Opened", updated: "Updated", due: "Next due" }, "view:sort": { due: "What is due first", updated: "Updated last", created: "Opened last", priority: "Most urgent first", status: phrase("By state"), "-updated": "Longest unchanged", "-created": "Opened first", "-priority": "Least urgent first", "-status": "By state, done first" },
  "time_rule:since": { created: "It was opened", replied: "A colleague replied", solved: "It was solved" }, "view:group": { none: "Nothing", due: "When it is due" },
};

const named = { fields: new Map<string, string>(), values: new Map<string, string>() };
function learn(schema: Schema) {
  for (const [name, s] of Object.entries(schema.properties ?? {})) {
    if (s.title) named.fields.set(name, s.title);
    for (const has of [s, s.items, s.additionalProperties, ...(s.anyOf ?? [])]) for (const [value, word] of Object.entries((has && has["x-words"]) || {})) named.values.set(value, word);
  }
  Object.values(schema.$defs ?? {}).forEach(learn);
}
/** The schema of a kind; what it calls fields and values is known from then on. */
export function useSchema(kind: string) {
  return useQuery({ ...schemaQuery(kind), select: taught });
}
const taught = (schema: object) => (learn(schema as Schema), schema);

export const sentenceCase = (key: string): string => {
  const s = key.replaceAll("_", " ").replaceAll("-", " ");
  return s.charAt(0).toUpperCase() + s.slice(1);
};
const general = (path: string): string => path.replace(/\[\d+\]/g, "[]");

export function labelOf(kind: string, path: string): string {
  const at = general(path), key = at.split(".").pop()!.replaceAll("[]", "");
  return labels[`${kind}:${at}`] ?? labels[key] ?? named.fields.get(key) ?? sentenceCase(key);
}
export const valueWord = (kind: string, path: string, value: string): string => placed[`${kind}:${general(path)}`]?.[value] ?? words[value] ?? named.values.get(value) ?? sentenceCase(value);

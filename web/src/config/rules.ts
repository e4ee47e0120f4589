/** The kinds of rules, and how their usage is told. */
import type { RuleKind } from "@/api/configuration";

export const ruleKinds: { kind: RuleKind; word: string; what: string; fired: string }[] = [
  { kind: "trigger", word: "Triggers", what: "What happens when a ticket changes, in the order it is looked at", fired: "Fired" },
  { kind: "time_rule", word: "Time rules", what: "What happens when something has lasted long enough, in the order it is looked at", fired: "Fired" },
  { kind: "macro", word: "Macros", what: "Prepared answers and changes, by title", fired: "Used" },
  { kind: "guard", word: "Guards", what: "What a colleague is asked before a change is made", fired: "Went on" },
];

export const isRule = (kind: string): kind is RuleKind => ruleKinds.some((k) => k.kind === kind);

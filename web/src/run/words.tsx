/** How runs and steps are said and marked. */
import { IconAlertTriangle, IconCheck, IconCircle, IconCircleDashed, IconCircleDot, IconClock, IconMinus, IconPlayerPause, IconPlayerSkipForward, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Run, RunStep, StepState, Who } from "@/api/run";
import { phrase } from "@/language/phrase";
import { Tag, type Meaning } from "@/ui/Tag";

const p = { size: 14, stroke: 1.75, "aria-hidden": true } as const;
const states: Record<Run["state"], [Meaning, ReactNode, string]> = {
  queued: ["none", <IconClock {...p} />, "Waits for a place"],
  active: ["accent", <IconCircleDot {...p} />, "Under way"],
  paused: ["attention", <IconPlayerPause {...p} />, "Paused"],
  done: ["good", <IconCheck {...p} />, "Done"],
  cancelled: ["none", <IconX {...p} />, "Cancelled"],
};
export function RunTag({ run: r }: { run: Pick<Run, "state" | "outcome"> }) {
  const [meaning, icon, word] = states[r.state];
  const declined = r.state === "done" && r.outcome === "declined";
  return <Tag meaning={declined ? "attention" : meaning} icon={icon}>{declined ? "Declined" : word}</Tag>;
}

const i = { size: 18, stroke: 1.75, "aria-hidden": true } as const;
const marks: Record<StepState, [string, ReactNode]> = {
  ahead: ["Ahead", <IconCircle {...i} />], scheduled: ["Begins later", <IconClock {...i} />], active: ["Under way", <IconCircleDot {...i} />], done: ["Done", <IconCheck {...i} />],
  skipped: ["Skipped", <IconPlayerSkipForward {...i} />], passed: ["Not needed", <IconMinus {...i} />], failed: ["Could not be done", <IconAlertTriangle {...i} />], dropped: ["Not done", <IconCircleDashed {...i} />],
};
export const StepMark = ({ state }: { state: StepState }) => <span className={`smark ${state}`} title={marks[state][0]} role="img" aria-label={marks[state][0]}>{marks[state][1]}</span>;
export const stepWord = (s: StepState): string => marks[s][0];

const kinds: Record<string, string> = { task: "Task", approval: "Approval", form: "Form", message: "Mail", wait: "Wait", call: "Call", quiz: "Quiz", deliverable: "Deliverable", choice: "Choice", repeat: "Repeat", playbook: "Another playbook", action: phrase("Done by Steward") };
export const kindWord = (kind: string): string => kinds[kind] ?? kind;
const outcomes: Record<string, string> = { approved: "Agreed", declined: "Declined", too_long: "Took too long", held: "", enough: "Enough rounds", none: "None of the options", passed: "Passed", failed: "Not passed", completed: "" };
export const outcomeText = (outcome: string): string => outcomes[outcome] ?? outcome;
export const outcomeWord = (s: RunStep): string => s.options.find((o) => o.name === s.outcome)?.title ?? outcomeText(s.outcome);
export const whoText = (who: Who[]): string => who.map((w) => w.title).join(", ");
const places: Record<string, string> = { person: "people", organization: "organizations", ticket: "tickets", account: "accounts", application: "applications", issue: "issues", change_request: "configuration/requests" };
export const subjectPath = (s: Run["subject"]): string | null => (places[s.kind] ? `/${places[s.kind]}/${s.id}` : null);
export const settled = (s: StepState): boolean => s === "done" || s === "skipped" || s === "passed";

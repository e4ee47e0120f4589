/** The parts of a health update: how it stands, what to bear in mind, what to watch, what comes next. */
import { Select, Textarea } from "@mantine/core";
import type { HealthUpdate } from "./data";

export const noUpdate: HealthUpdate = { state: "", considerations: "", watch_items: "", next_steps: "", impact: "none", reason: "none" };

const parts = [["state", "How it stands"], ["considerations", "Considerations"], ["watch_items", "What to watch"], ["next_steps", "Next steps"]] as const;
const impacts = { none: "Nothing", churn: "Losing the customer", tier_downgrade: "A smaller plan", seat_churn: "Fewer seats", sentiment: "Sentiment", competitor: "A competitor", stage: "Stage" };
const reasons = { none: "No reason", adoption: "Adoption", product: "Product", quality: "Quality", engagement: "Engagement", budget: "Budget", corporate_decision: "Corporate decision", other: "Other" };
const list = (of: Record<string, string>) => Object.entries(of).map(([value, label]) => ({ value, label }));

export function Triage({ value: v, set }: { value: HealthUpdate; set: (v: HealthUpdate) => void }) {
  return (
    <>
      {parts.map(([k, label]) => <Textarea key={k} size="xs" label={label} autosize minRows={k === "state" ? 2 : 1} maxLength={10_000} value={v[k]} onChange={(e) => set({ ...v, [k]: e.currentTarget.value })} />)}
      <div className="row" style={{ gap: 8 }}>
        <Select size="xs" label="At risk" value={v.impact} onChange={(x) => x && set({ ...v, impact: x })} allowDeselect={false} data={list(impacts)} style={{ flex: 1 }} />
        <Select size="xs" label="Why" value={v.reason} onChange={(x) => x && set({ ...v, reason: x })} allowDeselect={false} data={list(reasons)} style={{ flex: 1 }} />
      </div>
    </>
  );
}

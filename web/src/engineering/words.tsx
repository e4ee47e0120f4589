/** Issues and known issues in words: what a state means, with its mark. */
import { IconCircleCheck, IconCircleDot, IconGitMerge, IconHelpCircle, IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Issue, IssueState, KnownState, WantedIssue } from "@/api/types";
import { locale } from "@/language/language";
import { phrase } from "@/language/phrase";
import { Tag, type Meaning } from "@/ui/Tag";

const p = { size: 14, stroke: 1.75, "aria-hidden": true } as const;
const look: Record<IssueState, [Meaning, ReactNode, string]> = {
  unknown: ["none", <IconHelpCircle {...p} />, "Not read yet"], open: ["accent", <IconCircleDot {...p} />, phrase("Open", "what is to do")],
  closed: ["good", <IconCircleCheck {...p} />, "Closed"], merged: ["good", <IconGitMerge {...p} />, "Merged"],
};
export function IssueTag({ of: i }: { of: Pick<Issue, "state" | "error"> }) {
  const [meaning, icon, word] = look[i.state];
  return <Tag meaning={meaning} icon={icon} title={i.error || undefined}>{word}</Tag>;
}
export const Confidential = () => <span className="m3 row" style={{ display: "inline-flex", gap: 3 }} title="Customers never see it"><IconLock {...p} /><span className="t12">Confidential</span></span>;

export function KnownTag({ of: k }: { of: { state: KnownState; fixed_in: string } }) {
  if (k.state === "fixed") return <Tag meaning="good" icon={<IconCircleCheck {...p} />}>Fixed in {k.fixed_in}</Tag>;
  if (k.state === "wont_fix") return <Tag>Will not be fixed</Tag>;
  return <Tag meaning="accent" icon={<IconCircleDot {...p} />}>{phrase("Open", "what is to do")}</Tag>;
}

/** An amount of money, without cents where it is large. */
export function money(w: Pick<WantedIssue, "revenue" | "currency">): string {
  if (w.revenue === null || w.revenue === undefined) return "";
  const n = new Intl.NumberFormat(locale(), { maximumFractionDigits: w.revenue >= 1000 ? 0 : 2 }).format(w.revenue);
  return w.currency ? `${n} ${w.currency}` : n;
}

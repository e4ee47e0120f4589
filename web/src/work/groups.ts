/** The parts of the list by due date, as the server cut them in the person's zone. */
import type { Count, WorkBucket, WorkCounts, WorkItem } from "@/api/types";

export const buckets: WorkBucket[] = ["overdue", "today", "week", "later", "none"];
export const bucketWord: Record<WorkBucket, string> = { overdue: "Past due", today: "Today", week: "This week", later: "Later", none: "No date" };
export interface Group { name: WorkBucket; items: WorkItem[] }

/** Items past their time since the server answered are past due here too. */
export function bucketOf(i: Pick<WorkItem, "due" | "bucket">, at: number): WorkBucket {
  return i.due !== null && Date.parse(i.due) < at ? "overdue" : i.bucket;
}

/** Groups in fixed order, items in the order given; empty groups are left out. */
export function groupWork(items: WorkItem[], at: number): Group[] {
  const by: Record<WorkBucket, WorkItem[]> = { overdue: [], today: [], week: [], later: [], none: [] };
  for (const i of items) by[bucketOf(i, at)].push(i);
  return buckets.filter((n) => by[n].length > 0).map((name) => ({ name, items: by[name] }));
}

/** Everything that is open, for the rail. */
export function openCount(c: WorkCounts): Count {
  return { count: buckets.reduce((n, b) => n + c[b].count, 0), capped: buckets.some((b) => c[b].capped) };
}

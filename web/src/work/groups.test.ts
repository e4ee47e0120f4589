import { expect, it } from "vitest";
import type { WorkItem } from "@/api/types";
import { groupWork, openCount } from "./groups";
import { choices, morning } from "./snooze";

const at = Date.parse("2026-08-13T13:42:00Z"); // a Thursday
const item = (id: number, bucket: string, due: string | null) => ({ id, bucket, due }) as WorkItem;

it("groups by bucket in fixed order, and moves on what came due since", () => {
  const groups = groupWork([item(1, "overdue", "2026-08-13T12:00:00Z"), item(2, "today", "2026-08-13T13:40:00Z"), item(3, "today", "2026-08-13T16:00:00Z"), item(4, "none", null)], at);
  expect(groups.map((g) => [g.name, g.items.map((i) => i.id)])).toEqual([["overdue", [1, 2]], ["today", [3]], ["none", [4]]]);
});

it("counts what is open, not what is put off or done", () => {
  const n = (count: number, capped = false) => ({ count, capped });
  expect(openCount({ overdue: n(1), today: n(2), week: n(3), later: n(1000, true), none: n(4), snoozed: n(9), done_today: n(9) })).toEqual({ count: 1010, capped: true });
});

it("comes back in the person's morning, over a clock change too", () => {
  expect(new Date(morning(at, 1, 9, "Europe/Amsterdam")).toISOString()).toBe("2026-08-14T07:00:00.000Z");
  expect(new Date(morning(Date.parse("2026-10-24T12:00:00Z"), 1, 9, "Europe/Amsterdam")).toISOString()).toBe("2026-10-25T08:00:00.000Z");
  expect(choices(at, "Europe/Amsterdam").map((c) => new Date(c.until).toISOString())).toEqual(
    ["2026-08-13T16:42:00.000Z", "2026-08-14T07:00:00.000Z", "2026-08-17T07:00:00.000Z", "2026-08-27T07:00:00.000Z"]);
});

it("offers a morning once", () => {
  const sunday = Date.parse("2026-08-16T10:00:00Z");
  expect(choices(sunday, "UTC").map((c) => c.title)).toEqual(["In three hours", "Tomorrow morning", "In two weeks"]);
});

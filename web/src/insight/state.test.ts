import { expect, it } from "vitest";
import type { Dimension, Period } from "@/api/insight";
import { askOf, condition, filterOf, nextDay, periodOf, pinned, readChoices, readView, withTable, writeChoices, writeKey } from "./state";

const team: Dimension = { name: "ticket.team", title: "Team", type: "text", kind: "team" };
const who: Dimension = { name: "ticket.assignee", title: "Assignee", type: "int", kind: "person" };
const page = { period: "last-month", compare: "year" as const, zone: "", filters: [{ dimension: "ticket.team", title: "Team", values: ["support"], indicator: "x" }] };

it("brings choices there and back, whatever they hold", () => {
  const c = { "ticket.team": ["support", "a,b;c:d", "", "Öl & Gas"], "ticket.assignee": ["7"] };
  expect(readChoices(writeChoices(c))).toEqual(c);
  expect(readChoices("")).toEqual({});
});
it("writes conditions as filters are written", () => {
  expect(condition(team, ['a "b"'])).toBe('ticket.team == "a \\"b\\""');
  expect(condition(who, ["7", ""])).toBe("(ticket.assignee == 7 || !has(ticket.assignee))");
});
it("filters by what the picture knows and keeps its own filter", () => {
  const c = { "ticket.team": ["support"], "ticket.brand": ["x"] };
  expect(filterOf("", c, [team])).toBe('ticket.team == "support"');
  expect(filterOf("a || b", c, [team])).toBe('(a || b) && ticket.team == "support"');
  expect(filterOf("a || b", {}, [team])).toBe("a || b");
});
it("takes from the page what the address does not say", () => {
  expect(readView({}, page, "Europe/Berlin")).toMatchObject({ period: "last-month", compare: "year", zone: "Europe/Berlin", choices: { "ticket.team": ["support"] }, open: null });
  expect(readView({ where: "", from: "2030-01-01", to: "2030-01-31", open: "3" }, page, "UTC")).toMatchObject({ period: "", choices: {}, open: 3 });
});
it("ends chosen dates with their last day", () => {
  expect(nextDay("2030-02-28")).toBe("2030-03-01");
  expect(periodOf({ period: "", from: "2030-01-01", to: "2030-01-31" }, undefined)).toMatchObject({ to: "2030-02-01", every: "day" });
  expect(periodOf({ period: "", from: "2029-01-01", to: "2030-01-31" }, undefined)?.every).toBe("month");
});
it("asks a heat map by hour, and a number without its groups", () => {
  const v = readView({ as_of: "2030-02-10" }, { ...page, filters: [] }, "UTC");
  const p: Period = { name: "last-month", title: "", from: "a", to: "b", every: "day", trend_from: "t", trend_every: "month", whole: true };
  const t = { chart: "heat-map" as const, by: "", filter: "", every: "" as const, dimensions: [] };
  expect(askOf(t, v, p)).toMatchObject({ every: "hour", as_of: "2030-02-11", known: "2030-02-11", compare: "year" });
  expect(askOf({ ...t, chart: "number", by: "ticket.team" }, v, p, true)).toMatchObject({ from: "t", every: "month", group: undefined, compare: undefined });
});
it("pins the zone and the days of a link, and nothing that it says itself", () => {
  const view = (s: Record<string, string>) => readView(s, page, "Asia/Kolkata");
  expect(pinned({ where: "x:1" }, view({}), "2030-02-10")).toEqual({ where: "x:1", zone: "Asia/Kolkata", day: "2030-02-10" });
  expect(pinned({ day: "2029-12-24", zone: "UTC" }, view({ day: "2029-12-24", zone: "UTC" }), "2030-02-10")).toMatchObject({ day: "2029-12-24", zone: "UTC" });
  expect(pinned({ from: "2030-01-01", to: "2030-01-31" }, view({ from: "2030-01-01", to: "2030-01-31" }), "2030-02-10").day).toBeUndefined();
  expect(pinned({ as_of: "2030-01-31" }, view({ as_of: "2030-01-31" }), "2030-02-10").day).toBeUndefined();
  // Whoever opens it elsewhere and later reads the same zone and day.
  expect(readView(pinned({}, view({}), "2030-02-10"), page, "America/Lima")).toMatchObject({ zone: "Asia/Kolkata", day: "2030-02-10", period: "last-month" });
});
it("keeps which pictures are tables, and the group that has no key", () => {
  expect(withTable([], 4, true)).toBe("4");
  expect(withTable([4, 7], 1, true)).toBe("1,4,7");
  expect(withTable([4], 4, false)).toBeUndefined();
  expect(readView({ table: "1,4,x" }, page, "UTC").tables).toEqual([1, 4]);
  expect(readView({ key: writeKey("")! }, page, "UTC").key).toBe("");
  expect(readView({ key: writeKey("7")! }, page, "UTC").key).toBe("7");
  expect(readView({}, page, "UTC").key).toBeNull();
});

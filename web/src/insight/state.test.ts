import { expect, it } from "vitest";
import type { Dimension, Period } from "@/api/insight";
import { askOf, condition, filterOf, nextDay, periodOf, readChoices, readView, writeChoices } from "./state";

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

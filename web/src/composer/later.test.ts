import { expect, it } from "vitest";
import { atIn, localOf, usual } from "./later";

it("goes from a local time to the moment and back, in every zone", () => {
  for (const zone of ["Europe/Amsterdam", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland", "UTC"])
    for (const text of ["2030-01-15T09:00", "2030-07-15T23:59", "2030-02-28T00:00"]) expect(localOf(atIn(text, zone)!, zone)).toBe(text);
  expect(atIn("2030-07-15T09:00", "Europe/Amsterdam")).toBe(Date.parse("2030-07-15T07:00:00Z"));
});
it("answers with null to what is no time", () => expect(atIn("soon", "UTC")).toBeNull());
it("offers tomorrow and Monday in the zone asked for", () => {
  const thursday = Date.parse("2030-08-15T20:00:00Z"); // Friday already in Auckland
  expect(usual(thursday, "Europe/Amsterdam").map((u) => u.local)).toEqual(["2030-08-15T23:00", "2030-08-16T09:00", "2030-08-19T09:00"]);
  expect(usual(thursday, "Pacific/Auckland").map((u) => u.local).slice(1)).toEqual(["2030-08-17T09:00", "2030-08-19T09:00"]);
});

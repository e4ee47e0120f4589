import { expect, it } from "vitest";
import { expiry, scopesText, scopeText } from "./scopes";

it("says a scope in words", () => {
  expect(scopeText("ticket.read")).toBe("Read tickets");
  expect(scopeText("blueprint.apply")).toBe("Apply configuration");
  expect(scopeText("comet.*")).toBe("Everything with comet");
});
it("says many in one phrase", () => {
  expect(scopesText(["*", "ticket.read"])).toBe("Everything you may do");
  expect(scopesText(["ticket.read", "person.read", "mail.read"])).toBe("Read only: tickets, people, mail");
});
it("ends a token so many days ahead, or never", () => {
  expect(expiry("30", Date.UTC(2030, 0, 1))).toBe("2030-01-31T00:00:00.000Z");
  expect(expiry("never", 0)).toBeNull();
});

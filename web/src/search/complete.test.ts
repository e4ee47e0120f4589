import { expect, test } from "vitest";
import { complete, lastWord } from "./complete";

test("the last word follows the last space outside of quotes", () => {
  expect(lastWord("invoice sta")).toBe("sta");
  expect(lastWord("invoice ")).toBe("");
  expect(lastWord('seats organization:"Sample Ban')).toBe('organization:"Sample Ban');
});
test("completing keeps what was typed before", () => {
  expect(complete("invoice sta", "status:")).toBe("invoice status:");
  expect(complete("invoice -status:so", "-status:solved")).toBe("invoice -status:solved ");
  expect(complete('organization:"Sample Ban', 'organization:"Sample Bank 2"')).toBe('organization:"Sample Bank 2" ');
});

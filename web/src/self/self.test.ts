import { expect, test } from "vitest";
import { keptOf, newsKinds, usual, waysOf } from "./news";
import { signed } from "./signature";

test("what somebody chose is read back as it was kept", () => {
  const ways = waysOf("assigned:m,due:,nonsense:a");
  expect(ways.assigned).toEqual({ app: false, mail: true, browser: false });
  expect(ways.due).toEqual({ app: false, mail: false, browser: false });
  expect(ways.breached).toEqual({ app: true, mail: false, browser: true });
  expect(waysOf(keptOf(ways))).toEqual(ways);
  expect(Object.keys(usual)).toEqual([...newsKinds]);
});
test("a signature stands under the words once, and not under none", () => {
  expect(signed("Hello", "Maria\nSupport")).toBe("Hello\n\n--  \nMaria  \nSupport");
  expect(signed("Hello\n\n--  \nMaria", "Maria")).toBe("Hello\n\n--  \nMaria");
  expect(signed(signed("Hello", "Maria\nSupport"), "Maria\nSupport")).toBe(signed("Hello", "Maria\nSupport"));
  expect(signed("  ", "Maria")).toBe("  ");
  expect(signed("Hello", "  ")).toBe("Hello");
});

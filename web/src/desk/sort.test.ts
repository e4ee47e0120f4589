import { expect, test } from "vitest";
import { pressed, sortOf } from "./sort";

test("the address decides, then the view, then the due time", () => {
  expect(sortOf({ sort: "priority" }, "updated")).toBe("priority");
  expect(sortOf({}, "updated")).toBe("updated");
  expect(sortOf({ sort: "size" })).toBe("due");
});
test("a second press turns the order round, where it can be", () => {
  expect(pressed("priority", "due")).toBe("priority");
  expect(pressed("priority", "priority")).toBe("-priority");
  expect(pressed("priority", "-priority")).toBe("priority");
  expect(pressed("due", "due")).toBe("due");
});

import { expect, test } from "vitest";
import type { Field } from "@/api/types";
import { difference, fieldText, merged, typed } from "./value";

const field = (o: Partial<Field>): Field => ({ name: "f", title: "F", help: "", on: "ticket", type: "text", options: [], pattern: "", min: null, max: null, to: "", required: false, edit: true, everyone: false, indexed: null, ...o });
const area = field({ type: "multiselect", options: [{ value: "api", title: "The API" }, { value: "europe::france", title: "" }] });

test("options read by their titles", () => expect(fieldText(area, ["api", "europe::france"])).toBe("The API, europe, france"));
test("nothing reads as nothing, no as no", () => {
  expect(fieldText(area, [])).toBe("");
  expect(fieldText(field({ type: "checkbox" }), false)).toBe("No");
});
test("what is typed becomes a value, nothing, or is refused", () => {
  expect(typed(field({ type: "integer" }), " 40 ")).toBe(40);
  expect(typed(field({ type: "integer" }), "forty")).toBeUndefined();
  expect(typed(field({ type: "decimal" }), "2.5")).toBe(2.5);
  expect(typed(field({}), "  ")).toBeNull();
});
test("only what differs is sent, and what is gone is taken away", () => {
  expect(difference({ plan: "free", seats: 4, old: "x" }, { plan: "premium", seats: 4, old: "" })).toEqual({ plan: "premium", old: null });
  expect(merged({ a: 1, b: 2 }, { b: null, c: 3 })).toEqual({ a: 1, c: 3 });
});

import { expect, test } from "vitest";
import { choices, slug, twice } from "./mapping";

test("a column may become a field, an attribute of its name, or nothing", () => {
  const all = choices({ name: "Plan (new)", field: "", samples: [] }, ["name"]);
  expect(all.map((c) => c.value)).toEqual(["", "name", "attributes.plan_new"]);
});
test("names become attributes that can be written in a condition", () => expect(slug("  Größe / m² ")).toMatch(/^[a-z0-9_]+$/));
test("two columns for one field are told", () => expect(twice({ A: "email", B: "email", C: "", D: "" })).toEqual(["email"]));

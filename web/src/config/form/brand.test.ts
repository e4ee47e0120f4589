import { expect, test } from "vitest";
import { accentVars, wide } from "./brand";

test("each theme has its colours", () => {
  const css = ":root { --accent: #0b6560; --on-accent: #ffffff; }\n@media (prefers-color-scheme: dark) { :root { --accent: #6fc3ba; --on-accent: #12110f; } }\n";
  expect(accentVars(css, "light")).toEqual({ "--accent": "#0b6560", "--on-accent": "#ffffff" });
  expect(accentVars(css, "dark")).toEqual({ "--accent": "#6fc3ba", "--on-accent": "#12110f" });
  expect(accentVars("", "dark")).toEqual({});
  expect([wide(64, 64), wide(128, 64), wide(129, 64)]).toEqual([false, false, true]);
});

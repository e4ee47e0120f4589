/** A brand as public pages wear it. Pure. */

/** Such a picture stands in place of the title. */
export const wide = (width: number, height: number): boolean => width > 2 * height;

/** The colours that the server works out of a brand's, for pages of one theme: its style sheet says those for light, then for dark. */
export function accentVars(css: string, theme: "light" | "dark"): Record<string, string> {
  const part = css.split(":root")[theme === "light" ? 1 : 2] ?? "";
  return Object.fromEntries([...part.matchAll(/(--[a-z-]+): (#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]));
}

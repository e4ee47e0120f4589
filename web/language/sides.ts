/** Left and right in styles, and what to write instead: where a line begins and ends, which a language written from right to left turns around. */

const one: Record<string, string> = { left: "inset-inline-start", right: "inset-inline-end" };
for (const [side, end] of [["left", "start"], ["right", "end"]]) {
  for (const p of ["margin", "padding", "border", "scroll-margin", "scroll-padding"]) one[`${p}-${side}`] = `${p}-inline-${end}`;
  for (const w of ["color", "width", "style"]) one[`border-${side}-${w}`] = `border-inline-${end}-${w}`;
  for (const v of ["top", "bottom"]) one[`border-${v}-${side}-radius`] = `border-${v === "top" ? "start" : "end"}-${end}-radius`;
}
const ends: Record<string, string> = { left: "start", right: "end" };
const inside: Record<string, string> = { left: "inline-start", right: "inline-end" };

/** A value cut at the spaces that are not in brackets. */
const parts = (value: string): string[] => value.trim().match(/(?:[^\s(]|\((?:[^()]|\([^()]*\))*\))+/g) ?? [];

/** A style sheet with sides said logically. What stands on a line with the comment "sides" is meant as it is. */
export function logical(css: string): string {
  return css.split("\n").map((line) => (line.includes("/* sides */") ? line : line.replace(/(^|[{;]\s*)([a-z-]+)(\s*:\s*)([^;{}]+?)(\s*)(?=[;}]|$)/gm, (all, lead: string, name: string, colon: string, value: string, tail: string) => {
    const [, bare, important] = /^(.*?)(\s*!important)?$/s.exec(value)!;
    if (one[name]) return `${lead}${one[name]}${colon}${value}${tail}`;
    if (name === "text-align" && ends[bare]) return `${lead}${name}${colon}${ends[bare]}${important ?? ""}${tail}`;
    if ((name === "float" || name === "clear") && inside[bare]) return `${lead}${name}${colon}${inside[bare]}${important ?? ""}${tail}`;
    const v = parts(bare);
    if (/^(padding|margin|inset)$/.test(name) && v.length === 4 && v[1] !== v[3]) {
      const block = v[0] === v[2] ? v[0] : `${v[0]} ${v[2]}`;
      return `${lead}${name}-block${colon}${block}${important ?? ""}; ${name}-inline${colon}${v[3]} ${v[1]}${important ?? ""}${tail}`;
    }
    if (name === "border-radius" && v.length === 4 && (v[0] !== v[1] || v[2] !== v[3])) {
      return lead + [["start-start", v[0]], ["start-end", v[1]], ["end-end", v[2]], ["end-start", v[3]]].map(([c, r]) => `border-${c}-radius${colon}${r}${important ?? ""}`).join("; ") + tail;
    }
    return all;
  }))).join("\n");
}

const camel = (s: string): string => s.replace(/-(\w)/g, (_all, c: string) => c.toUpperCase());
const inline = new Map(Object.entries(one).filter(([k]) => k.includes("-")).map(([k, v]) => [camel(k), camel(v)]));

/** Styles written in a component, likewise. Plain left and right stay: they are places in pictures. */
export function logicalInline(code: string): string {
  return code
    .replace(/\b(margin|padding|border)(Left|Right)(?=: )/g, (all) => inline.get(all) ?? all)
    .replace(/\btextAlign: "(left|right)"/g, (_all, side: string) => `textAlign: "${ends[side]}"`);
}

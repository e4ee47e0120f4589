/** Says a message in the language that was chosen. The build puts these calls around every text; see docs/languages.md. */
import { cloneElement, createElement, Fragment, isValidElement, type ReactElement, type ReactNode } from "react";
import { language, translate } from "./language";
import { parse, type Node } from "./message";

type Values = Record<string, unknown>;

/** The words for an English message; a meaning after it tells apart what English says alike. */
function wording(english: string): string {
  const said = translate?.(english);
  if (said) return said;
  const cut = english.indexOf("\u0004");
  return cut < 0 ? english : (translate?.(english.slice(0, cut)) ?? english.slice(0, cut));
}

/** A message as text. */
export function $t(english: string, values?: Values): string {
  const said = wording(english);
  return values || /[{<']/.test(said) ? pieces(parse(said), values ?? {}, []).join("") : said;
}

/** A message with elements or with values that may be elements: text when it is nothing but text. */
export function $r(english: string, values: Values, elements: ReactElement[] = []): ReactNode {
  const all = pieces(parse(wording(english)), values, elements);
  if (all.every((p) => typeof p === "string" || typeof p === "number")) return all.join("");
  return createElement(Fragment, null, ...all);
}

function pieces(nodes: Node[], values: Values, elements: ReactElement[], count?: number): ReactNode[] {
  return nodes.flatMap((n): ReactNode | ReactNode[] => {
    if (typeof n === "string") return n;
    switch (n.kind) {
      case "value": return values[n.name] as ReactNode;
      case "count": return number(count ?? 0);
      case "select": return pieces(n.of[String(values[n.name])] ?? n.of.other, values, elements, count);
      case "plural": {
        const v = Number(values[n.name]);
        return pieces(n.of["=" + v] ?? n.of[rule().select(v)] ?? n.of.other, values, elements, v);
      }
      case "element": {
        const e = elements[n.index];
        if (!isValidElement(e)) return null;
        return cloneElement(e, { key: e.key ?? `e${n.index}` }, ...(n.inside ? pieces(n.inside, values, elements, count) : []));
      }
    }
  });
}

let rules: Intl.PluralRules | undefined;
const rule = (): Intl.PluralRules => (rules ??= new Intl.PluralRules(language.locale));
let numbers: Intl.NumberFormat | undefined;
/** A number as it is written where the person lives. */
export const number = (v: number): string => (numbers ??= new Intl.NumberFormat(language.locale)).format(v);

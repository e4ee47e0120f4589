import { expect, test } from "vitest";
import { misfit } from "../../language/catalogue";
import { apply, find } from "../../language/find";
import { logical, logicalInline } from "../../language/sides";
import { keepLanguage, languageOf, speak } from "./language";
import { duration, relative } from "@/lib/time";
import { bytes, listOf, percent } from "@/lib/words";
import { parse } from "./message";
import { pseudo } from "./pseudo";
import { $r, $t } from "./say";

const keys = (code: string) => find("x.tsx", code).messages.map((m) => m.key);
const built = (code: string) => apply(code, find("x.tsx", code).edits);

test("text between elements is one message with its elements and values", () => {
  expect(keys('const a = <p>You wanted <b className="x">{t.name}</b>, <When at={at} /> ago. Try again.</p>;')).toEqual(["You wanted <0>{name}</0>, <1/> ago. Try again."]);
  expect(keys("const a = <p><Icon /> Copied</p>;")).toEqual(["Copied"]);
  expect(keys('const a = <p>Press <kbd>g</kbd> to go</p>;')).toEqual(["Press <0/> to go"]);
  expect(keys('const a = <i className="row b5">{x}, {y}</i>;')).toEqual([]);
});

test("what depends on a condition is a choice within the message, read only where it holds", () => {
  const code = 'const a = `Used${x ? ` by ${x.name}` : ""}.`;';
  expect(keys(code)).toEqual(["Used{x, select, yes { by {name}} other {}}."]);
  const run = (x: { name: string } | null) => new Function("x", "$t", `${built(code)}; return a;`)(x, $t) as string;
  expect(run({ name: "Ada" })).toBe("Used by Ada.");
  expect(run(null)).toBe("Used.");
});

test("counts are plurals", () => {
  expect(keys('const a = `At most ${plural(n, "request")} a minute`;')).toEqual(["At most {n, plural, one {# request} other {# requests}} a minute"]);
  expect(keys('say(list.length === 1 ? "Signed out there." : `Signed out in ${list.length} others.`);')).toEqual(["{list, plural, one {Signed out there.} other {Signed out in {list} others.}}"]);
});

test("class names, addresses, comparisons and keys are left alone", () => {
  expect(keys('const a = <a className={on ? "row b5" : "Row"} href={`/tickets/${id}`} onClick={() => e.key === "Enter" && go("Some place")} />;').filter((k) => k !== "Some place")).toEqual([]);
  expect(keys('const a = /* as is */ "Left as it is";')).toEqual([]);
});

test("what may be language and is not marked is doubted", () => {
  expect(find("x.ts", 'go(x, "whoever made it");').doubts.map((d) => d.text)).toEqual(["whoever made it"]);
  expect(find("x.ts", 'go(x, phrase("whoever made it"));').doubts).toEqual([]);
});

test("English says exactly what the source says", () => {
  for (const [code, v] of [["`${n} of ${m}, it's {so} <b>`", {}], ["`'{${n}}' isn't`", {}], ["`Up to # ${plural(n, \"day\")}'s`", {}]] as const) {
    const source = `const aText = ${code};`;
    const of = (text: string, t: typeof $t) => new Function("n", "m", "plural", "$t", `${text} return aText;`)(3, 4, (c: number, w: string) => `${c} ${w}s`, t) as string;
    expect(of(built(source), $t)).toBe(of(source, $t));
    void v;
  }
});

test("messages are formatted", () => {
  expect($t("{n, plural, one {# ticket} other {# tickets}}", { n: 1 })).toBe("1 ticket");
  expect($t("{n, plural, =0 {none} one {# ticket} other {# tickets}}", { n: 0 })).toBe("none");
  expect($t("{n, plural, one {# ticket} other {# tickets}}", { n: 1204 })).toBe("1,204 tickets");
  expect($t("It''s '{'x'}' {a}", { a: "b" })).toBe("It's {x} b");
  expect($t("Open\u0004a ticket's state")).toBe("Open");
  expect($r("{a} of {b}", { a: 1, b: "two" })).toBe("1 of two");
  expect(() => parse("{n, plural, one {x}}")).toThrow("other");
});

test("another language says its own words by its own rules, and English where it has none", () => {
  const words: Record<string, string> = { "{n, plural, one {# file} other {# files}}": "{n, plural, one {# plik} few {# pliki} other {# plików}}", "Open\u0004a state": "Otwarty" };
  speak({ code: "pl", name: "Polski", locale: "pl-PL", lang: "pl", dir: "ltr" }, (english) => words[english] ?? null);
  expect($t("Cancel")).toBe("Cancel");
  expect($t("Open\u0004a state")).toBe("Otwarty");
  expect(document.documentElement.lang).toBe("pl");
  speak(languageOf("en"), null);
});

test("times, amounts and lists are written as the language writes them", () => {
  const said = () => [relative("2026-08-13T10:00:00Z", Date.parse("2026-08-13T10:12:00Z"), "UTC"), duration(82), percent(12.5), bytes(1_500_000), listOf(["a", "b", "c"])];
  expect(said()).toEqual(["12 min ago", "1 h 22 min", "12.5%", "1.5 MB", "a and b and c"]);
  speak(languageOf("de"), () => null);
  expect(said()).toEqual(["vor 12 Min.", "1 Std. 22 Min.", "12,5\u00a0%", "1,5 MB", "a, b und c"]);
  speak(languageOf("en"), null);
});

test("a language without its catalogue stays English from left to right", () => {
  speak({ code: "he", name: "עברית", locale: "he-IL", lang: "he", dir: "rtl" }, null);
  expect([document.documentElement.dir, document.documentElement.lang]).toEqual(["ltr", "en"]);
  speak(languageOf("en"), null);
});

test("a choice is kept for the next start, English by keeping nothing", () => {
  expect(keepLanguage("de")).toBe(true);
  expect(localStorage.getItem("steward.language")).toBe("de");
  expect(keepLanguage("en")).toBe(true);
  expect(localStorage.getItem("steward.language")).toBeNull();
});

test("the trial languages keep places and elements", () => {
  const long = pseudo(false);
  expect(long("Cancel")).toMatch(/^\[Ƈȧȧ?ƞƈḗ+ŀ\]$/);
  for (const m of ["You wanted <0>{name}</0> and <1/>", "{n, plural, one {# request} other {# requests}} a minute", "Used{x, select, yes { by {name}} other {}}."]) {
    expect(misfit(m, long(m))).toBeNull();
    expect(misfit(m, pseudo(true)(m))).toBeNull();
  }
});

test("a translation that does not fit its message is found", () => {
  expect(misfit("{name} of {team}", "{team}: {name}")).toBeNull();
  expect(misfit("{name} of {team}", "{name}")).toBe("{team} is missing");
  expect(misfit("<0>Yes</0>", "{x}")).toContain("not in the message");
  expect(misfit("Yes", "{")).toContain("Not understood");
});

test("sides are said by where a line begins and ends", () => {
  expect(logical(".a { margin-left: 4px; text-align: right; padding: 1px 2px 3px 4px; left: 0; }")).toBe(".a { margin-inline-start: 4px; text-align: end; padding-block: 1px 3px; padding-inline: 4px 2px; inset-inline-start: 0; }");
  expect(logical(".a { padding: 0 8px; border-radius: 6px 0 0 6px; left: 50%; /* sides */ }")).toContain("left: 50%");
  expect(logical(".b { border-radius: 6px 0 0 6px; }")).toContain("border-start-start-radius: 6px");
  expect(logicalInline('<p style={{ marginLeft: 4, textAlign: "left" }} />')).toBe('<p style={{ marginInlineStart: 4, textAlign: "start" }} />');
});

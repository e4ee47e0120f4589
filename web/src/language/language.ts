/** The language the workspace speaks. It is chosen before the workspace starts, so that words can be looked up anywhere, at any time; a change loads the page anew. */
import { read, write } from "@/lib/store";

export interface Language {
  /** What is kept as one's choice. */ code: string;
  /** In its own words. */ name: string;
  /** How dates and numbers are written. */ locale: string;
  /** What stands in the page's lang. */ lang: string;
  dir: "ltr" | "rtl";
  /** Only for those who build or show Steward. */ trial?: boolean;
}
/** What stands for an English text; null when it has no translation. */
export type Say = (english: string) => string | null;

export const languages: Language[] = [
  { code: "en", name: "English", locale: "en-GB", lang: "en", dir: "ltr" },
  { code: "en-US", name: "English (United States)", locale: "en-US", lang: "en-US", dir: "ltr" },
  { code: "de", name: "Deutsch", locale: "de-DE", lang: "de", dir: "ltr" },
  { code: "en-XA", name: "Longer, accented", locale: "en-GB", lang: "en", dir: "ltr", trial: true },
  { code: "en-XB", name: "Right to left", locale: "en-GB", lang: "en", dir: "rtl", trial: true },
];

/** The language of a choice; English for none and for one that is not known. */
export const languageOf = (code: string | null | undefined): Language => languages.find((l) => l.code === code) ?? languages[0];

/** The catalogue, put there by language/start.js before the workspace began; null while it speaks English. */
export let translate: Say | null = null;
export let language: Language = languages[0];

/** Takes a language with its catalogue. Without one the words stay English, and so does their direction. */
export function speak(l: Language, words: Say | null): void {
  translate = words;
  language = words || l.code.startsWith("en") ? l : { ...l, lang: "en", dir: "ltr" };
  if (l.trial && !words) language = languages[0];
  if (typeof document === "undefined") return;
  document.documentElement.lang = language.lang;
  document.documentElement.dir = language.dir;
}
const chosen = languageOf(read("language"));
if (chosen.code !== "en") speak(chosen, (globalThis as { stewardWords?: Say }).stewardWords ?? null);

/** Keeps a choice for the next start; false when this browser keeps nothing, so that starting again would change nothing. */
export function keepLanguage(code: string | undefined): boolean {
  const kept = languageOf(code) === languages[0] ? null : code!;
  write("language", kept);
  try {
    return localStorage.getItem("steward.language") === kept;
  } catch {
    return false;
  }
}

/** How dates and numbers are written. */
export const locale = (): string => language.locale;

/** Which way a text runs, for the attribute dir: none where that is how the page runs anyway. Asking the browser (auto) for every cell of a long list takes it a third of its time. */
import { language } from "@/language/language";

const backwards = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|\ud802|\ud83a/;
export const side = (text: string): "auto" | undefined => (language.dir === "rtl" || backwards.test(text) ? "auto" : undefined);

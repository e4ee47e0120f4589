/** The language one reads, with its way of writing dates and numbers. Taking another loads the page anew. */
import { Select } from "@mantine/core";
import { useMe } from "@/app/session";
import { keepLanguage, languageOf, languages } from "@/language/language";
import { useChoose } from "./useChoose";

export function Speech() {
  const me = useMe();
  const choose = useChoose();
  const shown = languages.filter((l) => !l.trial || me.workspace.demo || import.meta.env.DEV);
  const value = languageOf(me.choices?.language).code;
  async function take(code: string) {
    if (code === value || !(await choose("language", code === "en" ? "" : code))) return;
    if (keepLanguage(code)) location.reload();
  }
  return <div style={{ minWidth: 0 }}>
    <Select size="xs" aria-label="Language" allowDeselect={false} value={value} data={shown.map((l) => ({ value: l.code, label: l.name }))} onChange={(l) => l && void take(l)} style={{ width: 260, maxWidth: "100%" }} />
  </div>;
}

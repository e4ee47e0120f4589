/** What somebody chose goes with them: kept on this machine at once, and with their person a moment later. */
import { useMantineColorScheme } from "@mantine/core";
import { useEffect } from "react";
import { api } from "@/api/client";
import { keepLanguage, languageOf } from "@/language/language";
import { read, watch, write } from "@/lib/store";
import { useMe } from "./session";

const synced = new Set(["theme", "density", "singles", "layout", "writing", "marks"]);
const themes = new Set(["light", "dark", "auto"]);

export function Choices() {
  const { choices } = useMe();
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    for (const [k, v] of Object.entries(choices ?? {})) if (synced.has(k) && read(k) !== v) write(k, v);
    if (languageOf(choices?.language).code !== languageOf(read("language")).code) {
      // Chosen on another machine: the words are looked up from the start, so it starts again.
      if (keepLanguage(choices?.language)) location.reload();
    }
    if (choices?.density) document.documentElement.dataset.density = choices.density;
    if (themes.has(choices?.theme)) setColorScheme(choices.theme as "light" | "dark" | "auto");
    // What was chosen elsewhere is taken over once, when one arrives.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useEffect(() => {
    let waiting: Record<string, string> = {};
    let timer: ReturnType<typeof setTimeout>;
    const send = () => {
      const now = waiting;
      waiting = {};
      // Not reached: this machine keeps it, and the next choice tells it too.
      if (Object.keys(now).length) api.patch("/me/choices", { choices: now }).catch(() => { waiting = { ...now, ...waiting }; });
    };
    const off = watch((k, v) => {
      if (!synced.has(k)) return;
      waiting[k] = v ?? "";
      clearTimeout(timer);
      timer = setTimeout(send, 800);
    });
    return () => { off(); clearTimeout(timer); send(); };
  }, []);
  return null;
}

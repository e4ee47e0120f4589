/** How the workspace looks and listens for one person on this machine, and the way out. */
import { useMantineColorScheme } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useStored, write } from "@/lib/store";
import { fail } from "@/ui/notify";

export const themes = [["light", "Light"], ["dark", "Dark"], ["auto", "Same as the system"]] as const;
export const densities = [["comfortable", "Comfortable"], ["compact", "Compact"]] as const;

export function useLook() {
  const q = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, keepDensity] = useStored("density", "comfortable");
  const [singles, setSingles] = useStored("singles", "on");
  const setDensity = (d: string) => {
    keepDensity(d);
    document.documentElement.dataset.density = d;
  };
  async function signOut() {
    try {
      await api.del("/session");
      q.clear();
      location.assign("/");
    } catch (e) {
      fail("You are still signed in", e);
    }
  }
  return { theme: colorScheme, setTheme: (t: (typeof themes)[number][0]) => { setColorScheme(t); write("theme", t); }, density, setDensity, singles: singles === "on", setSingles: (on: boolean) => setSingles(on ? "on" : "off"), signOut };
}

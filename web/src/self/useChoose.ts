/** Keeps something one chose for oneself with one's person, at once; a failed try puts it back. */
import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { meQuery } from "@/api/query";
import { fail, say } from "@/ui/notify";

export function useChoose() {
  const q = useQueryClient();
  const put = (choices: Record<string, string>) => q.setQueryData(meQuery.queryKey, (m) => m && { ...m, choices });
  return async (name: string, value: string, done?: string): Promise<boolean> => {
    const before = q.getQueryData(meQuery.queryKey)?.choices ?? {};
    put({ ...before, [name]: value });
    await q.cancelQueries({ queryKey: meQuery.queryKey }); // the answer to what was asked before would put it back, as this does
    put({ ...before, [name]: value });
    try {
      put((await api.patch<{ choices: Record<string, string> }>("/me/choices", { choices: { [name]: value } })).choices);
      if (done) say(done);
      return true;
    } catch (e) {
      put(before);
      fail("It stays as it was", e);
      return false;
    }
  };
}

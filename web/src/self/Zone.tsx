/** The zone that times are shown in, wherever one signs in. */
import { Select } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { meQuery } from "@/api/query";
import { useMe } from "@/app/session";
import { fail, say } from "@/ui/notify";

const zones = () => (Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone") : [Intl.DateTimeFormat().resolvedOptions().timeZone]);
export function Zone() {
  const q = useQueryClient();
  const me = useMe();
  const [all] = useState(zones);
  const usual = me.person.time_zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [value, setValue] = useState<string | null>(me.choices?.zone ?? null);
  async function choose(zone: string | null) {
    const before = value;
    setValue(zone);
    try {
      const r = await api.patch<{ choices: Record<string, string> }>("/me/choices", { choices: { zone: zone ?? "" } });
      q.setQueryData(meQuery.queryKey, (m) => m && { ...m, choices: r.choices });
      say(`Times are shown in ${(zone ?? usual).replaceAll("_", " ")}.`);
    } catch (e) {
      setValue(before);
      fail("The zone stays as it was", e);
    }
  }
  return <Select size="xs" aria-label="Time zone" searchable clearable limit={60} value={value} placeholder={`${usual.replaceAll("_", " ")}, as usual`} data={all.map((z) => ({ value: z, label: z.replaceAll("_", " ") }))} onChange={(z) => void choose(z)} style={{ width: 260, maxWidth: "100%" }} />;
}

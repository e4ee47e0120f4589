/** Changes what is kept about an account. Empty takes a value away. */
import { NumberInput, Select, TextInput } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { agentsQuery, teamsQuery } from "@/api/query";
import type { Page } from "@/api/types";
import { phrase } from "@/language/phrase";
import { minorOf, units } from "@/lib/money";
import { fail, say } from "@/ui/notify";
import { stageWord, type Account } from "./data";
import { Pop } from "./Pop";

const start = (a: Account) => ({ plan: a.plan, segment: a.segment, coverage: a.coverage, stage: a.stage, revenue: a.revenue ? units(a.revenue, a.currency) : "" as number | string, currency: a.currency, since: a.since ?? "", contract_start: a.contract_start ?? "", renewal: a.renewal ?? "", csm: a.csm ? String(a.csm.id) : "", team: a.team ? String(a.team.id) : "", parent: a.parent ? String(a.parent.id) : "" });

export function Edit({ a }: { a: Account }) {
  const client = useQueryClient();
  const [f, set] = useState(() => start(a)), [asked, ask] = useState(false);
  const agents = useQuery({ ...agentsQuery, enabled: asked }).data ?? [];
  const teams = useQuery({ ...teamsQuery, enabled: asked }).data ?? [];
  const [typed, type] = useState(a.parent?.name ?? "");
  const found = useQuery({ queryKey: ["accounts-named", typed], enabled: asked, staleTime: 30_000, queryFn: ({ signal }) => api.get<Page<Account>>("/accounts", { q: typed || undefined, limit: 20 }, signal).then((r) => r.items) }).data ?? [];
  const above = [...(a.parent && !found.some((x) => x.id === a.parent!.id) ? [a.parent] : []), ...found.filter((x) => x.id !== a.id)];
  const put = (v: Partial<typeof f>) => set((was) => ({ ...was, ...v }));
  const minor = minorOf(Number(f.revenue || 0), f.currency);
  const save = useMutation({
    mutationFn: () => api.patch<Account>(`/accounts/${a.id}`, { version: a.version, plan: f.plan, segment: f.segment, coverage: f.coverage, stage: f.stage, revenue: minor, currency: f.currency.toUpperCase(), since: f.since, contract_start: f.contract_start, renewal: f.renewal, csm_id: f.csm ? Number(f.csm) : null, team_id: f.team ? Number(f.team) : null, parent_id: f.parent ? Number(f.parent) : null }),
    onSuccess: (r) => { client.setQueryData(["account", a.id], r); for (const k of ["accounts", "accounts-below", "health"]) void client.invalidateQueries({ queryKey: [k] }); void client.invalidateQueries({ queryKey: ["account-lines", a.id] }); say("Account changed"); },
    onError: (e) => { fail("The account could not be changed", e); void client.invalidateQueries({ queryKey: ["account", a.id] }); },
  });
  const text = (k: "plan" | "segment" | "currency" | "since" | "contract_start" | "renewal", label: string, type = "text") => <TextInput size="xs" label={label} type={type} value={f[k]} maxLength={k === "currency" ? 3 : 100} onChange={(e) => put({ [k]: e.currentTarget.value })} />;
  const inside = { withinPortal: false };
  return (
    <Pop word="Edit" icon={<IconPencil size={16} stroke={1.75} aria-hidden />} verb="Save" ready busy={save.isPending} send={() => save.mutateAsync()} width={420} opened={() => { set(start(a)); ask(true); }}>
      <div className="pop-two">
        <Select size="xs" label="Stage" value={f.stage} onChange={(v) => v && put({ stage: v })} allowDeselect={false} comboboxProps={inside} data={Object.entries(stageWord).map(([value, label]) => ({ value, label }))} data-autofocus />
        <Select size="xs" label="Looked after by" value={f.csm || null} onChange={(v) => put({ csm: v ?? "" })} clearable searchable comboboxProps={inside} data={agents.map((p) => ({ value: String(p.id), label: p.name }))} />
        <Select size="xs" label="Team" value={f.team || null} onChange={(v) => put({ team: v ?? "" })} clearable searchable comboboxProps={inside} data={teams.map((t) => ({ value: String(t.id), label: t.title }))} />
        <Select size="xs" label="Part of" placeholder="No account above it" value={f.parent || null} onChange={(v) => put({ parent: v ?? "" })} clearable searchable onSearchChange={type} filter={({ options }) => options} nothingFoundMessage="No account of this name" comboboxProps={inside} data={above.map((x) => ({ value: String(x.id), label: x.name }))} />
        {text("plan", phrase("Plan"))}{text("segment", phrase("Segment"))}
        <Select size="xs" label="Coverage" value={f.coverage || null} onChange={(v) => put({ coverage: v ?? "" })} clearable comboboxProps={inside} data={["P1", "P2", "P3", "P4", "pooled"].map((v) => ({ value: v, label: v === "pooled" ? "Pooled" : v }))} />
        {text("renewal", phrase("Renewal"), "date")}
        <NumberInput size="xs" label="Yearly value" min={0} thousandSeparator="," value={f.revenue} onChange={(v) => put({ revenue: v })} />{text("currency", phrase("Currency"))}
        {text("since", "Customer since", "date")}{text("contract_start", "Contract began", "date")}
      </div>
    </Pop>
  );
}

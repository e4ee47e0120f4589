/** Create or change an organization: its name, the domains that bring people in, what its contract says. */
import { TagsInput, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { organizationQuery } from "@/api/query";
import type { Organization } from "@/api/types";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";

export function NewOrganization() {
  return (
    <main className="pane page" aria-label="New organization">
      <header className="top"><h1 className="t20 b6">New organization</h1><p className="sub">People who write from one of its domains join it by themselves.</p></header>
      <div className="scroll"><OrganizationForm /></div>
    </main>
  );
}

/** Keeps numbers and truth values as what they were; everything else is text. */
export function parseValue(s: string, was: unknown): unknown {
  const t = s.trim();
  if (typeof was === "number" && t !== "" && Number.isFinite(Number(t))) return Number(t);
  if (typeof was === "boolean" && /^(true|false|yes|no)$/.test(t)) return t === "true" || t === "yes";
  if (Array.isArray(was)) return t ? t.split(",").map((x) => x.trim()) : [];
  return t;
}

export function OrganizationForm({ organization: o, done }: { organization?: Organization; done?: () => void }) {
  const q = useQueryClient();
  const go = useNavigate();
  const [name, setName] = useState(o?.name ?? "");
  const [domains, setDomains] = useState(o?.domains ?? []);
  const [attrs, setAttrs] = useState<[string, string][]>(Object.entries(o?.attributes ?? {}).map(([k, v]) => [k, Array.isArray(v) ? v.join(", ") : String(v ?? "")]));
  const [left, setLeft] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const put = (i: number, at: 0 | 1, v: string) => setAttrs((all) => all.map((a, k) => (k === i ? (at ? [a[0], v] : [v, a[1]]) : a)));
  async function save(e: FormEvent) {
    e.preventDefault();
    setLeft(true);
    if (busy || !name.trim()) return;
    setBusy(true);
    setError(null);
    const input = { name: name.trim(), domains, attributes: Object.fromEntries([...Object.keys(o?.attributes ?? {}).map((k) => [k, null] as const), ...attrs.filter(([k]) => k.trim()).map(([k, v]) => [k.trim(), parseValue(v, o?.attributes?.[k])] as const)]) };
    try {
      const r = o ? await api.patch<Organization>(`/organizations/${o.id}`, { version: o.version, ...input }) : await api.post<Organization>("/organizations", input);
      q.setQueryData(organizationQuery(r.id).queryKey, r);
      void q.invalidateQueries({ queryKey: ["organizations"] });
      say(o ? "Saved." : `${r.name} added.`);
      if (done) done();
      else void go({ to: `/organizations/${r.id}` as "/tickets" });
    } catch (err) {
      setError(err);
      setBusy(false);
      if (isApiError(err) && err.status === 409 && o) void q.invalidateQueries({ queryKey: ["organization", o.id] });
    }
  }
  return (
    <form className="form" onSubmit={save} noValidate>
      <TextInput label="Name" dir="auto" autoFocus={!o} value={name} onChange={(e) => setName(e.currentTarget.value)} onBlur={() => setLeft(true)} error={left && !name.trim() ? "Type the organization's name." : isApiError(error) ? error.field("name") : null} />
      <TagsInput label="Mail domains" description="Such as example.com. Leave out domains of public mail services." value={domains} onChange={setDomains} error={isApiError(error) ? error.field("domains") : null} acceptValueOnBlur />
      <fieldset style={{ border: 0, padding: 0, margin: 0, display: "grid", gap: 8 }}>
        <legend className="t12 b5 m2" style={{ padding: 0, marginBottom: 4 }}>Attributes</legend>
        {attrs.map(([k, v], i) => (
          <div className="row" key={i}>
            <TextInput aria-label={`Name of attribute ${i + 1}`} placeholder="plan" value={k} onChange={(e) => put(i, 0, e.currentTarget.value)} style={{ flex: 1 }} />
            <TextInput aria-label={`Value of ${k || `attribute ${i + 1}`}`} placeholder="premium" value={v} onChange={(e) => put(i, 1, e.currentTarget.value)} style={{ flex: 2 }} />
            <Btn kind="quiet" tip={`Remove ${k || "this attribute"}`} icon={<IconX size={16} stroke={1.75} aria-hidden />} onClick={() => setAttrs((all) => all.filter((_, n) => n !== i))} />
          </div>
        ))}
        <div><Btn small icon={<IconPlus size={16} stroke={1.75} aria-hidden />} onClick={() => setAttrs((a) => [...a, ["", ""]])}>Add attribute</Btn></div>
      </fieldset>
      {error !== null && <Wrong what="Not saved." error={error} />}
      <div className="row"><Btn kind="pri" type="submit" busy={busy}>{o ? "Save" : "Add organization"}</Btn><Btn kind="quiet" onClick={() => (done ? done() : history.back())}>Discard</Btn></div>
    </form>
  );
}

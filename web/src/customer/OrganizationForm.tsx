/** Create or change an organization: its name, the domains that bring people in, what its contract says. */
import { TagsInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { organizationQuery } from "@/api/query";
import type { Organization } from "@/api/types";
import { AttributeInputs } from "@/field/AttributeInputs";
import { difference } from "@/field/value";
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

export function OrganizationForm({ organization: o, done }: { organization?: Organization; done?: () => void }) {
  const q = useQueryClient();
  const go = useNavigate();
  const [name, setName] = useState(o?.name ?? "");
  const [domains, setDomains] = useState(o?.domains ?? []);
  const [attributes, setAttributes] = useState(o?.attributes ?? {});
  const [left, setLeft] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  async function save(e: FormEvent) {
    e.preventDefault();
    setLeft(true);
    if (busy || !name.trim()) return;
    setBusy(true);
    setError(null);
    const input = { name: name.trim(), domains, attributes: difference(o?.attributes ?? {}, attributes) };
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
      <AttributeInputs on="organization" values={attributes} onChange={setAttributes} error={isApiError(error) ? error : null} />
      {error !== null && <Wrong what="Not saved." error={error} />}
      <div className="row"><Btn kind="pri" type="submit" busy={busy}>{o ? "Save" : "Add organization"}</Btn><Btn kind="quiet" onClick={() => (done ? done() : history.back())}>Discard</Btn></div>
    </form>
  );
}

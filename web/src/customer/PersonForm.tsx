/** Create or change a person. */
import { PasswordInput, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { organizationsQuery, personQuery } from "@/api/query";
import type { Person } from "@/api/types";
import { useCan } from "@/app/session";
import { AttributeInputs } from "@/field/AttributeInputs";
import { difference } from "@/field/value";
import { Btn } from "@/ui/Btn";
import { say } from "@/ui/notify";
import { Wrong } from "@/ui/Wrong";
import { RolePick } from "./RolePick";

export function NewPerson() {
  return (
    <main className="pane page" aria-label="New person">
      <header className="top"><h1 className="t20 b6">New person</h1><p className="sub">A customer, until they get a role. Nothing is sent to them.</p></header>
      <div className="scroll"><PersonForm /></div>
    </main>
  );
}

export function PersonForm({ person, done }: { person?: Person; done?: () => void }) {
  const q = useQueryClient();
  const go = useNavigate();
  const [email, setEmail] = useState(person?.email ?? "");
  const [name, setName] = useState(person?.name ?? "");
  const [org, setOrg] = useState<string | null>(person?.organization ? String(person.organization.id) : null);
  const [orgText, setOrgText] = useState("");
  const [roles, setRoles] = useState<string[]>(person?.roles ?? []);
  const mayRoles = useCan("role.write");
  const [password, setPassword] = useState("");
  const [attributes, setAttributes] = useState(person?.attributes ?? {});
  const [left, setLeft] = useState(new Set<string>());
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [find] = useDebouncedValue(orgText, 200);
  const orgs = useInfiniteQuery(organizationsQuery(find === person?.organization?.name ? "" : find));
  const choices = new Map((orgs.data?.pages[0]?.items ?? []).map((o) => [String(o.id), o.name]));
  if (person?.organization) choices.set(String(person.organization.id), person.organization.name);
  const wrong = { email: person || /^\S+@\S+\.\S+$/.test(email) ? null : "Type an email address, such as ada@example.com.", name: name.trim() ? null : "Type the name as they write it.", password: password && [...password].length < 10 ? "A password needs 10 characters or more." : null };
  const said = (f: "email" | "name" | "password") => (left.has(f) ? wrong[f] : null) ?? (isApiError(error) ? error.field(f) : null);
  async function save(e: FormEvent) {
    e.preventDefault();
    setLeft(new Set(["email", "name", "password"]));
    if (busy || wrong.email || wrong.name || wrong.password) return;
    setBusy(true);
    setError(null);
    const changed = difference(person?.attributes ?? {}, attributes);
    const roleChange = roles.join() === (person?.roles ?? []).join() ? {} : { roles };
    const input = { name: name.trim(), ...(person || org ? { organization_id: org ? Number(org) : null } : {}), ...roleChange, ...(password ? { password } : {}), ...(Object.keys(changed).length ? { attributes: changed } : {}) };
    try {
      const p = person ? await api.patch<Person>(`/people/${person.id}`, { version: person.version, ...input }) : await api.post<Person>("/people", { email: email.trim(), ...input });
      q.setQueryData(personQuery(p.id).queryKey, p);
      void q.invalidateQueries({ queryKey: ["people"] });
      say(person ? (password ? "Saved, with the new password." : "Saved.") : `${p.name} added.`);
      if (done) done();
      else void go({ to: `/people/${p.id}` as "/tickets" });
    } catch (err) {
      setError(err);
      setBusy(false);
      if (isApiError(err) && err.status === 409 && person) void q.invalidateQueries({ queryKey: ["person", person.id] });
    }
  }
  return (
    <form className="form" onSubmit={save} noValidate>
      {!person && <TextInput label="Email" type="email" autoFocus value={email} onChange={(e) => setEmail(e.currentTarget.value)} onBlur={() => setLeft((s) => new Set(s).add("email"))} error={said("email")} />}
      <TextInput label="Name" dir="auto" value={name} onChange={(e) => setName(e.currentTarget.value)} onBlur={() => setLeft((s) => new Set(s).add("name"))} error={said("name")} />
      <Select label="Organization" placeholder="None" clearable searchable value={org} onChange={setOrg} searchValue={orgText} onSearchChange={setOrgText} data={[...choices].map(([value, label]) => ({ value, label }))} filter={({ options }) => options} nothingFoundMessage="No organization has this name" />
      <AttributeInputs on="person" values={attributes} onChange={setAttributes} error={isApiError(error) ? error : null} />
      {mayRoles && <RolePick roles={roles} onChange={setRoles} />}
      {(roles.length > 0 || person?.agent) && <PasswordInput label={person ? "New password" : "Password"} description={person ? "Empty keeps the one they have. Tell them the new one yourself; nothing is sent." : "Tell it to them yourself; nothing is sent. Without one they cannot sign in yet."} autoComplete="new-password" value={password} onChange={(e) => setPassword(e.currentTarget.value)} onBlur={() => setLeft((s) => new Set(s).add("password"))} error={said("password")} />}
      {error !== null && <Wrong what="Not saved." error={error}>{isApiError(error) && error.status === 409 && "Look at their change, then save yours again."}</Wrong>}
      <div className="row"><Btn kind="pri" type="submit" busy={busy}>{person ? "Save" : "Add person"}</Btn><Btn kind="quiet" onClick={() => (done ? done() : history.back())}>Discard</Btn></div>
    </form>
  );
}

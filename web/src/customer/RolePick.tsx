/** Which roles a person has, out of those that are configured. Without any they are a customer. */
import { Checkbox } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { blueprintsQuery } from "@/api/query";
import { Skel } from "@/ui/State";

export function RolePick({ roles, onChange }: { roles: string[]; onChange: (roles: string[]) => void }) {
  const all = useQuery(blueprintsQuery);
  const known = (all.data ?? []).filter((b) => b.kind === "role").map((b) => ({ name: b.name, title: b.title || b.name }));
  // A role that is no longer configured, or not readable here, stays visible so that saving does not hide it.
  const list = [...known, ...roles.filter((r) => !known.some((k) => k.name === r)).map((name) => ({ name, title: name }))];
  return (
    <fieldset style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <legend className="mantine-InputWrapper-label" style={{ padding: 0 }}>Roles</legend>
      <p className="sub" style={{ marginBottom: 8 }}>A person with a role is a colleague and may sign in. <Link className="link in" to={"/configuration" as "/tickets"} search={{ q: "role" } as never}>What each role may do</Link></p>
      {all.isPending ? <Skel w={180} /> : (
        <div className="row wrap" style={{ gap: "8px 20px" }}>
          {list.map((r) => <Checkbox key={r.name} size="xs" label={r.title} checked={roles.includes(r.name)} onChange={(e) => onChange(e.currentTarget.checked ? [...roles, r.name] : roles.filter((x) => x !== r.name))} />)}
          {list.length === 0 && <span className="m3">No role is configured.</span>}
        </div>
      )}
    </fieldset>
  );
}

/** Colleagues are asked in by mail; the links of those who have not come yet can be sent again or taken back. */
import { IconCopy } from "@tabler/icons-react";
import { Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { isApiError } from "@/api/error";
import { blueprintsQuery, teamsQuery } from "@/api/query";
import { Avatar } from "@/ui/Avatar";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure, Skel } from "@/ui/State";
import { Sure } from "@/ui/Sure";
import { Tag, Tick, Warn } from "@/ui/Tag";
import { When } from "@/ui/When";
import { Wrong } from "@/ui/Wrong";
import { invitationsQuery, type Invitation } from "./api";
import { Step, type StepProps } from "./Step";

export function InviteStep({ progress, skip }: StepProps) {
  const q = useQueryClient();
  const blueprints = useQuery(blueprintsQuery).data ?? [];
  const teams = useQuery(teamsQuery).data ?? [];
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("agent");
  const [team, setTeam] = useState<string | null | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [link, setLink] = useState<Invitation | null>(null);
  const roles = blueprints.filter((b) => b.kind === "role");
  const joins = team === undefined ? teams[0]?.name ?? null : team;
  async function invite() {
    setBusy(true);
    setError(null);
    try {
      const made = await api.post<Invitation>("/invitations", { email: email.trim(), roles: [role], ...(joins ? { teams: [joins] } : {}) });
      setEmail("");
      setLink(made.mailed ? null : made);
      if (made.mailed) say(`${made.email} gets a mail with a link.`);
      for (const k of [invitationsQuery.queryKey, ["first-run"], ["teams"], ["agents"]]) void q.invalidateQueries({ queryKey: k });
    } catch (e) {
      setError(e);
    }
    setBusy(false);
  }
  const field = isApiError(error) ? error.field("email") : null;
  return (
    <Step title="Colleagues" verb="Invite" submit={() => void invite()} busy={busy} last skip={skip} done={progress.steps.find((s) => s.name === "invite")?.state === "done"}
      why="They get a mail with a link that works for a week. By it they choose a password and are in.">
      <TextInput label="Email" type="email" placeholder="colleague@company.example" value={email} onChange={(e) => setEmail(e.currentTarget.value)} error={field} />
      <div className="two">
        <Select label="What they may do" allowDeselect={false} data={roles.map((r) => ({ value: r.name, label: r.title || r.name }))} value={role} onChange={(v) => setRole(v ?? role)} />
        <Select label="Team" clearable placeholder="None" data={teams.map((t) => ({ value: t.name, label: t.title }))} value={joins} onChange={setTeam} />
      </div>
      {error !== null && !field && <Wrong what="Nobody was invited." error={error} />}
      {link?.link && <Handover made={link} />}
      <Invitations shown={setLink} />
    </Step>
  );
}

/** No mail can leave yet, so whoever invites hands the link over. */
function Handover({ made }: { made: Invitation }) {
  return (
    <div className="banner attention" role="status" style={{ alignItems: "flex-start" }}><span className="attention"><Warn /></span>
      <div className="grow"><p>No mailbox sends mail yet. Give {made.email} this link yourself; it is shown this once.</p><p className="mono break" style={{ marginTop: 4 }}>{made.link}</p></div>
      <Btn small icon={<IconCopy size={16} stroke={1.75} aria-hidden />} onClick={() => void navigator.clipboard.writeText(made.link ?? "").then(() => say("Copied."))}>Copy</Btn>
    </div>
  );
}

const stateTag = { sent: <Tag meaning="info">Waits for them</Tag>, expired: <Tag meaning="attention" icon={<Warn />}>Link ended</Tag>, taken: <Tag meaning="good" icon={<Tick />}>Is in</Tag>, revoked: <Tag>Taken back</Tag> };

export function Invitations({ shown }: { shown: (i: Invitation) => void }) {
  const q = useQueryClient();
  const list = useQuery(invitationsQuery);
  async function act(i: Invitation, what: "resend" | "revoke") {
    try {
      if (what === "resend") {
        const again = await api.post<Invitation>(`/invitations/${i.id}/resend`);
        if (again.mailed) say(`${i.email} gets a new link; the old one no longer works.`);
        else shown(again);
      } else {
        await api.del(`/invitations/${i.id}`);
        say(`The link of ${i.email} no longer works.`);
      }
    } catch (e) {
      fail(what === "resend" ? "No mail was sent" : "The invitation stands", e);
    }
    await q.invalidateQueries({ queryKey: invitationsQuery.queryKey });
  }
  if (list.isError && !list.data) return <Failure what="The list of invitations" error={list.error} retry={() => list.refetch()} />;
  if (list.isPending) return <Skel w="60%" />;
  if (list.data.length === 0) return null;
  return (
    <ul className="invited" aria-label="Invited">
      {list.data.map((i) => (
        <li key={i.id}><Avatar id={i.id} name={i.name} /><span className="grow cut" style={{ flexBasis: 160 }}><b className="b5">{i.email}</b> <span className="sub">{i.roles.join(", ")}, sent <When at={i.sent_at} /></span></span>{stateTag[i.state]}
          {(i.state === "sent" || i.state === "expired") && <><Btn small onClick={() => void act(i, "resend")}>Send again</Btn><Sure ask="Take back" what="Take back" name={`Take back the invitation of ${i.email}`} onYes={() => act(i, "revoke")} /></>}
        </li>
      ))}
    </ul>
  );
}

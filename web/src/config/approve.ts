/** Why somebody may not approve a change request, in a sentence, with the way to the whole reason where it is a right. */
import type { ChangeRequest, Requirement } from "@/api/configuration";
import type { Me } from "@/api/types";
import { phrase } from "@/language/phrase";
import { listOf } from "@/lib/words";

export function whyNotMe(r: ChangeRequest, me: Pick<Me, "person" | "can">): { text: string; path?: string } | null {
  if (r.may_approve) return null;
  if (r.approvals.some((a) => a.by.id === me.person.id)) return { text: "You approved it." };
  if (r.authors.some((a) => a.id === me.person.id)) return { text: "You wrote or edited it, so somebody else approves it." };
  if (!me.can.includes("blueprint.approve")) return { text: "You may read it, but not approve it.", path: "/access/why?action=approve&kind=blueprint" };
  if (r.state === "approved") return null;
  return { text: "You are none of the approvers that the policies name." };
}

/** What applying will ask for: "1 approval by the role lead". */
export function asks(q: Requirement): string {
  const who = [...q.roles.map((n) => phrase(`the role ${n}`)), ...q.teams.map((n) => phrase(`the team ${n}`))];
  return `${q.approvals === 1 ? "an approval" : `${q.approvals} approvals`} by ${who.length ? listOf(who, "or") : "somebody who may approve"}`;
}

/** The sections that exist, in the order of the rail, with the letter that follows g. */
import { IconAdjustmentsHorizontal, IconBug, IconBuildingCommunity, IconChartHistogram, IconChecklist, IconHeadset, IconInbox, IconMail, IconStack2, IconSchool, type Icon } from "@tabler/icons-react";

export interface Place { to: string; title: string; icon: Icon; letter: string; needs: string; owns: string[] }
export const places: Place[] = [
  { to: "/work", title: "My work", icon: IconInbox, letter: "w", needs: "ticket.read", owns: ["/work"] },
  { to: "/tickets", title: "Desk", icon: IconHeadset, letter: "d", needs: "ticket.read", owns: ["/tickets", "/pipelines", "/bulk", "/deleted-tickets"] },
  { to: "/queue", title: "Queue", icon: IconStack2, letter: "q", needs: "ticket.edit", owns: ["/queue", "/attention"] },
  { to: "/people", title: "Customers", icon: IconBuildingCommunity, letter: "c", needs: "person.read", owns: ["/people", "/organizations", "/accounts", "/scorecards", "/teams", "/imports"] },
  { to: "/runs", title: "Playbooks", icon: IconChecklist, letter: "p", needs: "run.read", owns: ["/runs"] },
  { to: "/issues", title: "Engineering", icon: IconBug, letter: "e", needs: "issue.read", owns: ["/issues", "/known-issues", "/articles", "/trackers"] },
  { to: "/applications", title: "Programs", icon: IconSchool, letter: "a", needs: "application.read", owns: ["/applications"] },
  { to: "/insight", title: "Insight", icon: IconChartHistogram, letter: "i", needs: "indicator.read", owns: ["/insight"] },
  { to: "/mail/outbox", title: "Mail", icon: IconMail, letter: "m", needs: "mail.read", owns: ["/mail"] },
  { to: "/configuration", title: "Configuration", icon: IconAdjustmentsHorizontal, letter: "b", needs: "blueprint.read", owns: ["/configuration"] },
];
export const isAt = (p: Place, path: string) => p.owns.some((o) => path === o || path.startsWith(o + "/"));

/** A place shows to those who may read what it holds. */
export const allowed = (p: Place, can: string[]): boolean => can.includes(p.needs);

/** The sections that exist, in the order of the rail, with the letter that follows g. */
import { IconAdjustmentsHorizontal, IconBuildingCommunity, IconChartHistogram, IconHeadset, IconMail, type Icon } from "@tabler/icons-react";

export interface Place { to: string; title: string; icon: Icon; letter: string; needs: string; owns: string[] }
export const places: Place[] = [
  { to: "/tickets", title: "Desk", icon: IconHeadset, letter: "d", needs: "ticket.read", owns: ["/tickets"] },
  { to: "/people", title: "Customers", icon: IconBuildingCommunity, letter: "c", needs: "person.read", owns: ["/people", "/organizations"] },
  { to: "/insight", title: "Insight", icon: IconChartHistogram, letter: "i", needs: "insight.read", owns: ["/insight"] },
  { to: "/mail/outbox", title: "Mail", icon: IconMail, letter: "m", needs: "mail.read", owns: ["/mail"] },
  { to: "/configuration", title: "Configuration", icon: IconAdjustmentsHorizontal, letter: "b", needs: "blueprint.read", owns: ["/configuration"] },
];
export const isAt = (p: Place, path: string) => p.owns.some((o) => path === o || path.startsWith(o + "/"));

/** A place is hidden only when the server names the permission's family and leaves this one out. */
export function allowed(p: Place, can: string[]): boolean {
  const family = p.needs.split(".")[0] + ".";
  return can.includes(p.needs) || !can.some((c) => c.startsWith(family)) ? can.includes(p.needs) || p.needs === "person.read" || p.needs === "insight.read" || p.needs === "blueprint.read" : true;
}

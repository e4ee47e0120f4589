import type { Places } from "@/api/types";

/** What the desk has besides its lists, with the right each needs, and what counts what waits there: shown below the views and in the palette. */
export const more: { to: string; title: string; keys: string; needs: string; count?: keyof Places }[] = [
  { to: "/pipelines", title: "Boards", keys: "v b", needs: "ticket.read" },
  { to: "/attention", title: "Attention requests", keys: "v a", needs: "ticket.write", count: "attention" },
  { to: "/mail/requests", title: "Web requests to review", keys: "v r", needs: "ticket.edit", count: "web_requests" },
  { to: "/mail/suspended", title: "Suspended mail", keys: "v m", needs: "mail.read", count: "suspended_mail" },
  { to: "/deleted-tickets", title: "Deleted tickets and spam", keys: "v d", needs: "ticket.restore" },
];

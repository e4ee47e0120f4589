/* as is: the customer reads it */
/** An upload link for the reply that is being written: made, spelled out, and taken back. */
import type { QueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { uploadLinksQuery } from "@/api/query";
import type { ID, UploadLink } from "@/api/types";
import { bytes } from "@/lib/words";

const again = (q: QueryClient, ticket: ID) => { for (const queryKey of [uploadLinksQuery(ticket).queryKey, ["timeline", ticket]]) void q.invalidateQueries({ queryKey }); };

export async function makeUpload(q: QueryClient, ticket: ID): Promise<UploadLink> {
  const l = await api.post<UploadLink>(`/tickets/${ticket}/upload-links`);
  again(q, ticket);
  return l;
}

export async function revokeUpload(q: QueryClient, ticket: ID, l: UploadLink): Promise<void> {
  await api.del(`/tickets/${ticket}/upload-links/${l.id}`);
  again(q, ticket);
}

/** What the customer reads: the link, until when it works in a time everybody knows, and how much it takes. */
export const uploadWords = (l: UploadLink): string =>
  `Please upload the files here: ${l.url}\n\nThe link works until ${new Date(l.expires_at).toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" })} UTC and takes up to ${bytes(l.max_bytes).replace(/^(\d+)\.0 /, "$1 ")}.`;

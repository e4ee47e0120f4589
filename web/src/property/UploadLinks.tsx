/** Links through which the customer sends large files: made, copied and revoked here, with what came through them. */
import { IconCloudUpload, IconCopy } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { uploadLinksQuery } from "@/api/query";
import type { Ticket, UploadLink } from "@/api/types";
import { bytes } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Sure } from "@/ui/Sure";
import { When } from "@/ui/When";

const i = { size: 16, stroke: 1.75, "aria-hidden": true } as const;

export default function UploadLinks({ ticket: t }: { ticket: Ticket }) {
  const q = useQueryClient();
  const links = useQuery(uploadLinksQuery(t.id)).data ?? [];
  const [busy, setBusy] = useState(false);
  const again = () => Promise.all([q.invalidateQueries({ queryKey: uploadLinksQuery(t.id).queryKey }), q.invalidateQueries({ queryKey: ["timeline", t.id] })]);
  async function copy(l: UploadLink) {
    try {
      await navigator.clipboard.writeText(l.url);
      say("Link copied. Paste it into your reply.");
    } catch {
      say(l.url);
    }
  }
  async function make() {
    setBusy(true);
    try {
      const l = await api.post<UploadLink>(`/tickets/${t.id}/upload-links`);
      await again();
      await copy(l);
    } catch (e) {
      fail("No link was made", e);
    }
    setBusy(false);
  }
  async function revoke(l: UploadLink) {
    try {
      await api.del(`/tickets/${t.id}/upload-links/${l.id}`);
      say("The link no longer works. What came through it stays.");
      await again();
    } catch (e) {
      fail("The link still works", e);
    }
  }
  const shown = links.filter((l) => l.open || l.uploads.length > 0).slice(0, 5);
  if (!t.can.edit && shown.length === 0) return null;
  return (
    <>
      <dt>Large files</dt>
      <dd style={{ flexDirection: "column", alignItems: "stretch", gap: 6 }}>
        {shown.map((l) => (
          <div key={l.id} className="t12" style={{ minWidth: 0 }}>
            <p className="row" style={{ gap: 4 }}><span className="grow m2">{l.open ? <>Link works until <When at={l.expires_at} as="stamp" /></> : l.revoked_at ? "Link revoked" : "Link expired"}</span>
              {l.open && <><Btn small kind="quiet" tip="Copy the link" icon={<IconCopy {...i} />} onClick={() => void copy(l)} /><Sure ask="Revoke" what="Revoke it" name="Revoke the link" onYes={() => revoke(l)} /></>}</p>
            {l.uploads.map((u) => <p key={u.id} className="row m2" style={{ gap: 6 }} title={u.sha256 ? `SHA-256 ${u.sha256}` : undefined}><span className="cut grow">{u.filename}</span><span className="nw m3">{u.state === "open" ? `${bytes(u.received)} so far` : u.state === "removed" ? "removed" : bytes(u.size)}</span></p>)}
          </div>
        ))}
        {t.can.edit && <button type="button" className="link t12 row" style={{ gap: 6 }} disabled={busy} onClick={() => void make()}><IconCloudUpload {...i} />{busy ? "Making the link" : "Make an upload link"}</button>}
      </dd>
    </>
  );
}

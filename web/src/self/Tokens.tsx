/** API tokens: what scripts may do in one's name, when each was used, and the one moment its secret is shown. */
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { tokensQuery } from "@/api/query";
import type { Token } from "@/api/types";
import { now } from "@/lib/time";
import { plural } from "@/lib/words";
import { Btn } from "@/ui/Btn";
import { fail, say } from "@/ui/notify";
import { Failure, SkelRows } from "@/ui/State";
import { Sure } from "@/ui/Sure";
import { When } from "@/ui/When";
import { NewToken } from "./NewToken";
import { scopesText } from "./scopes";
import { Secret } from "./Secret";

export function Tokens() {
  const q = useQueryClient();
  const query = useQuery(tokensQuery);
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<Token | null>(null);
  const rows = query.data ?? [];
  async function revoke(t: Token) {
    try {
      await api.del(`/tokens/${t.id}`);
      say(`Revoked. Scripts that use “${t.name}” are refused from now on.`);
      if (made?.id === t.id) setMade(null);
    } catch (e) {
      fail(`“${t.name}” still works`, e);
    }
    await q.invalidateQueries({ queryKey: ["tokens"] });
  }
  return (
    <section className="block setting" aria-label="API tokens">
      <div><h2 className="h3">API tokens</h2><p className="sub">A script that sends one acts in your name, with your rights as they are at that moment, and at most with the token's own.</p></div>
      <div className="tokens">
        {made && <Secret key={made.id} token={made} done={() => setMade(null)} />}
        {adding ? <NewToken close={() => setAdding(false)} made={(t) => { setMade(t); setAdding(false); void q.invalidateQueries({ queryKey: ["tokens"] }); }} />
        : <div className="row"><span className="grow sub">{query.isSuccess && rows.length === 0 && "You have none."}</span><Btn icon={<IconPlus size={16} stroke={1.75} aria-hidden />} onClick={() => { setMade(null); setAdding(true); }}>New token</Btn></div>}
        {query.isError && !query.data ? <Failure what="The list of tokens" error={query.error} retry={() => query.refetch()} />
        : (query.isPending || rows.length > 0) && <table className="tbl fixed">
          <thead><tr><th>Token</th><th className="wide" style={{ width: 104 }}>Used</th><th style={{ width: 104 }}>Ends</th><th style={{ width: 176 }}><span className="sr">Actions</span></th></tr></thead>
          {query.isPending ? <SkelRows rows={2} cols={4} /> : <tbody>{rows.map((t) => (
            <tr key={t.id}>
              <td><p className="row b5"><IconKey size={16} stroke={1.75} aria-hidden className="m3" /><span className="cut" dir="auto">{t.name}</span></p><p className="sub break">{scopesText(t.scopes)}{t.rate ? `; at most ${plural(t.rate, "request")} a minute` : ""}</p></td>
              <td className="m3 wide">{t.used_at ? <When at={t.used_at} /> : "Never"}</td>
              <td>{t.expires_at ? Date.parse(t.expires_at) < now() ? <span className="danger">Ended</span> : <When at={t.expires_at} className="m3" /> : <span className="m3">Never</span>}</td>
              <td className="num"><Sure ask="Revoke" what="Revoke" name={`Revoke ${t.name}`} onYes={() => revoke(t)} /></td>
            </tr>
          ))}</tbody>}
        </table>}
      </div>
    </section>
  );
}

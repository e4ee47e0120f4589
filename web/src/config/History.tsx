/** Every version of a blueprint: who, when, why; and what differs between any two. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { versionQuery } from "@/api/query";
import type { BlueprintDetail, BlueprintVersion } from "@/api/configuration";
import { useCan } from "@/app/session";
import { phrase } from "@/language/phrase";
import { useMedia } from "@/lib/useMedia";
import { Btn } from "@/ui/Btn";
import { Failure, Skel } from "@/ui/State";
import { Tag } from "@/ui/Tag";
import { When } from "@/ui/When";
import { sourceWord } from "./Changes";
import { Diff } from "./Diff";
import { reasonOf, titleOf } from "./message";

export function History({ b, onTake }: { b: BlueprintDetail; onTake: (text: string) => void }) {
  const go = useNavigate();
  const search = useSearch({ strict: false }) as { from?: number | string; to?: number | string };
  const known = (v: unknown, or: number) => (b.versions.some((x) => x.version === Number(v)) ? Number(v) : or);
  const to = known(search.to, b.version), from = known(search.from, b.versions.find((v) => v.version < to)?.version ?? to);
  const pick = (s: { from?: number; to?: number }) => void go({ to: "." as never, search: { tab: "history", from: s.from ?? from, to: s.to ?? to } as never, replace: true });
  return (
    <div className="workarea history">
      <section aria-label="Versions" className="scrolls">
        {b.versions.length > 1 && <p className="m3 t12" style={{ padding: "12px 24px 4px" }}>Choose two versions to compare.</p>}
        <table className="tbl vers"><thead><tr>{b.versions.length > 1 && <><th scope="col">From</th><th scope="col">{phrase("To", "a time or version")}</th></>}<th scope="col">Version</th></tr></thead><tbody>
          {b.versions.map((v) => <Row key={v.version} v={v} from={from} to={to} pick={b.versions.length > 1 ? pick : undefined} />)}
        </tbody></table>
      </section>
      <section aria-label="Difference" className="scrolls"><Between b={b} from={Math.min(from, to)} to={Math.max(from, to)} onTake={onTake} /></section>
    </div>
  );
}

function Row({ v, from, to, pick }: { v: BlueprintVersion; from: number; to: number; pick?: (s: { from?: number; to?: number }) => void }) {
  const reason = reasonOf(v.message);
  return (
    <tr className={v.version === from || v.version === to ? "on" : ""}>
      {pick && <><td><input type="radio" name="from" checked={v.version === from} onChange={() => pick({ from: v.version })} aria-label={`Compare from version ${v.version}`} /></td>
      <td><input type="radio" name="to" checked={v.version === to} onChange={() => pick({ to: v.version })} aria-label={`Compare to version ${v.version}`} /></td></>}
      <td><p><b className="b5">Version {v.version}</b> <span className="break">{titleOf(v.message) || "No message"}</span> {v.retired && <Tag>Deleted</Tag>}</p>
        {reason && <p className="m2 t12 break">{reason}</p>}
        <p className="m3 t12">{v.by?.name ?? "Steward"}, {sourceWord[v.source]}, <When at={v.at} as="stamp" />, <Link className="link in" to={`/configuration/changes/${v.change}` as "/tickets"}>change {v.change}</Link></p></td>
    </tr>
  );
}

function Between({ b, from, to, onTake }: { b: BlueprintDetail; from: number; to: number; onTake: (text: string) => void }) {
  const can = useCan("blueprint.apply");
  const wide = useMedia("(min-width: 1280px)");
  const x = useQuery(versionQuery(b.kind, b.name, from)), y = useQuery(versionQuery(b.kind, b.name, to));
  const failed = [x, y].find((q) => q.isError);
  if (failed) return <Failure what="These versions" error={failed.error} retry={() => { void x.refetch(); void y.refetch(); }} />;
  if (!x.data || !y.data) return <div style={{ padding: 24, display: "grid", gap: 12 }}><Skel w="60%" /><Skel w="80%" /><Skel w="50%" /></div>;
  const older = from === b.version ? null : x.data;
  return (
    <>
      <div className="sh"><b>{from === to ? `Version ${from}` : `Version ${from} to ${to}`}</b><span className="grow" />{can && older && <Btn small onClick={() => onTake(older.text)}>Edit from version {from}</Btn>}</div>
      {from === to ? <p className="m2" style={{ padding: "16px 24px" }}>{b.versions.length > 1 ? "Choose another version to compare it with." : "This is its first version; there is nothing to compare it with."}</p> : <Diff before={x.data.text} after={y.data.text} beside={wide} />}
    </>
  );
}

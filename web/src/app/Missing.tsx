/** A page that is not there, and the shape of one that is on its way. */
import { Link } from "@tanstack/react-router";
import { Empty, Skel } from "@/ui/State";

export function Missing() {
  return (
    <main className="pane page">
      <Empty as="h1" title="There is no page at this address" action={<Link className="btn" to="/tickets">Open the desk</Link>}>
        The link may be old or cut off. Check it, or start from the desk.
      </Empty>
    </main>
  );
}

export function PageSkeleton() {
  return (
    <main className="pane page" aria-busy="true">
      <div className="top"><Skel w={220} h={20} /><Skel w={320} style={{ marginTop: 8 }} /></div>
      <div style={{ padding: 24, display: "grid", gap: 16 }}>{Array.from({ length: 8 }, (_, i) => <Skel key={i} w={`${60 + ((i * 11) % 35)}%`} h={14} />)}</div>
    </main>
  );
}

/** The desk: the list of tickets on the left, what was opened on the right. On small screens each is a page. */
import { Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { soon } from "@/lib/idle";
import { usePages } from "@/lib/useMedia";
import { Splitter, useWidth } from "@/ui/Splitter";
import { List } from "./List";
import { useLayout } from "./useLayout";
import "./desk.css";

// The first ticket opens at once.
soon(() => import("@/record/Record"));

export function Desk() {
  const pages = usePages();
  const params = useParams({ strict: false }) as { id?: string };
  const path = useRouterState({ select: (s) => s.location.pathname });
  const inside = path.replace(/\/$/, "") !== "/tickets";
  const [width, setWidth] = useWidth("list", 376, 320, 520);
  const [layout] = useLayout();
  const open = params.id ? Number(params.id) : null;
  if (pages) return inside ? <Outlet /> : <List open={null} alone />;
  if (layout === "table" && !inside) return <List open={null} table />;
  return (
    <>
      <div className="listpane" style={{ width }}><List open={open} edge={<Splitter width={width} set={setWidth} label="Width of the list" min={320} max={520} />} /></div>
      <Outlet />
    </>
  );
}

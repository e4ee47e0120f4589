/** What a thing is called, beside it, once the pointer rests on it. A small part of its own: every button has one, so it must cost nothing until then. */
import { cloneElement, useEffect, useId, useLayoutEffect, useRef, useState, type PointerEvent, type ReactElement, type ReactNode } from "react";
import { createPortal } from "react-dom";

type Side = "top" | "right";
interface Props { label: ReactNode; side?: Side; disabled?: boolean; /** Takes what the pointer does as any element does. */ children: ReactElement }
interface Heard { onPointerEnter?: (e: PointerEvent) => void; onPointerLeave?: (e: PointerEvent) => void; onPointerDown?: (e: PointerEvent) => void }

/** How long the pointer rests before it shows, in milliseconds. */
const REST = 350;
/** From what it names, and at least from the window's edge, in pixels. */
const GAP = 6, EDGE = 4;

export function Tip({ label, side = "top", disabled, children }: Props) {
  const [at, setAt] = useState<Element | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const own = children.props as Heard;
  const hide = () => { clearTimeout(timer.current); setAt(null); };
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <>
      {cloneElement(children as ReactElement<Heard>, {
        onPointerEnter: (e) => {
          own.onPointerEnter?.(e);
          if (e.pointerType === "touch") return;
          const on = e.currentTarget;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => setAt(on), REST);
        },
        onPointerLeave: (e) => { own.onPointerLeave?.(e); hide(); },
        onPointerDown: (e) => { own.onPointerDown?.(e); hide(); },
      })}
      {at && !disabled && createPortal(<Box at={at} side={side} hide={hide}>{label}</Box>, document.body)}
    </>
  );
}

function Box({ at, side, hide, children }: { at: Element; side: Side; hide: () => void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    if (!box.current) return;
    const there = at.getBoundingClientRect(), { width, height } = box.current.getBoundingClientRect();
    const { clientWidth: w, clientHeight: h } = document.documentElement;
    const within = (v: number, most: number) => Math.min(Math.max(EDGE, v), most - EDGE);
    let x = there.left + (there.width - width) / 2, y = there.top - height - GAP;
    if (side === "right") {
      const after = document.documentElement.dir === "rtl" ? there.left - width - GAP : there.right + GAP;
      x = after;
      y = there.top + (there.height - height) / 2;
    } else if (y < EDGE) y = there.bottom + GAP;
    Object.assign(box.current.style, { left: `${Math.round(within(x, w - width))}px`, top: `${Math.round(within(y, h - height))}px` });
  });
  useEffect(() => {
    const was = at.getAttribute("aria-describedby");
    at.setAttribute("aria-describedby", was ? `${was} ${id}` : id);
    const key = (e: KeyboardEvent) => e.key === "Escape" && hide();
    document.addEventListener("keydown", key);
    return () => {
      if (was) at.setAttribute("aria-describedby", was);
      else at.removeAttribute("aria-describedby");
      document.removeEventListener("keydown", key);
    };
    // What it hides by is the same as long as it is there.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [at, id]);
  return <div ref={box} id={id} role="tooltip" className="tip">{children}</div>;
}

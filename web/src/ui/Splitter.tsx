/** The line between two panes: drag it, or move it with the arrow keys. The width is remembered. */
import { useStored } from "@/lib/store";

export function useWidth(name: string, initial: number, min: number, max: number): [number, (w: number) => void] {
  const [raw, set] = useStored("width." + name, String(initial));
  const clamp = (w: number) => Math.min(max, Math.max(min, Math.round(w)));
  return [clamp(Number(raw) || initial), (w) => set(String(clamp(w)))];
}

interface Props { width: number; set: (w: number) => void; label: string; from?: "left" | "right"; min: number; max: number }
export function Splitter({ width, set, label, from = "left", min, max }: Props) {
  const sign = from === "left" ? 1 : -1;
  return (
    <div
      className="splitter" role="separator" aria-orientation="vertical" aria-label={label} tabIndex={0}
      aria-valuenow={width} aria-valuemin={min} aria-valuemax={max}
      onKeyDown={(e) => {
        if (e.key === "ArrowRight") set(width + 16 * sign);
        if (e.key === "ArrowLeft") set(width - 16 * sign);
      }}
      onPointerDown={(e) => {
        const x = e.clientX;
        const el = e.currentTarget;
        el.setPointerCapture(e.pointerId);
        const move = (m: PointerEvent) => set(width + (m.clientX - x) * sign);
        const up = () => {
          el.removeEventListener("pointermove", move);
          el.removeEventListener("pointerup", up);
        };
        el.addEventListener("pointermove", move);
        el.addEventListener("pointerup", up);
        e.preventDefault();
      }}
    />
  );
}

/** A time: relative or stamped for reading, exact with the zone on hover. */
import { exact, relative, stamp } from "@/lib/time";

export function When({ at, as = "relative", className }: { at: string; as?: "relative" | "stamp"; className?: string }) {
  return <time dateTime={at} title={exact(at)} className={className}>{as === "stamp" ? stamp(at) : relative(at)}</time>;
}

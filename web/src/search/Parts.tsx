/** Plain text with what was looked for marked. */
import type { SearchPart } from "@/api/types";

export const Parts = ({ of }: { of: SearchPart[] }) => <>{of.map((p, i) => (p.hit ? <mark key={i}>{p.text}</mark> : <span key={i}>{p.text}</span>))}</>;

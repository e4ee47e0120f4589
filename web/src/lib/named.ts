/** A title that is worked out when the pointer comes: in a list of thousands most are never asked for. */
import type { PointerEvent } from "react";

export const named = (say: () => string) => ({ onPointerEnter: (e: PointerEvent<HTMLElement>) => { e.currentTarget.title = say(); } });

/** Texts that are being worked on, kept on this machine until they apply or are thrown away. */
import { read, write } from "@/lib/store";

export interface Draft { text: string; /** What it was made from, and which version that was. */ base: string; version: number; at: number }
const key = (place: string) => `config.draft.${place}`;

export function recall(place: string): Draft | null {
  try {
    const d = JSON.parse(read(key(place)) ?? "null") as Partial<Draft> | null;
    return d && typeof d.text === "string" && typeof d.base === "string" && typeof d.version === "number" && typeof d.at === "number" ? (d as Draft) : null;
  } catch {
    return null;
  }
}
export const keep = (place: string, d: Draft) => write(key(place), JSON.stringify(d));
export const forget = (place: string) => { if (read(key(place)) !== null) write(key(place), null); };

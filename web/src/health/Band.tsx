/** A colour with its word: never colour alone. */
import type { Colour } from "@/api/health";
import { colourWord } from "./words";
import "./health.css";

export function Band({ colour, word, small }: { colour: Colour; word?: string; small?: boolean }) {
  return <span className={`hband ${colour || "none"}${small ? " small" : ""}`}><i aria-hidden="true" />{word ?? colourWord[colour]}</span>;
}

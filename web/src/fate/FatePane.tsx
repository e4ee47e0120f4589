/** The pane beside the conversation for merging, splitting and linking. */
import type { Ticket } from "@/api/types";
import type { Picked } from "./act";
import { MergePane } from "./MergePane";
import { ProblemPane } from "./ProblemPane";
import { SplitPane } from "./SplitPane";
import "./fate.css";

export function FatePane({ ticket, act, picked, close }: { ticket: Ticket; act: "merge" | "split" | "problem"; picked: Picked | null; close: () => void }) {
  if (act === "merge") return <MergePane ticket={ticket} close={close} />;
  if (act === "split") return <SplitPane ticket={ticket} picked={picked} close={close} />;
  return <ProblemPane ticket={ticket} close={close} />;
}

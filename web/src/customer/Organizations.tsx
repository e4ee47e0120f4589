/** Not built yet. */
import { Empty } from "@/ui/State";
export function Organizations() { return <main className="pane page"><Empty title="Soon" /></main>; }

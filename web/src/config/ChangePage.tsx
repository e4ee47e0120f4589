/** Not built yet. */
import { Empty } from "@/ui/State";
export function ChangePage() { return <main className="pane page"><Empty title="Soon" /></main>; }

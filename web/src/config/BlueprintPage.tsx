/** Not built yet. */
import { Empty } from "@/ui/State";
export function NewBlueprint() { return <main className="pane page"><Empty title="Soon" /></main>; }
export function BlueprintPage() { return <main className="pane page"><Empty title="Soon" /></main>; }

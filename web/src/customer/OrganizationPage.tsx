/** Not built yet. */
import { Empty } from "@/ui/State";
export function OrganizationPage() { return <main className="pane page"><Empty title="Soon" /></main>; }

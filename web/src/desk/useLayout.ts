/** Whether the list stands beside the ticket (split) or takes all the width (table). */
import { useStored } from "@/lib/store";

export const useLayout = () => useStored("layout", "split");

/** placeholder */
import type { IncomingMessage, ServerResponse } from "node:http";
export async function handle(_req: IncomingMessage, res: ServerResponse) { res.end(); }

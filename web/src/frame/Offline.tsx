/** Says so when the server cannot be reached or live updates stopped, and what that means for what one sees. */
import { IconPlugConnectedX } from "@tabler/icons-react";
import type { Link } from "./live";

export function Offline({ link }: { link: Link }) {
  if (link === "live" || link === "starting") return null;
  return (
    <div className="offline" role="status">
      <IconPlugConnectedX size={16} stroke={1.75} aria-hidden />
      {link === "offline"
        ? "The server cannot be reached. What you see may be old. Changes of a ticket wait until it is back, and what you type is kept; nothing else can be saved."
        : "Live updates stopped. What you see may be a little old; saving still works. Reconnecting."}
    </div>
  );
}

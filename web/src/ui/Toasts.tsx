/** Where short messages appear, and what puts them there. */
import "@mantine/notifications/styles.layer.css";
import { notifications, Notifications } from "@mantine/notifications";

export const { show, hide } = notifications;
/** Stays where Messages puts it, so that readers are told. */
export const Toasts = () => <Notifications withinPortal={false} position="bottom-left" classNames={{ root: "toasts" }} limit={3} zIndex={400} />;

/** Where short messages appear, and what puts them there. */
import "@mantine/notifications/styles.layer.css";
import { notifications, Notifications } from "@mantine/notifications";

export const { show, hide } = notifications;
export const Toasts = () => <Notifications position="bottom-left" classNames={{ root: "toasts" }} limit={3} zIndex={400} />;

/** Mantine's theme, told to read our tokens: one family of values, two libraries of parts. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const ramp = (name: string): MantineColorsTuple => Array.from({ length: 10 }, () => `var(--${name})`) as unknown as MantineColorsTuple;

export const theme = createTheme({
  fontFamily: "var(--sans)",
  fontFamilyMonospace: "var(--mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.45", sm: "1.45", md: "1.45", lg: "1.45", xl: "1.45" },
  defaultRadius: "6px",
  primaryColor: "accent",
  colors: { accent: ramp("accent"), red: ramp("danger") },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Menu: { defaultProps: { shadow: "none", transitionProps: { duration: 120 }, offset: 4 } },
    Popover: { defaultProps: { shadow: "none", transitionProps: { duration: 120 } } },
    Combobox: { defaultProps: { shadow: "none", transitionProps: { duration: 0 }, offset: 4 } },
    TextInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    Textarea: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm" } },
  },
});

const shared = {
  "--mantine-color-body": "var(--surface)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-3)",
  "--mantine-color-placeholder": "var(--ink-3)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-hover": "var(--hover)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--line-strong)",
  "--mantine-color-error": "var(--danger)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-primary-color-filled": "var(--accent)",
  "--mantine-primary-color-filled-hover": "var(--accent-hover)",
  "--mantine-primary-color-light": "var(--accent-tint)",
  "--mantine-primary-color-contrast": "var(--on-accent)",
};
export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });

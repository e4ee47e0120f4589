/** Runs a command of the catalogues: `node language/run.mjs extract`, `check`, `doubts`. */
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const { module } = await runnerImport(fileURLToPath(new URL("command.ts", import.meta.url)), { configFile: false, logLevel: "error" });
process.exit(module.run(process.argv.slice(2)));

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "./emulator.ts";
import type { Route } from "./server/environment.ts";

/** `npm run emulator [-- STATE_FOLDER [PORT]]`: starts it alone and prints the environment that a client needs. */
const [stateFolder = ".emulator", port = "0"] = process.argv.slice(2);
const emulator = await startEmulator({ stateFolder, port: Number(port) });
const routes: readonly Route[] = ["cloud", "proxy"];
for (const route of routes) {
  console.log(`# ${route === "cloud" ? "By its own address" : "By its proxy, in front of the real host names"}:`);
  for (const [name, value] of Object.entries(emulator.environment(route))) console.log(`export ${name}='${value}'`);
  console.log();
}
const environments = Object.fromEntries(routes.map((route) => [route, emulator.environment(route)]));
writeFileSync(join(stateFolder, "environment.json"), `${JSON.stringify(environments, undefined, 2)}\n`);
console.log(`# Requests are written to ${emulator.journalFile}; machines to attach: ${emulator.machineId("dsvm")}`);
console.log("# Ctrl-C stops it.");
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void emulator.stop().then(() => process.exit(0)));
}

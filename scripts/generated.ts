import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");

/** Writes a generated file; with `--check`, says instead whether it is what it should be. */
export function generated(path: string, text: string, command: string): void {
  const file = join(root, path);
  if (!process.argv.includes("--check")) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  const current = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (current === text) console.log(`${path} is up to date.`);
  else {
    console.error(`${path} is not what it is generated from; run ${command}.`);
    process.exitCode = 1;
  }
}

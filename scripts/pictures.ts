import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Compares the pictures of the report with the approved ones. With `--approve`, what the report looks like now is approved:
 * look at the pictures of `__tests__/pictures/approved` before they are committed. `docs/images/report.png` is made anew too.
 */
process.chdir(join(import.meta.dirname, ".."));
const approves = process.argv.includes("--approve");
if (approves) rmSync("__tests__/pictures/approved", { recursive: true, force: true });
const jest = ["node_modules/jest/bin/jest.js", "-w", "1", "__tests__/pictures"];
const { status } = spawnSync(
  process.execPath,
  ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", ...jest],
  { stdio: "inherit", env: { ...process.env, ...(approves ? { PICTURES: "approve" } : {}) } },
);
process.exitCode = status ?? 1;

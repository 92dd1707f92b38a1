import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPython } from "../src/run/on-runner/virtual-environment.ts";

const tools = join(import.meta.dirname, "..", ".tools");

/**
 * A virtual environment below `.tools/` that holds exactly these packages; made when it is missing or was made of others.
 *
 * @returns its Python.
 * @throws when this machine has no Python of version 3.9 or newer with venv, or a package cannot be installed.
 */
export async function pythonWith(name: string, packages: readonly string[]): Promise<string> {
  const environment = join(tools, name);
  const executable = join(environment, "bin", "python");
  const contents = join(environment, "packages.txt");
  const wanted = packages.join("\n");
  if (existsSync(contents) && readFileSync(contents, "utf8") === wanted) return executable;
  const python = await findPython(process.env["PATH"] ?? "");
  if (python === undefined) throw new Error("This needs Python 3.9 or newer with venv.");
  rmSync(environment, { recursive: true, force: true });
  execFileSync(python.command, ["-m", "venv", environment], { stdio: "inherit" });
  execFileSync(executable, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], {
    stdio: "inherit",
  });
  writeFileSync(contents, wanted);
  return executable;
}

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runStep, type RunnerOptions, type StepResult } from "../../demo/runner.ts";
import type { Emulator } from "../../emulator/emulator.ts";
import type { Route } from "../../emulator/server/environment.ts";
import type { JournalEntry } from "../../emulator/journal.ts";
import { toolCache } from "./per-worker.ts";

/** A checkout with these files. */
export function checkoutOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "checkout-"));
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return folder;
}

export const password = "Correct-horse-battery-9";

/** The built action as a runner runs it, signed in by OIDC to an emulator. */
export function act(
  emulator: Emulator,
  command: string,
  files: Readonly<Record<string, string>>,
  options: StepOptions = {},
): Promise<StepResult> {
  return actIn(emulator, command, checkoutOf(files), options);
}

export type StepOptions = Omit<Partial<RunnerOptions>, "checkout"> & { readonly way?: Route };

/** The same in a checkout that is there. */
export function actIn(
  emulator: Emulator,
  command: string,
  checkout: string,
  { way = "cloud", inputs = {}, ...options }: StepOptions = {},
): Promise<StepResult> {
  const { AZURE_CLIENT_SECRET: _, ...environment } = emulator.environment(way);
  return runStep({
    checkout,
    inputs: { command, ...inputs },
    toolCache,
    // Only a run leaves anything to the post step.
    withoutPost: command !== "train" && command !== "up",
    ...options,
    environment: { ...environment, DSVM_PASSWORD: password, ...options.environment },
  });
}

/** Writes of computes, jobs and services in the order in which they came: `PUT computes/dsvm`. */
export function writesIn(journal: readonly JournalEntry[]): readonly string[] {
  return journal
    .filter(
      ({ method, path }) =>
        !["GET", "HEAD", "CONNECT"].includes(method) && /\/(computes|jobs)\/[^/]+(\/[a-z]+)?$/i.test(path),
    )
    .map(
      ({ method, path }) =>
        `${method} ${path
          .split("/")
          .slice(path.endsWith("/cancel") ? -3 : -2)
          .join("/")}`,
    );
}

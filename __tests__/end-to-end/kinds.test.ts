import { describe, expect, it } from "@jest/globals";
import { cpSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "../../src/report/result.ts";
import { actIn, writesIn, type StepOptions } from "../support/step.ts";
import { exampleSecrets } from "../support/example-secrets.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** The documented example of every kind, executed: planned, applied, read back, applied again, and detached. */
const examples = join(import.meta.dirname, "..", "..", "examples", "targets");
const files = readdirSync(examples).filter((name) => name.endsWith(".yml"));

/** What doctor has to say of an example although everything is in order, before and after it is applied. */
const expected: Readonly<Record<string, { readonly before: readonly string[]; readonly after: readonly string[] }>> = {
  // The kind itself is in no published api-version.
  "batch.yml": { before: ["warning batch-unpublished"], after: ["warning batch-unpublished"] },
  // Which names are taken where the identity cannot look, nobody can ask.
  "computeinstance.yml": { before: ["not-checked name-in-region"], after: [] },
};

const emulator = useEmulator({ durations: { default: 0.1 } });

const checkout = mkdtempSync(join(tmpdir(), "kinds-"));
cpSync(examples, checkout, { recursive: true });
const run = (command: string, config: string, inputs: Readonly<Record<string, string>> = {}) => {
  const options: StepOptions = { inputs: { config, ...inputs }, environment: exampleSecrets };
  return actIn(emulator, command, checkout, options);
};
type Target = { readonly name: string; readonly provisioningState: string; readonly action: string };

describe.each(files)("%s", (file) => {
  it("is valid without a network", async () => {
    expect((await run("validate", file)).log.join("\n")).toContain("validate succeeded.");
  });

  it("is created or attached once, found as declared afterwards, and removed again, and doctor says nothing false", async () => {
    expect(await examined(file)).toEqual(expected[file]?.before ?? []);
    const planned = await run("plan", file);
    expect(planned.exitCode).toBe(0);
    expect(planned.outputs["has-changes"]).toBe("true");
    expect(writesIn(emulator.journal())).toEqual([]);

    const applied = await run("apply", file);
    expect(applied.log.join("\n")).toContain("apply succeeded.");
    const targets = JSON.parse(applied.outputs["targets"] ?? "[]") as readonly Target[];
    expect(targets.length).toBeGreaterThan(0);
    for (const target of targets) expect(target.provisioningState).toBe("Succeeded");
    // In parallel, so in any order.
    expect([...writesIn(emulator.journal())].sort()).toEqual(targets.map(({ name }) => `PUT computes/${name}`).sort());
    for (const secret of Object.values(exampleSecrets)) expect(applied.log.join("\n")).not.toContain(secret);

    emulator.clearJournal();
    expect(await examined(file)).toEqual(expected[file]?.after ?? []);
    const again = await run("apply", file);
    expect(again.exitCode).toBe(0);
    expect(again.outputs["changed"]).toBe("false");
    expect(writesIn(emulator.journal())).toEqual([]);
    expect((await run("plan", file, { "expect-no-changes": "true" })).exitCode).toBe(0);

    const names = targets.map(({ name }) => name).join(",");
    const detached = await run("detach", file, { only: names, "allow-delete": "true" });
    expect(detached.log.join("\n")).toContain("detach succeeded.");
    expect(emulator.violations()).toEqual([]);
  });
});

/** What doctor has to say of the example, but for what is in order. */
async function examined(file: string): Promise<readonly string[]> {
  const step = await run("doctor", file);
  expect(step.log.join("\n")).toContain("doctor succeeded.");
  const { doctor } = JSON.parse(readFileSync(step.outputs["result-path"] ?? "", "utf8")) as Result;
  expect(doctor?.missingActions).toEqual([]);
  return (doctor?.sections ?? [])
    .flatMap((section) => section.checks)
    .filter(({ state }) => state !== "ok")
    .map(({ state, code }) => `${state} ${code}`)
    .sort();
}

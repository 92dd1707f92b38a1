import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runnerChecks } from "../../src/doctor/runner.ts";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { checkoutOf } from "../support/step.ts";

const program = (text: string) => `#!/bin/bash\n${text}\n`;

/** What doctor says of a run on a machine that has nothing but these programs. */
async function checked(container: boolean, programs: Readonly<Record<string, string>>) {
  const path = mkdtempSync(join(tmpdir(), "doctor-"));
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(path, name), text, { mode: 0o755 });
  const checkout = checkoutOf({
    "azureml.yml": `targets: [{ name: here, type: local, container: ${String(container)} }]\nrun: { command: echo, compute: here, environment: { image: x } }\n`,
  });
  const declaration = await readDeclaration({
    config: ["azureml.yml"],
    set: [],
    only: [],
    workingDirectory: checkout,
    checkout,
  });
  return (await runnerChecks(declaration, { PATH: path })).map(({ code, state }) => [code, state]);
}

describe("doctor, of a run on the runner", () => {
  it.each([
    [false, {}, [["python", "error"]]],
    [false, { conda: program("echo conda 24.1.0") }, [["conda", "ok"]]],
    [true, {}, [["container engine", "error"]]],
    // The command alone is on many machines that run no engine.
    [true, { docker: program("exit 1") }, [["container engine", "error"]]],
    [true, { docker: program("exit 1"), podman: program("echo 4.3.1") }, [["container engine", "ok"]]],
  ])("that asks for a container: %j, on a machine with %j", async (container, programs, expected) => {
    expect(await checked(container, programs)).toEqual(expected);
  });
});

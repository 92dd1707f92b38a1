import { describe, expect, it } from "@jest/globals";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runStep } from "../../../demo/runner.ts";
import { checkoutOf } from "../../support/step.ts";

/** Stands for the program: notes how it is called, and makes an environment with a tool and an activation script. */
const program = (version: string, exitCode = 0) => `#!/bin/bash
if [ "$1" = --version ]; then echo ${version}; exit; fi
echo "$(basename "$0") $*" >> "$(dirname "$0")/calls"
while [ $# -gt 0 ]; do
  case "$1" in --prefix|-p) prefix="$2";; --file|-f) file="$2";; esac
  shift
done
echo "solving $(cat "$file" | tr '\\n' ' ')"
[ ${exitCode} = 0 ] || exit ${exitCode}
mkdir -p "$prefix/bin" "$prefix/etc/conda/activate.d"
printf '#!/bin/bash\\necho "the tool of $CONDA_PREFIX"\\n' > "$prefix/bin/tool"
chmod +x "$prefix/bin/tool"
echo 'export ACTIVATED=yes' > "$prefix/etc/conda/activate.d/tool.sh"
`;

function machineWith(programs: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "conda-"));
  for (const [name, text] of Object.entries(programs)) writeFileSync(join(folder, name), text, { mode: 0o755 });
  return {
    environment: { PATH: [folder, process.env["PATH"]].join(delimiter), CONDA: "", CONDA_EXE: "", MAMBA_EXE: "" },
    toolCache: join(folder, "cache"),
    calls: () => readFileSync(join(folder, "calls"), "utf8").trim().split("\n"),
    folder,
  };
}

const job = `command: tool; echo activated $ACTIVATED
compute: local
environment: { image: x, conda_file: { dependencies: [cudatoolkit=11.8, python=3.11, pip, { pip: [mlflow] }] } }
`;

const run = (
  { environment, toolCache }: Pick<ReturnType<typeof machineWith>, "environment" | "toolCache">,
  command = "train",
) => runStep({ checkout: checkoutOf({ "job.yml": job }), inputs: { command, run: "job.yml" }, environment, toolCache });

describe("a run on a machine with conda", () => {
  it.each([
    [["conda", "mamba", "micromamba"], /^micromamba create --yes --prefix \S+ --file \S+\.yml$/],
    [["conda", "mamba"], /^mamba env create --prefix \S+ --file \S+\.yml$/],
    [["conda"], /^conda env create --prefix \S+ --file \S+\.yml$/],
  ])("of %j is in an environment that the fastest makes of the whole conda file", async (names, call) => {
    const machine = machineWith(Object.fromEntries(names.map((name) => [name, program("2.0.5")])));
    const step = await run(machine);
    expect(step.log).toContain("activated yes");
    expect(step.log.join("\n")).toMatch(/the tool of \S+conda-[0-9a-f]{16}\n/);
    expect(step.log.join("\n")).toContain("cudatoolkit=11.8");
    expect(machine.calls()).toEqual([expect.stringMatching(call)]);
    expect(step.exitCode).toBe(0);
  });

  it("makes the environment of one content once", async () => {
    const machine = machineWith({ micromamba: program("2.0.5") });
    await run(machine);
    expect((await run(machine)).exitCode).toBe(0);
    expect(machine.calls()).toHaveLength(1);
  });

  it("finds the installation that the machine names, where none is on the path", async () => {
    const machine = machineWith({ mine: program("24.1.0") });
    const { PATH: _, ...rest } = machine.environment;
    const step = await run({
      ...machine,
      environment: { ...rest, PATH: process.env["PATH"] ?? "", CONDA_EXE: join(machine.folder, "mine") },
    });
    expect(step.exitCode).toBe(0);
    expect(machine.calls()).toEqual([expect.stringMatching(/^mine env create /)]);
  });

  it("fails at the environment when it cannot be made, and makes it anew the next time", async () => {
    const machine = machineWith({ micromamba: program("2.0.5", 3) });
    const step = await run(machine);
    expect(step.outputs["failure-reason"]).toBe("run-failed");
    expect(step.annotations.at(-1)).toMatchObject({
      message: expect.stringContaining("micromamba could not create the environment: exit code 3") as unknown,
      properties: { file: "job.yml", line: "3" },
    });
    await run(machine);
    expect(machine.calls()).toHaveLength(2);
  });
});

describe("a run on a machine without conda", () => {
  const none = () => machineWith({});

  it("is refused where pip does not have all packages, and validate says that it depends on the machine", async () => {
    const refused = await run(none());
    expect(refused.exitCode).toBe(1);
    expect(refused.annotations.at(-1)?.message).toContain("cudatoolkit=11.8");
    const validated = await run(none(), "validate");
    expect(validated.exitCode).toBe(0);
    expect(validated.annotations).toMatchObject([
      { severity: "warning", message: expect.stringContaining("micromamba, mamba or conda") as unknown },
    ]);
  });
});

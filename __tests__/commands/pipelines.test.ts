import { describe, expect, it } from "@jest/globals";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

/** Pipelines, from the file to the steps that have run: each a process that reads what another has written. */
const source = await loadSource();
const stand = useStand([cpuCluster]);

const prepare = `type: command
name: prepare
inputs:
  word: { type: string, default: nothing }
  more: { type: string, optional: true }
outputs:
  data: { type: uri_folder }
code: src
command: bash write.sh \${{outputs.data}} \${{inputs.word}} $[[--more \${{inputs.more}}]]
environment: { image: ubuntu }
`;
const pipeline = (steps: string) => `type: pipeline
display_name: words
settings: { default_compute: azureml:cpu-cluster }
inputs: { word: hello }
outputs: { all: }
jobs:
  prepare:
    component: components/prepare.yml
    inputs: { word: "\${{parent.inputs.word}}" }
${steps}`;
const read = (name: string, from: string, command: string) => `  ${name}:
    command: ${command}
    environment: { image: ubuntu }
    inputs: { data: "\${{parent.jobs.${from}}}" }
    outputs: { out: }
`;
const files = (steps: string) => ({
  "azureml.yml": "run: pipeline.yml\n",
  "pipeline.yml": pipeline(steps),
  "components/prepare.yml": prepare,
  "components/src/write.sh": 'echo "$2 $3" > "$1/word.txt"\n',
});
const check = read("check", "prepare.outputs.data", 'grep "^hello $" ${{inputs.data}}/word.txt');

async function trains(given: Readonly<Record<string, string>>, { runId = "1", sha = "1" } = {}) {
  const before = stand.requests().length;
  const { result, text } = await run(source, {
    command: "train",
    checkout: checkoutOf(given),
    runId,
    environment: { ...stand.environment, GITHUB_SHA: sha.repeat(40) },
  });
  const writes = stand
    .requests()
    .slice(before)
    .filter(({ method, path }) => method === "PUT" && path.includes("/workspaces/"))
    .map(({ path }) => path.split("/").at(-4) ?? "");
  return { result, text, writes };
}
const stepsOf = ({
  children,
}: { readonly children?: readonly { readonly step?: string; readonly status: string }[] } = {}) =>
  Object.fromEntries((children ?? []).map(({ step = "", status }) => [step, status]));

describe("a pipeline", () => {
  it("runs its steps in the order of the graph, with what they pass on", async () => {
    const { result, text } = await trains(files(check + read("count", "check.outputs.out", "ls ${{inputs.data}}")));
    expect(result.failures).toEqual([]);
    expect(result.run).toMatchObject({ status: "Completed" });
    expect(stepsOf(result.run)).toEqual({ prepare: "Completed", check: "Completed", count: "Completed" });
    expect(text).toContain("prepare");
  });

  it("runs a pipeline component, and steps that read what is written inside of it", async () => {
    const inner = `type: pipeline
name: inner
inputs: { w: { type: string } }
outputs: { result: { type: uri_folder } }
jobs:
  first:
    component: ./prepare.yml
    inputs: { word: "\${{parent.inputs.w}}" }
    outputs: { data: "\${{parent.outputs.result}}" }
`;
    const steps = `  inside:
    type: pipeline
    component: components/inner.yml
    inputs: { w: "\${{parent.inputs.word}}" }
${read("check", "inside.outputs.result", 'grep "^hello $" ${{inputs.data}}/word.txt')}`;
    const { result } = await trains({ ...files(steps), "components/inner.yml": inner }, { sha: "2" });
    expect(result.failures).toEqual([]);
    // What runs inside belongs to the run of the step around it, as with the service.
    expect(stepsOf(result.run)).toEqual({ prepare: "Completed", inside: "Completed", check: "Completed" });
  });

  it("that has a failed step fails by it, and what depends on it never starts", async () => {
    const steps = read("broken", "prepare.outputs.data", "exit 3") + read("after", "broken.outputs.out", "echo never");
    const { result, text } = await trains(files(steps), { sha: "3" });
    expect(result).toMatchObject({ failureReason: "run-failed", run: { status: "Failed" } });
    expect(stepsOf(result.run)).toEqual({ prepare: "Completed", broken: "Failed" });
    expect(text).toContain("exited with status code 3");
    expect(result.run?.error?.message).toContain("exited with status code 3");
    expect(result.run?.children?.map(({ step, error }) => [step, error?.message])).toEqual([
      ["prepare", undefined],
      ["broken", expect.stringContaining("exited with status code 3")],
    ]);
    expect(result.run?.steps).toEqual([
      { name: "prepare", after: [] },
      { name: "broken", after: ["prepare"] },
      { name: "after", after: ["broken"] },
    ]);
    expect(text).toContain("```mermaid\nflowchart LR\n");
    expect(text).toMatch(
      / {2}s1\["broken<br\/>Failed<br\/>[^"]*"\]:::bad\n {2}s2\["after<br\/>Not started"\]:::neutral\n/,
    );
    expect(text).toContain("  s0 --> s1\n  s1 --> s2\n");
  });

  it("whose failed step is a pipeline itself fails by the step inside of it, with that one's log", async () => {
    const inner = `type: pipeline
name: inner
jobs:
  leaf:
    command: bash -c "echo deep inside; exit 3"
    environment: { image: ubuntu }
`;
    const steps = "  broken: { type: pipeline, component: components/inner.yml }\n";
    const { result } = await trains({ ...files(steps), "components/inner.yml": inner }, { sha: "8" });
    expect(result.failures.join("\n")).toMatch(/Its step 'broken' failed: .*exited with status code 3/);
    expect(result.run?.logTail).toContain("deep inside");
    expect(result.run?.children?.find(({ step }) => step === "broken")).toMatchObject({
      error: { message: expect.stringContaining("exited with status code 3") as unknown },
    });
  });

  it("shows its steps by their names, whatever they are displayed as, and gates know them by these", async () => {
    const steps = `${check}    display_name: "Check | \\"it\\" <b>"\n`;
    const { result, text } = await trains(
      { ...files(steps), "azureml.yml": "run: pipeline.yml\ngates: [{ metric: words, step: check, at_least: 1 }]\n" },
      { sha: "7" },
    );
    expect(stepsOf(result.run)).toEqual({ prepare: "Completed", check: "Completed" });
    expect(result.run?.gates).toMatchObject([{ step: "check", passed: false }]);
    expect(text).toContain('s1["check<br/>Completed');
  });

  it("puts nothing but the job where its components are there already", async () => {
    const first = await trains(files(check), { sha: "4" });
    expect(new Set(first.writes)).toEqual(new Set(["codes", "components", "environments", "workspaces"]));
    const again = await trains(files(check), { runId: "2", sha: "5" });
    expect(again.result.failures).toEqual([]);
    expect(again.writes).toEqual(["workspaces"]);
  });

  it("that refers to what is not there, in a component file, is refused before anything is written", async () => {
    const given = {
      ...files(check),
      "components/prepare.yml": prepare.replace("{ image: ubuntu }", "azureml:nowhere:3"),
    };
    const { result, writes } = await trains(given, { sha: "6" });
    expect(writes).toEqual([]);
    expect(result.problems).toMatchObject([
      { code: "missing-asset", where: { file: "components/prepare.yml", line: 10 } },
    ]);
  });
});

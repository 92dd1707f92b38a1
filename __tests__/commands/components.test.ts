import { describe, expect, it } from "@jest/globals";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

/** Component files, from the file to the version in the workspace. */
const source = await loadSource();
const stand = useStand();

const schema = (name: string) => `$schema: https://azuremlschemas.azureedge.net/latest/${name}.schema.json\n`;
const component = (command: string, more = "") =>
  `${schema("commandComponent")}type: command\nname: prep\ncommand: ${command}\ncode: src\nenvironment: azureml:prep-env@latest\n${more}`;
const files = (command: string, more = "") => ({
  "assets/a.yml": component(command, more),
  "assets/src/prep.py": "print(1)\n",
  "assets/env.yml": `${schema("environment")}name: prep-env\nimage: ubuntu\n`,
});

/** One command on these files, with the versions that it has put, in order. */
async function does(command: "plan" | "apply" | "up" | "train", given: Readonly<Record<string, string>>) {
  const before = stand.requests().length;
  const { result, text } = await run(source, {
    command,
    checkout: checkoutOf(given),
    inputs: { config: "assets/*.yml" },
    environment: stand.environment,
  });
  const puts = stand
    .requests()
    .slice(before)
    .filter(({ method, path }) => method === "PUT" && /\/(components|environments|codes)\//.test(path))
    .map(({ path }) => path.replace(/^.*\/workspaces\/[^/]+\//, "").replace(/codes\/[^/]+/, "codes/x"));
  return { result, text, puts };
}

describe("a component file", () => {
  it("is registered after what it refers to, once for each content", async () => {
    const planned = await does("plan", files("python prep.py"));
    expect(planned.result).toMatchObject({
      failures: [],
      assets: [
        { kind: "component", name: "prep", version: "1", action: "create" },
        { kind: "environment", name: "prep-env", version: "1", action: "create" },
      ],
      environments: [{ name: "prep-env", version: "1", action: "create" }],
    });
    expect(planned.puts).toEqual([]);
    expect(planned.text).toContain("Assets");

    const first = await does("apply", files("python prep.py"));
    expect(first.text).toContain("prep: registered as version 1.");
    expect(first.puts).toEqual([
      "environments/prep-env/versions/1",
      "codes/x/versions/1",
      "components/prep/versions/1",
    ]);

    const second = await does("apply", files("python prep.py"));
    expect(second.result).toMatchObject({ failures: [], assets: [{ action: "none" }, { action: "none" }] });
    expect(second.puts).toEqual([]);

    expect((await does("apply", files("python prep.py --more"))).puts).toEqual(["components/prep/versions/2"]);
  });

  it("with a version of its own is refused where that version exists with other content", async () => {
    expect((await does("apply", files("a", "version: 7\n"))).puts.at(-1)).toBe("components/prep/versions/7");
    const { result, puts } = await does("apply", files("b", "version: 7\n"));
    expect(puts).toEqual([]);
    expect(result.problems).toMatchObject([{ code: "version-exists", where: { file: "assets/a.yml", line: 7 } }]);
  });

  it("that refers to what is not there is refused before anything is written, at its line", async () => {
    const missing = { ...files("x"), "assets/a.yml": component("x").replace("prep-env@latest", "nowhere:3") };
    const { result, puts } = await does("up", missing);
    expect(puts).toEqual([]);
    expect(result.problems).toMatchObject([
      {
        code: "missing-asset",
        where: { file: "assets/a.yml", line: 6 },
        message: expect.stringContaining("no environment 'nowhere'") as unknown,
      },
    ]);
  });

  it("is registered before a pipeline component that refers to it, whatever their files are called", async () => {
    const graph = `${schema("pipelineComponent")}type: pipeline\nname: both\njobs:\n  one: { component: azureml:prep@latest, compute: azureml:c }\n`;
    const { puts, result } = await does("apply", { ...files("x"), "assets/0.yml": graph });
    expect(result.failures).toEqual([]);
    expect(puts.slice(-2)).toEqual(["components/prep/versions/1", "components/both/versions/1"]);
    expect((await does("apply", { ...files("x"), "assets/0.yml": graph })).puts).toEqual([]);
  });
});

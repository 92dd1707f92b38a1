import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { parse } from "yaml";
import { lineCommands, optionsOf, parseCall, type LineCommand } from "../../src/command-line/options.ts";
import { callLine } from "../support/call-line.ts";
import { connectTo } from "../support/connect.ts";
import { checkoutOf } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** Every block of docs/command-line.md is executed or checked, and its table of options is that of the code. */

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "docs/command-line.md"), "utf8");
const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = "", content = ""]) => ({
  language,
  content,
}));
const of = (language: string) => blocks.filter((block) => block.language === language).map(({ content }) => content);
const commands = of("sh").flatMap((content) => content.trim().split("\n"));

/** The words of a line, as a shell splits it. */
const words = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");

const files = {
  "azureml.yml": "# ours\ntargets:\n  - { name: cpu-cluster,\n      min_instances: 0, type: amlcompute }\n",
  "compute/cpu.yml": "name: cpu-cluster\ntype: amlcompute\n",
  "jobs/train.yml": "command: echo\nenvironment: { image: u, conda_file: conda.yml }\ncompute: azureml:cpu-cluster\n",
  "jobs/conda.yml": "dependencies: [python=3.11]\n",
};

describe("docs/command-line.md", () => {
  const emulator = useEmulator({ durations: { default: 0 } });

  it("has no block of a language that nobody checks here", () => {
    expect([...new Set(blocks.map(({ language }) => language))].sort()).toEqual(["json", "sh", "text", "yaml"]);
    expect(commands.length).toBeGreaterThan(10);
  });

  it.each(commands)("shows a command that works: %s", async (line) => {
    const [npx, name, ...args] = words(line);
    expect([npx, name]).toEqual(["npx", "azureml-targets"]);
    const { command } = parseCall(args);
    const { azure } = await connectTo(emulator);
    const live = {
      location: "eastus",
      properties: {
        computeType: "AmlCompute",
        properties: { vmSize: "STANDARD_DS3_V2", scaleSettings: { maxNodeCount: 4 } },
      },
    };
    await azure.computes.put("cpu-cluster", live);
    const { "azureml.yml": _, ...others } = files;
    const present = command === "init" ? others : files;
    const live_yml = "targets: [{ name: cpu-cluster, type: amlcompute }]\n";
    const checkout = checkoutOf({
      ...present,
      ...(args.includes("live.yml") && command === "plan" ? { "live.yml": live_yml } : {}),
    });
    const { exitCode, out, err } = await callLine(checkout, args, emulator.environment("cloud"));
    expect({ line, exitCode, out, err }).toMatchObject({ exitCode: 0 });
  });

  it("shows what is written, to the letter", async () => {
    const faulty = "# ours\ntargets:\n  - { name: cpu-cluster, type: amlcompute,\n    min_instances: 9 }\n";
    const { out } = await callLine(checkoutOf({ "azureml.yml": faulty }), ["validate"]);
    expect(of("text")).toEqual([out]);
  });

  it("has a matcher for editors that reads the lines", async () => {
    const [task] = (
      JSON.parse(of("json")[0] ?? "") as { tasks: { problemMatcher: { pattern: Record<string, string> } }[] }
    ).tasks;
    const { regexp = "", ...groups } = task?.problemMatcher.pattern ?? {};
    const [line = "", next = ""] = of("text")[0]?.split("\n") ?? [];
    const match = new RegExp(regexp).exec(line);
    const read = Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, match?.[Number(group)]]));
    expect(read).toEqual({
      file: "azureml.yml",
      line: "4",
      column: "20",
      severity: "error",
      message: "min_instances is 9, above max_instances 4.",
      code: "min-above-max",
    });
    expect(new RegExp(regexp).test(next)).toBe(false);
  });

  it("names hooks that there are", () => {
    const ids = (
      parse(readFileSync(join(root, ".pre-commit-hooks.yaml"), "utf8")) as { id: string; entry: string }[]
    ).map(({ id, entry }) => {
      // What pre-commit puts behind it are paths.
      expect(parseCall([...entry.split(" ").slice(1), "a.yml"]).command).toBe("validate");
      return id;
    });
    const [config] = of("yaml").map((content) => parse(content) as { repos: { hooks: { id: string }[] }[] });
    const named = (config?.repos ?? []).flatMap(({ hooks }) => hooks.map(({ id }) => id));
    expect([...named, ...[...text.matchAll(/`id: ([\w-]+)`/g)].map(([, id]) => id)].sort()).toEqual([...ids].sort());
  });

  it("has the options of each command, with their help", async () => {
    const all = new Map((Object.keys(lineCommands) as LineCommand[]).flatMap((command) => optionsOf(command)));
    const rows = [...all].map(([name, { value, help, for: takers }]) => {
      const shown = `\`--${name}${value === undefined ? "" : ` ${value}`}\``;
      return `| ${shown} | ${takers.map((command) => `\`${command}\``).join(", ")} | ${help} |`;
    });
    const table = ["| Option | For | Meaning |", "| --- | --- | --- |", ...rows].join("\n");
    const [, documented = ""] = /<!-- options -->\n([\s\S]*?)<!-- \/options -->/.exec(text) ?? [];
    const formatted = await format(table, { parser: "markdown", printWidth: 120 });
    expect(documented.trim()).toBe(formatted.trim());
  });

  it("has the exit codes of the help", () => {
    const documented = [...text.matchAll(/^\| (\d[\d, ]*?) +\|/gm)].map(([, code]) => code);
    expect(documented).toEqual(["0", "1", "2", "3", "130, 143"]);
  });
});

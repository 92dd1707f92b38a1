import { describe, expect, it } from "@jest/globals";
import { inputTable } from "../../src/inputs.ts";
import { lineCommands, optionsOf, parseCall, WrongUsage, type LineCommand } from "../../src/command-line/options.ts";
import { helpText } from "../../src/command-line/help.ts";

const refused = (...args: readonly string[]) => {
  try {
    parseCall(args);
  } catch (error) {
    expect(error).toBeInstanceOf(WrongUsage);
    return (error as Error).message;
  }
  throw new Error(`${args.join(" ")} was understood.`);
};

describe("the options of the command line", () => {
  it.each(Object.keys(inputTable).filter((name) => name !== "command"))(
    "have the input %s, or say why it is none",
    (name) => {
      const takers = (Object.keys(lineCommands) as LineCommand[]).filter((command) =>
        optionsOf(command).some(([option]) => option === name),
      );
      if (takers.length === 0) {
        expect(refused("validate", `--${name}`, "x")).toMatch(
          new RegExp(`^The input ${name} is not an option here: it .+\\. .+\\.$`, "s"),
        );
        return;
      }
      for (const command of takers) {
        const option = optionsOf(command).find(([one]) => one === name)?.[1];
        const value = option?.takes === "switch" ? [] : ["x"];
        expect(parseCall([command, `--${name}`, ...value]).given.get(name)).toBe(value[0] ?? "true");
      }
    },
  );

  it.each<LineCommand>(["validate", "plan", "init"])("are all in the help of %s", (command) => {
    const lines = helpText(command).split("\n");
    for (const [name] of optionsOf(command))
      expect(lines.filter((line) => line.startsWith(`  --${name}`)).length).toBeGreaterThan(0);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  it.each([
    [["valdate"], 'There is no command "valdate". Did you mean validate? Commands are validate, plan, init.'],
    [[], "No command is given. Commands are validate, plan, init."],
    [
      ["apply"],
      "apply is a command of the action alone: call it in a workflow. Commands here are validate, plan, init.",
    ],
    [["validate", "--workspce", "w"], "There is no option --workspce. Did you mean --workspace?"],
    [["validate", "--on-drift", "update"], "--on-drift is not for validate, only for plan. Leave it out."],
    [["plan", "--sarif-path", "x"], "--sarif-path is not for plan, only for validate. Leave it out."],
    [["validate", "--set"], "--set needs a value: --set=PATH=VALUE."],
    [["validate", "--only", "--json"], "--only needs a value: --only=NAMES."],
    [["validate", "--json=yes"], '--json takes no value but true or false, and was given "yes".'],
    [["plan", "--workspace", "a", "--workspace", "b"], '--workspace is given twice, as "a" and as "b".'],
    [
      ["plan", "--client-secret", "s"],
      "The input client-secret is not an option here: it would be seen by everybody on this machine. Set the environment variable AZURE_CLIENT_SECRET.",
    ],
  ])("refuse %j", (args, message) => {
    expect(refused(...args)).toBe(message);
  });

  it("never repeat a secret that was given as one", () => {
    expect(refused("plan", "--client-secret", "correct-horse")).not.toContain("correct-horse");
  });

  it("join what a list is given several times, and keep what stands behind --", () => {
    const { given, paths } = parseCall(["validate", "--set", "a=1", "x.yml", "--set=b=2", "--", "--odd.yml"]);
    expect(given.get("set")).toBe("a=1\nb=2");
    expect(paths).toEqual(["x.yml", "--odd.yml"]);
  });
});

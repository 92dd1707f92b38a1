import { describe, expect, it } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { commandOf, inputTable, InvalidInputs, readInputs } from "../src/inputs.ts";

const action = parse(readFileSync(join(import.meta.dirname, "../action.yml"), "utf8")) as {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
};

describe("inputs", () => {
  it("are exactly those that action.yml declares, with the same defaults", () => {
    const declared = Object.entries(action.inputs).map(([name, { default: value }]) => [
      name,
      value.startsWith("${{") ? "" : value,
    ]);
    expect(Object.entries(inputTable).map(([name, { fallback }]) => [name, fallback])).toEqual(declared);
  });

  it.each([
    ["train", "train"],
    [" doctor ", "doctor"],
    ["aply", "up"],
    ["", "up"],
  ])("name the command in messages whatever is wrong with the others: %s", (given, command) => {
    expect(commandOf({ INPUT_COMMAND: given, "INPUT_TIMEOUT-MINUTES": "2h" })).toBe(command);
  });

  it.each([
    ["INPUT_TIMEOUT-MINUTES", "2h", "Input 'timeout-minutes' is \"2h\": must be a whole number from 1 to 30240."],
    ["INPUT_WAIT", "yes", "Input 'wait' is \"yes\": must be true or false."],
    [
      "INPUT_COMMAND",
      "aply",
      "Input 'command' is \"aply\": must be one of validate, plan, apply, train, deploy, up, detach, doctor.",
    ],
    [
      "INPUT_SUBSCRIPTION-ID",
      "ML production",
      "Input 'subscription-id' is \"ML production\": is not a GUID. Give the ID of the subscription, not its name; both are shown by: az account list --output table.",
    ],
  ])("%s=%s is refused by name", (name, value, message) => {
    expect(() => readInputs({ [name]: value })).toThrow(new InvalidInputs([message]));
  });

  it.each(["validate", "train", "detach"])("plan-file is refused by %s, which would not be bound by it", (command) => {
    const message = `Input 'plan-file' is for plan, apply and up; the command '${command}' does not use a plan.`;
    expect(() => readInputs({ INPUT_COMMAND: command, "INPUT_PLAN-FILE": "plan.json" })).toThrow(
      new InvalidInputs([message]),
    );
  });

  it("reports every fault at once", () => {
    expect(() => readInputs({ INPUT_WAIT: "maybe", INPUT_PARALLEL: "0" })).toThrow(/wait[\s\S]*parallel/);
  });
});

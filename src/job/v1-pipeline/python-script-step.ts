import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { pythonText } from "../../yaml/python-text.ts";
import { shape, text } from "../../yaml/shape.ts";
import { suggestionFor } from "../../yaml/suggestion.ts";
import { listed } from "../../yaml/wording.ts";
import { checkScript, readFolder } from "./folder.ts";
import { readArguments } from "./io.ts";
import { defaultRunconfig, readRunconfig } from "./runconfig-text.ts";
import { scriptParameters, settable } from "./script-parameters.ts";
import { stepKeys } from "./shape.ts";
import type { StepParameter, StepParts, StepReader } from "./step.ts";

export const type = "PythonScriptStep";
export const executionType = "escloud";
export const workload = "script-step";

export const schema = shape(() =>
  z.strictObject({
    ...stepKeys(type),
    name: text().optional(),
    script_name: text(),
    runconfig: text().optional(),
    runconfig_parameters: z.record(z.string(), z.strictObject({ source: text() })).optional(),
  }),
);
type Keys = z.infer<ReturnType<typeof schema>>;

export const unsent = { hash_paths: "Remove it; all files of source_directory count." } as const;

/** A Python script on a compute of the workspace. */
export function read(reader: StepReader<Keys>): StepParts {
  const { value, compute } = reader;
  const folder = readFolder(value.source_directory, reader);
  checkScript("script_name", value.script_name, folder, reader);
  const ofRunconfig = readSettable(reader);
  const declared = scriptParameters(compute, {
    ...ofRunconfig,
    MLCComputeType: { of: ({ scriptStepType }) => scriptStepType },
    Framework: "Python",
    DockerEnabled: "true",
    Script: value.script_name,
    Arguments: "USE_STRUCTURED_ARGUMENTS",
  });
  const own = readParameters(reader);
  const runconfig = value.runconfig === undefined ? defaultRunconfig : readRunconfig(value.runconfig, reader);
  return {
    name: value.name ?? value.script_name,
    // A parameter of the step takes the place of the one of its name.
    parameters: [
      ...declared.map((parameter) => own.find(({ name }) => name === parameter.name) ?? parameter),
      ...own.filter(({ name }) => !declared.some((parameter) => parameter.name === name)),
    ],
    metadata: [{ name: "TargetType", isOptional: false, value: "mlc" }],
    arguments: readArguments(value.arguments, reader),
    ...defined({ version: value.version, folder, runconfig }),
  };
}

/** What of the run configuration a parameter of the pipeline sets. */
function readSettable({ value, add, parameters }: StepReader<Keys>): Readonly<Record<string, StepParameter["value"]>> {
  return Object.fromEntries(
    Object.entries(value.runconfig_parameters ?? {}).flatMap(([name, { source }]) => {
      if (!(settable as readonly string[]).includes(name))
        add(
          "wrong-value",
          ["runconfig_parameters", name],
          `${JSON.stringify(name)} is not a part of the run configuration that a parameter can set.${suggestionFor(name, settable)}`,
          `Use ${listed(settable)}.`,
        );
      return parameters.get(source)?.is === "value" ? [[name, { parameter: source }]] : [];
    }),
  );
}

function readParameters({ value, node, parameters }: StepReader<Keys>): readonly StepParameter[] {
  return Object.entries(value.parameters ?? {}).flatMap(([name, given]): StepParameter[] => {
    const base = { name, isOptional: false, variable: `AML_PARAMETER_${name}` };
    if (typeof given !== "object") {
      const text = pythonText(given, node.document.textAt?.([...node.path, "parameters", name]));
      return [{ ...base, default: text, value: text }];
    }
    const parameter = parameters.get(given.source);
    if (parameter?.is !== "value") return [];
    return [
      {
        ...base,
        default: parameter.default,
        hashed: `PipelineParameter_Name:${given.source}_Default:${parameter.default}`,
        value: { parameter: given.source },
      },
    ];
  });
}

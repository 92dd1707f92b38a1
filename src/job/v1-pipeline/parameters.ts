import type { AddProblem } from "../../compute/kind.ts";
import { pythonText } from "../../yaml/python-text.ts";
import type { SourceNode } from "../../yaml/source.ts";
import { quoted } from "../../yaml/wording.ts";
import { dataPathName } from "./io.ts";
import type { PipelineKeys } from "./shape.ts";
import type { PipelineParameter } from "./step.ts";

type Declared = NonNullable<PipelineKeys["parameters"]>[string];
type Reader = { readonly node: SourceNode; readonly add: AddProblem };

/** The parameters of the pipeline, each with the value that it has where a submission gives none. */
export function readParameters(
  declared: PipelineKeys["parameters"],
  reader: Reader,
): ReadonlyMap<string, PipelineParameter> {
  return new Map(
    Object.entries(declared ?? {}).flatMap(([name, parameter]) => {
      const read =
        parameter.type === "datapath" ? readDataPath(name, parameter, reader) : readValue(name, parameter, reader);
      return read === undefined ? [] : [[name, read]];
    }),
  );
}

function readDataPath(name: string, { default: value }: Declared, { add }: Reader): PipelineParameter | undefined {
  if (typeof value === "object") {
    const { datastore, path_on_datastore: path } = value;
    return { is: "datapath", port: value.name ?? dataPathName(name, datastore, path), datastore, path };
  }
  add(
    value === undefined ? "missing-key" : "wrong-value",
    value === undefined ? ["parameters", name] : ["parameters", name, "default"],
    `The data path ${JSON.stringify(name)} has no valid default.`,
    "Write default: { datastore: NAME, path_on_datastore: PATH }.",
  );
  return undefined;
}

function readValue(
  name: string,
  { type, default: value }: Declared,
  { node, add }: Reader,
): PipelineParameter | undefined {
  const wrong = (what: string) =>
    void add(
      "wrong-value",
      ["parameters", name, "default"],
      `${quoted(value)} is not ${what}.`,
      `Write ${what}, or another type.`,
    );
  if (typeof value === "object") return wrong("a value");
  const written = node.document.textAt?.([...node.path, "parameters", name, "default"]);
  const textOf = (one: string | number | boolean) => pythonText(one, written);
  switch (type) {
    case "string":
      if (value !== undefined) return { is: "value", type, default: textOf(value) };
      return void add(
        "missing-key",
        ["parameters", name],
        `The parameter ${JSON.stringify(name)} is text, and has no default.`,
        'Add default; an empty text is written as "".',
      );
    case "bool":
      if (value === undefined || typeof value === "boolean")
        return { is: "value", type, default: textOf(value ?? false) };
      return wrong("true or false");
    case "int": {
      const number = Number(value ?? 0);
      if (typeof value === "boolean" || !Number.isInteger(number) || value === "") return wrong("a whole number");
      return { is: "value", type, default: String(number) };
    }
    default: {
      const number = Number(value ?? 0);
      if (typeof value === "boolean" || Number.isNaN(number) || value === "") return wrong("a number");
      return { is: "value", type: "float", default: pythonText(number, "0.0") };
    }
  }
}

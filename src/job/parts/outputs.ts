import * as z from "zod";
import { versionText } from "../../asset/version.ts";
import { defined } from "../../azure/defined.ts";
import { oneOf, text, version } from "../../yaml/shape.ts";
import { checkBindingName } from "./bindings.ts";
import { dataTypes } from "./inputs.ts";
import type { NodePath } from "../../yaml/source.ts";
import type { PartReader } from "./read-part.ts";

/** az ml's words for the modes of an output, and ARM's. */
export const modes = {
  mount: "ReadWriteMount",
  rw_mount: "ReadWriteMount",
  upload: "Upload",
  direct: "Direct",
} as const;
const modeWords = ["mount", "rw_mount", "upload", "direct"] as const satisfies readonly (keyof typeof modes)[];

export const outputSchema = () =>
  z.strictObject({
    type: oneOf(dataTypes).default("uri_folder"),
    path: text().optional(),
    mode: oneOf(modeWords).optional(),
    name: text().optional(),
    version: version().optional(),
  });

export const outputsSchema = () => z.record(z.string(), z.union([outputSchema(), z.null()]));

export type JobOutput = {
  readonly type: string;
  readonly path?: string;
  /** ARM's word: `ReadWriteMount`, … */
  readonly mode?: string;
  readonly name?: string;
  readonly version?: string;
};
export type JobOutputs = Readonly<Record<string, JobOutput>>;

export function readOutputs(declared: z.infer<ReturnType<typeof outputsSchema>>, reader: PartReader): JobOutputs {
  const { node } = reader;
  return Object.fromEntries(
    Object.entries(declared).map(([name, output]): [string, JobOutput] => {
      const path = ["outputs", name];
      checkBindingName(name, path, reader);
      checkRegistration(output, path, reader);
      return [
        name,
        {
          type: output?.type ?? "uri_folder",
          ...defined({
            path: output?.path,
            mode: output?.mode && modes[output.mode],
            name: output?.name,
            version: versionText(output?.version, { ...node, path: [...node.path, ...path] }),
          }),
        },
      ];
    }),
  );
}

/** An output with a name is registered under it when the run ends; nothing but the name can have a version. */
function checkRegistration(
  output: z.infer<ReturnType<typeof outputsSchema>>[string],
  path: NodePath,
  { add }: PartReader,
): void {
  const { name, version: declared } = output ?? {};
  if (declared !== undefined && name === undefined) {
    add(
      "missing-key",
      [...path, "version"],
      "The output has a version and no name to register it under.",
      "Add name, or remove version.",
    );
  }
  if (name !== undefined && !/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    add(
      "illegal-name",
      [...path, "name"],
      `${JSON.stringify(shortened(name))} is not a valid name for a registered output.`,
      "Use letters, digits, dashes and underscores; at most 255 characters.",
    );
  }
}

const shortened = (name: string) => (name.length > 80 ? `${name.slice(0, 79)}…` : name);

/** The addresses that outputs are written to, where the job names them. */
export function addressesOfOutputs(
  outputs: JobOutputs,
): readonly { readonly path: NodePath; readonly address: string }[] {
  return Object.entries(outputs).flatMap(([name, { path }]) =>
    path === undefined ? [] : [{ path: ["outputs", name, "path"], address: path }],
  );
}

export function toOutputs(outputs: JobOutputs): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [
      name,
      defined({
        jobOutputType: output.type,
        uri: output.path,
        mode: output.mode,
        assetName: output.name,
        assetVersion: output.version,
      }),
    ]),
  );
}

/** What a run on the runner does not do with its outputs: they stay in its folder. */
export function keptHere(
  outputs: Readonly<Record<string, Pick<JobOutput, "path" | "name">>>,
): readonly { readonly path: NodePath; readonly message: string; readonly severity: "warning" }[] {
  return Object.entries(outputs).flatMap(([output, { path, name }]) => {
    const at = ["outputs", output];
    const what = `The output ${JSON.stringify(output)} stays on the runner`;
    return [
      ...(path === undefined
        ? []
        : [
            { path: [...at, "path"], message: `${what}: nothing is written to ${path}.`, severity: "warning" as const },
          ]),
      ...(name === undefined
        ? []
        : [
            {
              path: [...at, "name"],
              message: `${what}: it is not registered as ${name}.`,
              severity: "warning" as const,
            },
          ]),
    ];
  });
}

/** The names of those that are folders. */
export function foldersOf(outputs: JobOutputs): readonly string[] {
  return Object.entries(outputs).flatMap(([name, { type }]) => (type === "uri_file" ? [] : [name]));
}

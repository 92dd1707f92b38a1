import { defined } from "../../azure/defined.ts";
import { versionText } from "../../asset/version.ts";
import type { NodePath } from "../../yaml/source.ts";
import { carryOver, notCarriedOver, type RunConfigurationReader } from "./reader.ts";
import type { Bindings } from "./command.ts";
import type { DataLocation } from "./shape.ts";

type Place = { readonly path: string; readonly type: "uri_folder" | "uri_file" | "mltable" };

/** az ml's words for how an input is given to the run. Datasets of the first SDK are read as tables of files. */
const inputModes = {
  mount: { files: "ro_mount", mltable: "eval_mount" },
  download: { files: "download", mltable: "eval_download" },
  direct: { files: "direct", mltable: "direct" },
} as const;

/** Data references, data and outputs as inputs and outputs of the job. @returns what stands for each in a command. */
export function readData(reader: RunConfigurationReader): Bindings {
  const { value, add } = reader;
  const bindings = new Map<string, string>();
  const declare = (side: "inputs" | "outputs", name: string, declared: object, at: NodePath): void => {
    if (bindings.has(name)) {
      add("wrong-value", at, `Other data has the name ${JSON.stringify(name)} already.`, "Rename one of the two.");
      return;
    }
    bindings.set(name, `\${{${side}.${name}}}`);
    carryOver(reader, [side, name], declared, at);
  };
  for (const [name, reference] of Object.entries(value.dataReferences ?? {})) {
    const path = datastorePath(reference.dataStoreName, reference.pathOnDataStore);
    const mode = reference.mode ?? "mount";
    const at = ["dataReferences", name];
    if (mode === "upload") declare("outputs", name, { type: "uri_folder", path, mode }, at);
    else declare("inputs", name, { type: "uri_folder", path, mode: inputModes[mode].files }, at);
  }
  for (const [name, data] of Object.entries(value.data ?? {})) {
    const at = ["data", name];
    const place = placeOf(data.dataLocation, [...at, "dataLocation"], at, reader);
    if (place === undefined) continue;
    const mechanism = data.mechanism ?? "direct";
    if (mechanism === "upload") {
      declare("outputs", name, { ...place, mode: mechanism }, at);
      continue;
    }
    declare(
      "inputs",
      name,
      { ...place, mode: inputModes[mechanism][place.type === "mltable" ? "mltable" : "files"] },
      at,
    );
  }
  for (const [name, output] of Object.entries(value.outputData ?? {})) {
    const at = ["outputData", name];
    const { outputLocation: location, mechanism } = output;
    const isGiven = location !== undefined && location !== null;
    const place = isGiven ? placeOf(location, [...at, "outputLocation"], at, reader) : undefined;
    if (isGiven && place === undefined) continue;
    const mode = mechanism === "upload" ? "upload" : "rw_mount";
    declare("outputs", name, defined({ type: "uri_folder", ...place, mode }), at);
  }
  return bindings;
}

function datastorePath(datastore: string, path: string | null | undefined): string {
  return `azureml://datastores/${datastore}/paths/${(path ?? "").replaceAll("\\", "/").replace(/^\/+/, "")}`;
}

function placeOf(
  location: DataLocation,
  at: NodePath,
  above: NodePath,
  { node, add }: RunConfigurationReader,
): Place | undefined {
  const { dataset, dataPath, uri } = location ?? {};
  const datastore = dataPath?.datastoreName ?? undefined;
  if (datastore !== undefined) return { path: datastorePath(datastore, dataPath?.relativePath), type: "uri_folder" };
  if ((uri?.path ?? "") !== "")
    return { path: uri?.path ?? "", type: uri?.isFile === true ? "uri_file" : "uri_folder" };
  if (dataset !== undefined && dataset !== null) {
    const name = dataset.name ?? undefined;
    const version = versionText(dataset.version ?? undefined, { ...node, path: [...node.path, ...at, "dataset"] });
    if (name !== undefined) {
      const isLatest = version === undefined || version.toLowerCase() === "latest";
      return { path: `azureml:${name}${isLatest ? "@latest" : `:${version}`}`, type: "mltable" };
    }
    add(
      "not-carried-over",
      [...at, "dataset"],
      "The dataset is named by its id alone, which only the first SDK finds.",
      "Add its name and version; az ml data list shows them.",
    );
    return undefined;
  }
  add(
    "missing-key",
    above,
    "The data has no place: dataPath with a datastoreName, a dataset with a name, or uri.",
    "Add one of them.",
  );
  return undefined;
}

/** What a script finds in place of a variable of its own. */
export function warnOfVariables({ value, add }: RunConfigurationReader): void {
  for (const [name, { environmentVariableName: variable }] of Object.entries(value.data ?? {}))
    if (typeof variable === "string" && variable !== "")
      notCarriedOver(
        add,
        ["data", name, "environmentVariableName"],
        `the variable is AZURE_ML_INPUT_${name} today.`,
        "Read that in the script, or give the path as an argument.",
      );
}

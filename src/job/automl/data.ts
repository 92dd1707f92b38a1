import { existsSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { oneOf, text } from "../../yaml/shape.ts";
import type { AssetUse } from "../../asset/asset.ts";
import { assetOfData, dataModes, readDataInput, type DataInput } from "../parts/inputs.ts";
import type { PartReader } from "../parts/read-part.ts";
import type { Resolved } from "../resolved.ts";

/** A table that AutoML reads: always an MLTable. */
export const dataSchema = () =>
  z.strictObject({
    type: oneOf(["mltable"]).optional(),
    path: text().describe("azureml:NAME:VERSION, azureml://datastores/…, or a folder with a file MLTable."),
    mode: oneOf(dataModes).optional(),
    datastore: text().optional(),
  });

/** The tables of a job, by their keys: `training_data`, `validation_data`, `test_data`. */
export type JobData = Readonly<Record<string, DataInput>>;

export function readTables(
  declared: Readonly<Record<string, z.infer<ReturnType<typeof dataSchema>> | undefined>>,
  reader: PartReader,
): JobData {
  return Object.fromEntries(
    Object.entries(declared).flatMap(([key, data]): [string, DataInput][] => {
      if (data === undefined) return [];
      if (data.mode !== undefined) {
        const message = "AutoML chooses how it reads its data: the mode is not sent.";
        reader.add("not-sent", [key, "mode"], message, "Remove it.", "warning");
      }
      const { type = "uri_folder", path, datastore } = data;
      const input = readDataInput({ type, path, ...defined({ datastore }) }, { path: [key], what: key }, reader);
      if (input.local !== undefined && !existsSync(join(input.local, "MLTable"))) {
        const message = `${JSON.stringify(path)} has no MLTable file: AutoML needs it to read the data.`;
        reader.add("missing-file", [key, "path"], message, "Name a folder that has one.", "warning");
      }
      return [[key, input]];
    }),
  );
}

export function assetsOfTables(data: JobData): readonly AssetUse[] {
  return Object.entries(data).map(([key, input]) => assetOfData(input, { where: key, what: `the ${key}` }));
}

const members: Readonly<Record<string, string>> = {
  training_data: "trainingData",
  validation_data: "validationData",
  test_data: "testData",
};

export function toTables(data: JobData, { idOf }: Pick<Resolved, "idOf">): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.keys(data).map((key) => [members[key] ?? key, { jobInputType: "mltable", uri: idOf(key) }]),
  );
}

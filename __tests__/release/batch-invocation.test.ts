import { describe, expect, it } from "@jest/globals";
import type { JobInputs } from "../../src/job/parts/inputs.ts";
import { toInvocation } from "../../src/release/batch-invocation.ts";

const idOf = (where: string) => `id of ${where}`;
const bodyOf = (jobInputs: JobInputs, outputs: Readonly<Record<string, unknown>> = {}) =>
  toInvocation({ jobInputs, outputs }, "job-1", idOf);

describe("the body of an invocation", () => {
  it.each([
    { type: "uri_file", word: "UriFile", mode: {} },
    { type: "uri_folder", word: "UriFolder", mode: {} },
    { type: "mltable", word: "MLTable", mode: { mode: "ReadOnlyMount" } },
    { type: "custom_model", word: "CustomModel", mode: { mode: "ReadOnlyMount" } },
    { type: "mlflow_model", word: "MLFlowModel", mode: { mode: "ReadOnlyMount" } },
    { type: "triton_model", word: "TritonModel", mode: { mode: "ReadOnlyMount" } },
  ])("has an input of type $type as the official client sends it", ({ type, word, mode }) => {
    expect(bodyOf({ data: { kind: "data", type, path: "azureml:d:1", mode: "ReadOnlyMount" } })).toEqual({
      properties: { inputData: { data: { jobInputType: word, uri: "id of inputs.data", ...mode } }, name: "job-1" },
    });
  });

  it("has literals, and outputs where they are to be put", () => {
    const outputs = {
      scores: { type: "uri_file", path: "azureml://datastores/d/paths/out.csv", mode: "rw_mount" },
      rest: {},
    };
    expect(bodyOf({ rate: { kind: "literal", value: "0.5" } }, outputs)).toEqual({
      properties: {
        inputData: { rate: { jobInputType: "Literal", value: "0.5" } },
        outputData: {
          scores: { jobOutputType: "UriFile", mode: "rw_mount", uri: "azureml://datastores/d/paths/out.csv" },
          rest: { jobOutputType: "UriFolder" },
        },
        name: "job-1",
      },
    });
  });

  it("says nothing of what is not given", () => {
    expect(bodyOf({})).toEqual({ properties: { name: "job-1" } });
  });
});

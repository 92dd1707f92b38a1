import { describe, expect, it } from "@jest/globals";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { readDocuments } from "../../src/yaml/yaml.ts";
import { decidesOtherwise, readCases, type WireCase } from "../wire/compare.ts";
import { filledIn } from "../wire/goldens.ts";
import { faultsOf, schemaFor } from "../support/schemas.ts";
import { blocksOf, documents as pages, nameOf } from "../support/documentation.ts";

const root = join(import.meta.dirname, "..", "..");
const corpus = "__tests__/wire/corpus/azureml-examples";

/** What the schemas find wrong with the documents of a file that have one. */
function look(text: string, file: string): { readonly known: number; readonly faults: readonly string[] } {
  const { documents } = readDocuments(text, { file, folder: root });
  const found = documents.flatMap(({ value }) => {
    const schema = schemaFor({ value, file });
    return schema === undefined ? [] : [faultsOf(schema, value).map((fault) => `${schema}: ${fault}`)];
  });
  return { known: found.length, faults: found.flat() };
}

const read = (file: string) => readFileSync(join(root, file), "utf8");
const globbed = (pattern: string) => globSync(pattern, { cwd: root }).sort();

describe("a file of the examples, of the demo or of the fixtures that are right", () => {
  const files = [...globbed("examples/**/*.{yml,json,runconfig}"), ...globbed("demo/**/*.{yml,yaml}")].map(
    (file) => [file, look(read(file), file)] as const,
  );

  it.each(files)("%s has no fault", (_, { faults }) => {
    expect(faults).toEqual([]);
  });

  it("has a schema, unless it declares nothing", () => {
    const without = files
      .filter(([file, { known }]) => known === 0 && !file.startsWith("examples/workflows/"))
      .map(([file]) => file);
    expect(without).toEqual([
      "examples/deploy/model/model.json",
      "examples/deploy/src/conda.yml",
      "examples/deploy/tests/answer.schema.json",
      "examples/deploy/tests/rows.json",
      // A pipeline of the first SDK in a file of its own: it names no schema, and older tools read it too.
      "examples/jobs/v1-pipeline.yml",
      "examples/train-sklearn/jobs/conda.yml",
      "examples/train-sklearn/serving/conda.yml",
      "examples/train-sklearn/tests/three-and-seven.json",
      "examples/train-sweep/jobs/conda.yml",
    ]);
  });
});

/** Files of azureml-examples that are wrong, which the action says of them too. */
const wrongFiles: Readonly<Record<string, string>> = {
  "cli/resources/compute/vm-attach.yml": "A password in plain text, which this action refuses.",
  "cli/jobs/automl-standalone-jobs/cli-automl-classification-task-bankmarketing/cli-automl-classification-task-bankmarketing-serverless.yml":
    "resources is empty, because its keys stand beside it; az ml refuses it too.",
  "cli/foundation-models/system/inference/visual-question-answering/deploy-batch.yaml":
    "A template whose compute a script fills in; az ml refuses it too.",
  "cli/foundation-models/system/finetune/video-multi-object-tracking/mmtracking-mot17tiny-mot-pipeline.yaml":
    "A template whose paths a script fills in; az ml refuses it too.",
  "cli/foundation-models/system/finetune/image-object-detection/mmdetection-fridgeobjects-detection-pipeline.yaml":
    "A template whose paths a script fills in; az ml refuses it too.",
  "cli/endpoints/batch/deploy-pipelines/training-with-components/deployment-ordinal/pipeline-job.yml":
    "An input without a path, for a script to fill in; az ml refuses it too.",
  "cli/endpoints/batch/deploy-pipelines/batch-scoring-with-preprocessing/pipeline-job.yml":
    "An input without a path, for a script to fill in; az ml refuses it too.",
};

describe("a file of azureml-examples", () => {
  const files = globbed(`${corpus}/**/*.{yml,yaml}`).map((file) => {
    const name = file.slice(corpus.length + 1);
    return [name, look(filledIn(read(file)), file)] as const;
  });

  it("has no fault, unless it is wrong", () => {
    expect(files.reduce((sum, [, { known }]) => sum + known, 0)).toBeGreaterThan(240);
    const faulty = files.filter(([, { faults }]) => faults.length > 0);
    expect(Object.fromEntries(faulty.map(([name, { faults }]) => [name, faults]))).toEqual(
      Object.fromEntries(Object.keys(wrongFiles).map((name) => [name, expect.any(Array)])),
    );
  });
});

/** Accepted cases in which the schema of the file finds a fault. */
const alarms: readonly { readonly of: (one: WireCase) => boolean; readonly fault: RegExp; readonly because: string }[] =
  [
    {
      of: ({ yaml }) => /admin_password: ["']?<?\w/.test(yaml),
      fault: /^\/ssh_settings\/admin_password /,
      because: "A password in plain text, which this action refuses.",
    },
    {
      of: ({ yaml }) => /managedOnlineEndpoint/.test(yaml) && /^compute:/m.test(yaml),
      fault: /additionalProperty":"compute"/,
      because: "az ml tells an endpoint by its compute; the schema that the file names is that of managed ones.",
    },
  ];

describe("a case that the official client takes, and the action as well", () => {
  const isTaken = ({ id, official, expect: here = official }: WireCase) =>
    official === "accept" && here === "accept" && !decidesOtherwise(id);

  it.each(["variants.jsonl", "rules.jsonl", "steps.jsonl", "deployments.jsonl"])("of %s has no fault", (file) => {
    const taken = readCases(file).filter(isTaken);
    expect(taken.length).toBeGreaterThan(30);
    const alarmed = taken.flatMap((one) => {
      const faults = look(one.yaml, "file.yml").faults.filter(
        (fault) => !alarms.some(({ of, fault: known }) => of(one) && known.test(fault.replace(/^\S+: /, ""))),
      );
      return faults.length === 0 ? [] : [{ id: one.id, faults }];
    });
    expect(alarmed).toEqual([]);
  });
});

/** Mistakes of `negative.jsonl` that no schema sees, and why. */
const onlyAtRuntime: Readonly<Record<string, string>> = {
  "cluster-tab-indent": "It is no YAML: editors say so without a schema.",
  "cluster-vnet-without-subnet": "A rule over two keys, which depends on the type of compute.",
  "instance-app-port-low": "The range of ports is the service's; the message says it.",
  "instance-app-same-name": "Names of a list are compared with each other.",
  "spark-no-resource-id": "The pool may be named by its parts in place of resource_id.",
  "job-environment-no-prefix": "What a text refers to is found out by its parts.",
  "job-code-missing": "The file system is asked.",
  "pipeline-node-name": "What names may be is the reader's; the message says it.",
  "pipeline-no-compute": "A rule over the pipeline and its steps.",
  "pipeline-component-missing-file": "The file system is asked.",
  "environment-image-and-build": "A rule over two keys.",
  "endpoint-traffic-over": "A sum over several values.",
  "deployment-scale-target": "A rule over the type of deployment and that of its scale settings.",
  "deployment-name-underscore": "What names may be is the reader's; the message says it.",
  "component-input-default": "The default is compared with the type beside it.",
  "schedule-no-job": "Schedules are no files that any command submits; they have no schema.",
};

describe("a mistake of negative.jsonl", () => {
  const cases = readFileSync(join(import.meta.dirname, "negative.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as WireCase)
    .filter(({ official }) => official === "reject");

  it.each(cases.map((one) => [one.id, one] as const))("%s is a fault, or one that only the action sees", (id, one) => {
    const { faults } = look(one.yaml, "file.yml");
    if (Object.hasOwn(onlyAtRuntime, id)) expect(faults).toEqual([]);
    else expect(faults).not.toEqual([]);
  });

  it("is listed only where there is one of its name", () => {
    const ids = cases.map(({ id }) => id);
    expect(Object.keys(onlyAtRuntime).filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe("a block of the documentation", () => {
  const blocks = pages.flatMap((page) => blocksOf(page)).filter(({ language }) => language === "yaml");
  const declaring = blocks.flatMap((block) => {
    const place = nameOf(block);
    const values = parseAllDocuments(block.text).map((document) => document.toJS() as unknown);
    return values.flatMap((value) => {
      const schema = schemaFor({ value });
      return schema === undefined ? [] : [[place, schema, value] as const];
    });
  });

  it("is found on several pages", () => {
    expect(declaring.length).toBeGreaterThan(3);
  });

  it.each(declaring)("that declares something has no fault: %s", (_, schema, value) => {
    expect(faultsOf(schema, value)).toEqual([]);
  });
});

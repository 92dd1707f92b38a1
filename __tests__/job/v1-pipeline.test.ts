import { describe, expect, it } from "@jest/globals";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { kindOf } from "../../src/declaration/document-kind.ts";
import { graphOf, readJob, stepsOf } from "../../src/job/job.ts";
import { dataOf } from "../../src/job/v1-pipeline/graph.ts";
import { isError } from "../../src/yaml/problem.ts";
import { readDocuments } from "../../src/yaml/yaml.ts";

/** Pipelines with scripts beside them. */
const folder = join(import.meta.dirname, "../wire/v1-pipelines");

function readText(text: string) {
  const { documents } = readDocuments(text, { file: "pipeline.yml", folder, root: folder });
  const [document] = documents;
  if (document === undefined) throw new Error("The text is empty.");
  return { document, ...readJob({ document, path: [] }) };
}

type Members = Readonly<Record<string, unknown>>;

/** One good step of each type. */
const steps: Readonly<Record<string, Members>> = {
  databricks: { type: "DatabricksStep", name: "s", compute: "v1-dbx", notebook_path: "/Shared/x", num_workers: 1 },
  batch: {
    type: "AzureBatchStep",
    name: "s",
    compute: "v1-batch",
    pool_id: "p",
    executable: "resize.cmd",
    source_directory: "batch",
  },
  python: {
    type: "PythonScriptStep",
    name: "s",
    compute: "v1-cluster",
    script_name: "report.py",
    source_directory: "report",
  },
  adla: { type: "AdlaStep", name: "s", compute: "v1-adla", script_name: "count.usql" },
  transfer: { type: "DataTransferStep", name: "s", compute: "v1-adf" },
  parallel: { type: "ParallelRunStep", name: "s", compute: "v1-cluster" },
  module: { type: "ModuleStep", name: "s", compute: "v1-cluster" },
};

const around = {
  parameters: {
    p: { type: "string", default: "x" },
    folder: { type: "datapath", default: { datastore: "workspaceblobstore", path_on_datastore: "in" } },
  },
  data_references: { d: { datastore: "workspaceblobstore", path_on_datastore: "d" } },
};

/** `null` takes a key away. */
function changed(value: Members | undefined, change: Members): Members {
  return Object.fromEntries(Object.entries({ ...value, ...change }).filter(([, member]) => member !== null));
}

/**
 * What is wrong with a pipeline: a change of one of the good steps, or of the whole; what the official client of the first
 * SDK does with it; and what is said here, with the text of the line.
 */
type Mistake = {
  readonly step?: string;
  readonly pipeline?: string;
  readonly change: Members;
  readonly officially: "accepted" | "refused" | "refused by the service" | "refused once the workspace is read";
  readonly here: readonly string[];
};
const mistakesFile = join(import.meta.dirname, "v1-pipeline", "mistakes.json");
const mistakes = JSON.parse(readFileSync(mistakesFile, "utf8")) as readonly Mistake[];

function foundIn({ step, change }: Mistake): readonly string[] {
  const whole = { ...around, steps: { A: steps[step ?? "databricks"] } };
  const pipeline =
    step === undefined ? changed(whole, change) : { ...around, steps: { A: changed(steps[step], change) } };
  // In quotes: what YAML 1.1 takes for a boolean is text to the first SDK.
  const text = stringify({ pipeline }, { version: "1.1" });
  const lines = text.split("\n");
  return readText(text).problems.map(
    ({ severity, code, where }) => `${severity} ${code}: ${(lines[(where?.line ?? 0) - 1] ?? "").trim()}`,
  );
}

describe("mistakes in a pipeline of the first SDK", () => {
  const cases = mistakes.map((mistake) => ({
    mistake,
    name: `${mistake.step ?? mistake.pipeline ?? ""} ${JSON.stringify(mistake.change)}`,
  }));

  it.each(cases)("$name", ({ mistake }) => {
    const found = foundIn(mistake);
    // A new case is written once by UPDATE_GOLDEN=1, and read before it is committed.
    if (process.env["UPDATE_GOLDEN"] !== "1") expect(found).toEqual(mistake.here);
  });

  if (process.env["UPDATE_GOLDEN"] === "1")
    writeFileSync(
      mistakesFile,
      `${JSON.stringify(
        mistakes.map((mistake) => ({ ...mistake, here: foundIn(mistake) })),
        undefined,
        2,
      )}\n`,
    );

  it("is refused here wherever the official client or the service refuses it", () => {
    const lenient = mistakes.filter(
      ({ officially, here }) =>
        ["refused", "refused by the service"].includes(officially) && !here.some((one) => one.startsWith("error")),
    );
    expect(lenient).toEqual([]);
  });
});

describe("a pipeline of the first SDK", () => {
  it("is told by its keys from what other programs call a pipeline", () => {
    const kindOfText = (text: string) => kindOf(readText(text).document).is;
    expect(kindOfText("pipeline: { steps: { A: { type: DatabricksStep } } }")).toBe("job");
    expect(kindOfText("pipeline: { default_compute: v1-dbx }")).toBe("job");
    expect(kindOfText("pipeline: { build: { image: node } }")).toBe("unknown");
    expect(kindOfText("pipeline: [a]")).toBe("unknown");
  });

  it("waits for no step twice, and has its steps in the order of their data", () => {
    const { job, problems } = readText(readFileSync(join(folder, "pipeline_wait.yml"), "utf8"));
    expect(problems.filter(isError)).toEqual([]);
    expect(job && stepsOf(job)).toEqual([
      { name: "clean", after: [] },
      { name: "pack", after: ["clean"] },
      { name: "report", after: ["clean", "pack"] },
    ]);
  });

  it("has names for what has none, and always the same", () => {
    const text = readFileSync(join(folder, "pipeline_python_script.yml"), "utf8");
    const names = [text, text].map((one) => {
      const { job } = readText(one);
      return dataOf((job && graphOf(job)) ?? { steps: [], parameters: new Map(), references: new Map() });
    });
    expect(names[0]).toEqual(names[1]);
    expect(names[0]).toEqual([
      {
        name: expect.stringMatching(/^workspaceblobstore_[\da-f]{8}$/),
        datastore: "workspaceblobstore",
        path: "train/2024",
      },
    ]);
  });

  it("takes names that every object of JavaScript has", () => {
    const { job, problems } = readText(`
pipeline:
  parameters: { constructor: { type: string, default: a } }
  data_references: { toString: { datastore: workspaceblobstore, path_on_datastore: d } }
  default_compute: v1-cluster
  steps:
    valueOf:
      type: PythonScriptStep
      script_name: report.py
      source_directory: report
      parameters: { hasOwnProperty: { source: constructor } }
      inputs: { isPrototypeOf: { source: toString } }
`);
    expect(problems).toEqual([]);
    expect(job && stepsOf(job)).toEqual([{ name: "report.py", after: [] }]);
    expect(readText("pipeline: { steps: { a: { type: toString } } }").problems).toMatchObject([
      { code: "wrong-value" },
    ]);
  });

  it("says at its line that a password stands in a run configuration", () => {
    const text = `
pipeline:
  default_compute: v1-cluster
  steps:
    A: { type: PythonScriptStep, script_name: report.py, source_directory: report, runconfig: secret.runconfig }
`;
    const { documents } = readDocuments(text, {
      file: "pipeline.yml",
      folder: join(import.meta.dirname, "v1-pipeline"),
      root: import.meta.dirname,
    });
    const [document] = documents;
    const problems = document === undefined ? [] : readJob({ document, path: [] }).problems;
    expect(problems).toContainEqual(
      expect.objectContaining({ code: "literal-secret", where: { file: "secret.runconfig", line: 6, column: 17 } }),
    );
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });
});

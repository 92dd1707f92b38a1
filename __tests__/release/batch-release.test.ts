import { beforeEach, describe, expect, it } from "@jest/globals";
import { workspacePath } from "../../emulator/settings.ts";
import { run, type RunOptions } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { cpuCluster } from "../faults/stand.ts";
import { ask, followed } from "../support/ask-emulator.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

const source = await loadSource();
const stand = useStand([cpuCluster]);

const script = (result = "path.read_text()") => `import pathlib

def init():
    pass

def run(mini_batch):
    return [f"{path.name}:{${result}}" for path in map(pathlib.Path, mini_batch)]
`;

type Declared = {
  readonly name?: string;
  readonly tests?: string | undefined;
  readonly more?: string;
  readonly size?: number;
};

const declared = ({ name = "nightly", tests = inputs(), more = "", size = 10 }: Declared = {}) => `
workspace: { subscription_id: 33333333-3333-4333-8333-333333333333, resource_group: rg-ml, name: mlw-main }
deploy:
  type: batch
  endpoint: { name: clf-batch, auth_mode: aad_token, description: Scores at night, tags: { team: ml } }
  deployment:
    name: ${name}
    type: model
    model: { name: clf, path: model.txt, type: custom_model }
    code_configuration: { code: src, scoring_script: score.py }
    environment: { image: images.example.com/batch:1 }
    compute: azureml:cpu-cluster
    resources: { instance_count: 1 }
    settings: { mini_batch_size: ${size}, output_action: append_row }
  ${tests === "" ? "" : `tests: [${tests}]`}
${more}
`;

const inputs = (path = "azureml://datastores/workspaceblobstore/paths/batch-data/", more = "") =>
  `{ inputs: { data: { type: uri_folder, path: "${path}" } }${more} }`;

const files = (yaml: string, result?: string) => ({
  "azureml.yml": yaml,
  "model.txt": "m1",
  "src/score.py": script(result),
  "data/in.txt": "here",
});

async function deploy(yaml = declared(), options: Partial<RunOptions> & { readonly result?: string } = {}) {
  const { result: scored, ...rest } = options;
  const checkout = checkoutOf(files(yaml, scored));
  const environment = stand.environment;
  const ran = await run(source, { command: "deploy", checkout, environment, seconds: 86_400, ...rest });
  const [deployment] = ran.result.deployments;
  return { ...ran, deployment, failures: ran.result.failures.join("\n") };
}

/** Writes to the endpoint and its deployments since the last look, in their order. */
function writes(): readonly string[] {
  const seen = stand
    .requests()
    .filter(({ method, path }) => method !== "GET" && /batchEndpoints|_inference/.test(path))
    .map(({ method, path }) => `${method} ${path.replace(/^.*batchEndpoints\//, "").replace(/\?.*$/, "")}`);
  return seen;
}

type Shown = { readonly properties: Readonly<Record<string, unknown>> };

async function live(deployment?: string): Promise<Shown | undefined> {
  const below = deployment === undefined ? "" : `/deployments/${deployment}`;
  const path = `${workspacePath}/batchEndpoints/clf-batch${below}?api-version=2023-10-01`;
  const { status, body } = await ask(stand.emulator, "GET", path);
  return status === 404 ? undefined : (body as Shown);
}

const defaultOf = async () => {
  const { defaults } = ((await live())?.properties ?? {}) as {
    readonly defaults?: { readonly deploymentName?: string };
  };
  return defaults?.deploymentName ?? undefined;
};

beforeEach(async () => {
  for (const number of [1, 2]) await stand.emulator.putBlob(`batch-data/in-${number}.txt`, String(number));
});

describe("a batch deployment", () => {
  it("is made with its endpoint, invoked by its own name, and only then the default", async () => {
    const { deployment, failures } = await deploy();
    expect(failures).toBe("");
    expect(deployment).toMatchObject({
      endpoint: "clf-batch",
      deployment: "nightly",
      action: "created",
      state: "Succeeded",
      tests: [{ name: "tests[0]", passed: true, status: "Completed" }],
      modelId: `${workspacePath}/models/clf/versions/1`,
    });
    expect(writes()).toEqual([
      "PUT clf-batch",
      "PUT clf-batch/deployments/nightly",
      "POST /_inference/clf-batch/jobs",
      "PUT clf-batch",
    ]);
    expect(await defaultOf()).toBe("nightly");
    expect(await live()).toMatchObject({ tags: { team: "ml" }, properties: { description: "Scores at night" } });
  });
});

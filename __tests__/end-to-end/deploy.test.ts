import { describe, expect, it } from "@jest/globals";
import type { Emulator } from "../../emulator/emulator.ts";
import { arcId } from "../../emulator/resources/clusters.ts";
import { workspacePath } from "../../emulator/settings.ts";
import { computeDocument } from "../faults/stand.ts";
import { ask } from "../support/ask-emulator.ts";
import { endpoints, version } from "../support/online-endpoints.ts";
import { act, actIn, checkoutOf, writesIn } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** `command: deploy`, and the end of `up`, by `dist/`, as the runner runs it: what is declared, overridden, and said. */
const emulator = useEmulator({ serving: "light", durations: { default: 0.1 } });

/** What the files below refer to. */
const shared = { "model.json": '{ "weights": [1, 1] }\n', "src/score.py": "def init(): pass\n" };
const deployment = `name: blue
model: { name: clf, path: model.json }
code_configuration: { code: src, scoring_script: score.py }
environment: { image: images.example.com/infer:1 }
instance_type: Standard_DS3_v2
instance_count: 1
`;
const indented = (text: string, by = 4) => text.replaceAll(/^(?=.)/gm, " ".repeat(by));
const managed = (more = "  tests: [{ request: { data: [1] }, response: { endpoint: clf-ep } }]\n") =>
  `deploy:\n  type: managed\n  endpoint: { name: clf-ep, auth_mode: key }\n  deployment:\n${indented(deployment)}${more}`;
const files = (deploy = managed(), before = "") => ({ ...shared, "azureml.yml": `${workspaceLine}${before}${deploy}` });

type Deployed = {
  readonly endpoint: string;
  readonly deployment?: string;
  readonly action: string;
  readonly state: string;
  readonly tests: readonly { readonly passed: boolean }[];
};
const deploymentsOf = ({ outputs }: { readonly outputs: Readonly<Record<string, string>> }) =>
  JSON.parse(outputs["deployments"] ?? "[]") as readonly Deployed[];

/** Writes of the workspace's resources, in order: `PUT onlineEndpoints/clf-ep`, `PUT deployments/blue`. */
function writes({ journal }: Pick<Emulator, "journal"> = emulator): readonly string[] {
  return journal()
    .filter(
      ({ method, path }) =>
        ["PUT", "PATCH", "DELETE"].includes(method) && path.toLowerCase().startsWith(workspacePath.toLowerCase()),
    )
    .map(({ method, path }) => `${method} ${path.split("/").slice(-2).join("/")}`);
}

async function live(path: string): Promise<Readonly<Record<string, unknown>> & { readonly sku?: unknown }> {
  const { body } = await ask(emulator, "GET", `${endpoints}/${path}${version}`);
  return body as Readonly<Record<string, unknown>>;
}

/** Where a word stands in a text, as annotations say it. */
function placeOf(text: string, word: string): { readonly line: string; readonly col: string } {
  const before = text.slice(0, text.indexOf(word)).split("\n");
  return { line: String(before.length), col: String((before.at(-1)?.length ?? 0) + 1) };
}

describe("a release", () => {
  it("says in its outputs what came of it, and of the same again that nothing did", async () => {
    const checkout = checkoutOf(files());
    const first = await actIn(emulator, "deploy", checkout);
    expect(first.exitCode).toBe(0);
    expect(first.outputs).toMatchObject({
      changed: "true",
      "failure-reason": "",
      "endpoint-name": "clf-ep",
      "deployment-name": "blue",
      "deployment-state": "Succeeded",
      "traffic-before": "{}",
      "traffic-after": '{"blue":100}',
      "model-id": `${workspacePath}/models/clf/versions/1`,
      "scoring-uri": expect.stringMatching(/clf-ep.*\/score$/) as unknown,
    });
    expect(deploymentsOf(first)).toMatchObject([
      {
        endpoint: "clf-ep",
        deployment: "blue",
        type: "managed",
        action: "created",
        traffic: 100,
        tests: [{ passed: true }],
      },
    ]);
    expect(first.summary).toContain("clf-ep");

    emulator.clearJournal();
    const again = await actIn(emulator, "deploy", checkout);
    expect(again.outputs).toMatchObject({ changed: "false", "traffic-after": '{"blue":100}' });
    expect(deploymentsOf(again)).toMatchObject([{ action: "unchanged", tests: [] }]);
    expect(writes()).toEqual([]);
    expect(emulator.scored()).toEqual([]);
  });

  it("is counted by expect-no-changes, until it has been made", async () => {
    const checkout = checkoutOf(files());
    const plan = () => actIn(emulator, "plan", checkout, { inputs: { "expect-no-changes": "true" } });
    const before = await plan();
    expect(before.exitCode).toBe(1);
    expect(before.outputs).toMatchObject({ "has-changes": "true", "failure-reason": "changes-pending" });
    expect(writes()).toEqual([]);
    expect((await actIn(emulator, "deploy", checkout)).exitCode).toBe(0);
    const after = await plan();
    expect(after.exitCode).toBe(0);
    expect(after.outputs["has-changes"]).toBe("false");
  });

  it("with wait: false sends its first writes, and leaves tests and traffic to the next run", async () => {
    const checkout = checkoutOf(files());
    const sent = await actIn(emulator, "deploy", checkout, { inputs: { wait: "false" } });
    expect(sent.exitCode).toBe(0);
    expect(deploymentsOf(sent)).toMatchObject([{ action: "submitted", tests: [] }]);
    expect(sent.outputs["traffic-after"]).toBe("{}");
    expect(emulator.scored()).toEqual([]);

    const next = await actIn(emulator, "deploy", checkout);
    expect(next.outputs["traffic-after"]).toBe('{"blue":100}');
    expect(deploymentsOf(next)).toMatchObject([{ tests: [{ passed: true }] }]);
    expect(writes().filter((write) => write === "PUT deployments/blue")).toHaveLength(1);
  });
});

describe("the input set", () => {
  it("reaches the keys of the one mapping, below its endpoint and its deployment too", async () => {
    const set = [
      "deploy.deployment.instance_count=5",
      "deploy.endpoint.tags.team=ml",
      "deploy.tests=[]",
      "deploy.deployment.model={ name: other, path: model.json }",
    ].join("\n");
    const step = await act(emulator, "deploy", files(), { inputs: { set } });
    expect(step.exitCode).toBe(0);
    expect(await live("clf-ep/deployments/blue")).toMatchObject({ sku: { capacity: 5 } });
    expect(await live("clf-ep")).toMatchObject({ tags: { team: "ml" } });
    expect(step.outputs["model-id"]).toBe(`${workspacePath}/models/other/versions/1`);
    expect(deploymentsOf(step)).toMatchObject([{ tests: [] }]);
  });

  it("reaches the keys of one deployment's file: what az ml takes as --endpoint-name", async () => {
    await act(emulator, "deploy", files());
    const alone = {
      ...shared,
      "deploy/green.yml": deployment.replace("blue", "green").replaceAll(/(path|code): /g, "$1: ../"),
    };
    const inputs = { deploy: "deploy/green.yml", set: "deploy.endpoint_name=clf-ep\ndeploy.instance_count=2" };
    const step = await act(emulator, "deploy", alone, { inputs });
    expect(deploymentsOf(step)).toMatchObject([{ endpoint: "clf-ep", deployment: "green", traffic: 100 }]);
    expect(await live("clf-ep/deployments/green")).toMatchObject({ sku: { capacity: 2 } });
  });

  it("reaches one of several by its name, and refuses a name that nothing has", async () => {
    const both = {
      ...shared,
      "endpoint.yml": "name: clf-ep\nauth_mode: key\ntraffic: { blue: 80, green: 20 }\n",
      "blue.yml": `endpoint_name: clf-ep\n${deployment}`,
      "green.yml": `endpoint_name: clf-ep\n${deployment.replace("blue", "green")}`,
    };
    const deploy = "endpoint.yml, blue.yml\ngreen.yml";
    const step = await act(emulator, "deploy", both, { inputs: { deploy, set: "deploy.green.instance_count=3" } });
    expect(step.exitCode).toBe(0);
    expect(deploymentsOf(step).map((one) => one.deployment)).toEqual(["blue", "green"]);
    expect(await live("clf-ep/deployments/blue")).toMatchObject({ sku: { capacity: 1 } });
    expect(await live("clf-ep/deployments/green")).toMatchObject({ sku: { capacity: 3 } });
    expect(await live("clf-ep")).toMatchObject({ properties: { traffic: { blue: 80, green: 20 } } });

    const wrong = await act(emulator, "validate", both, { inputs: { deploy, set: "deploy.gren.instance_count=3" } });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.log.join("\n")).toContain("Did you mean green?");
  });
});

describe("the input deploy", () => {
  it("stands in place of what is declared", async () => {
    const other = {
      ...files(),
      "other.yml": managed().replaceAll("clf-ep", "other-ep").split("\n").slice(1).join("\n").replaceAll(/^ {2}/gm, ""),
    };
    const step = await act(emulator, "deploy", other, { inputs: { deploy: "other.yml" } });
    expect(deploymentsOf(step)).toMatchObject([{ endpoint: "other-ep", tests: [{ passed: true }] }]);
    expect(writes().some((write) => write.includes("clf-ep"))).toBe(false);
  });

  it("registers az ml's model and environment files, and deploys nothing where there is nothing else", async () => {
    const assets = {
      ...shared,
      "model.yml":
        "$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json\nname: clf\nversion: 3\npath: model.json\n",
      "environment.yml":
        "$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nname: infer\nversion: 2\nimage: images.example.com/infer:1\n",
    };
    const checkout = checkoutOf(assets);
    const inputs = { deploy: "*.yml" };
    const first = await actIn(emulator, "deploy", checkout, { inputs });
    expect(first.exitCode).toBe(0);
    expect([...writes()].sort()).toEqual(["PUT versions/2", "PUT versions/3"]);
    expect(deploymentsOf(first)).toEqual([]);
    emulator.clearJournal();
    const again = await actIn(emulator, "deploy", checkout, { inputs });
    expect(again.exitCode).toBe(0);
    expect(again.outputs["changed"]).toBe("false");
    expect(writes()).toEqual([]);
  });
});

describe("up", () => {
  it("deploys the model of the run that it has trained, once", async () => {
    const trained = files(
      managed("").replace(
        "path: model.json",
        '"path": "azureml://jobs/${{run.name}}/outputs/artifacts/paths/outputs/model.json"',
      ),
      `targets:\n  - { name: cpu, type: amlcompute, size: Standard_DS3_v2 }\nrun:\n  command: mkdir -p outputs && echo '{}' > outputs/model.json\n  compute: azureml:cpu\n  environment: { image: ubuntu }\n`,
    );
    const checkout = checkoutOf(trained);
    const step = await actIn(emulator, "up", checkout);
    expect(step.exitCode).toBe(0);
    const run = step.outputs["run-name"] ?? "";
    const model = emulator.assets().find(({ id }) => id === step.outputs["model-id"]);
    expect(model?.properties).toMatchObject({
      modelUri: expect.stringContaining(`${run}/outputs/model.json`) as unknown,
      tags: { "azureml-targets.run": run },
    });
    expect(deploymentsOf(step)).toMatchObject([{ action: "created", traffic: 100 }]);

    emulator.clearJournal();
    const again = await actIn(emulator, "up", checkout, { runAttempt: "2" });
    expect(again.outputs).toMatchObject({ "run-reused": "true", changed: "false" });
    expect(writes()).toEqual([]);
  });
});

describe("a compute that a deployment names", () => {
  const aks = (more = "") => `deploy:
  type: aks
  name: clf-aks
  compute: azureml:scoring
  model: { name: clf, path: model.json }
  code_configuration: { code: src, scoring_script: score.py }
  environment: { name: infer, image: images.example.com/infer:1 }
${more}`;
  const kubernetes = managed("")
    .replace("managed", "kubernetes")
    .replace("auth_mode: key", "auth_mode: key, compute: azureml:k8s");
  const aksTarget = "  - { name: scoring, type: aks, resource_group: rg-data, cluster_name: aks1 }\n";
  const cluster = "  - { name: cpu, type: amlcompute, size: Standard_DS3_v2 }\n";

  it.each([
    ["aks", aks(), "azureml:scoring"],
    ["kubernetes", kubernetes, "azureml:k8s"],
  ])("of a service of type %s is an error at its place when it is neither declared nor live", async (_, text, word) => {
    const declared = files(text);
    const step = await act(emulator, "deploy", declared);
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("unknown-compute");
    expect(step.annotations).toContainEqual({
      severity: "error",
      message: expect.stringContaining("is neither declared nor in the workspace") as unknown,
      properties: expect.objectContaining({
        file: "azureml.yml",
        ...placeOf(declared["azureml.yml"], word),
      }) as unknown,
    });
    expect(writes()).toEqual([]);
  });

  it("that is live and of another type is an error too, never another place", async () => {
    emulator.putCompute(
      computeDocument("scoring", { computeType: "VirtualMachine", resourceId: emulator.machineId("dsvm") }),
    );
    const step = await act(emulator, "deploy", files(aks()));
    expect(step.outputs["failure-reason"]).toBe("unknown-compute");
    expect(step.log.join("\n")).toContain(
      "The compute 'scoring' is of the type VirtualMachine, which cannot serve this deployment.",
    );
    expect(writes()).toEqual([]);
  });

  it("that is declared and of another type is an error at its line before anything is read", async () => {
    const declared = files(aks(), `targets:\n${cluster.replace("cpu", "scoring")}`);
    const step = await act(emulator, "validate", declared);
    expect(step.exitCode).toBe(1);
    expect(step.annotations).toContainEqual({
      severity: "error",
      message: expect.stringContaining(
        "The target 'scoring' is of the type amlcompute, which cannot serve this deployment.",
      ) as unknown,
      properties: expect.objectContaining({
        file: "azureml.yml",
        ...placeOf(declared["azureml.yml"], "azureml:scoring"),
      }) as unknown,
    });
  });

  it("is ensured first where it is declared, and no other target is touched", async () => {
    const step = await act(emulator, "deploy", files(aks(), `targets:\n${cluster}${aksTarget}`));
    expect(step.exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/scoring"]);
    expect(deploymentsOf(step)).toMatchObject([{ endpoint: "clf-aks", action: "created", state: "Healthy" }]);
    const [attached, service] = [/PUT .*\/computes\/scoring$/, /POST .*\/services$/].map((pattern) =>
      emulator.journal().findIndex(({ method, path }) => pattern.test(`${method} ${path}`)),
    );
    expect(attached).toBeGreaterThan(-1);
    expect(service).toBeGreaterThan(attached ?? Infinity);
  });

  it("may be live and declared nowhere", async () => {
    emulator.putCompute(
      computeDocument("k8s", { computeType: "Kubernetes", resourceId: arcId("arc1"), isAttachedCompute: true }),
    );
    const step = await act(emulator, "deploy", files(kubernetes));
    expect(step.exitCode).toBe(0);
    expect(deploymentsOf(step)).toMatchObject([{ endpoint: "clf-ep", traffic: 100 }]);
  });
});

describe("a release that fails", () => {
  it("leaves the old one with its traffic, and says why at its place", async () => {
    await act(emulator, "deploy", files());
    emulator.clearJournal();
    emulator.putScorer("clf-ep", "green", { answer: { endpoint: "another" } });
    const changed = files(
      managed().replace("instance_type", "environment_variables: { RELEASE: 2 }\n    instance_type"),
    );
    const step = await act(emulator, "deploy", changed);
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({
      "failure-reason": "smoke-test-failed",
      "traffic-before": '{"blue":100}',
      "traffic-after": '{"blue":100}',
    });
    expect(step.annotations).toContainEqual({
      severity: "error",
      message: expect.stringContaining("a smoke test did not pass. tests[0]: endpoint:") as unknown,
      properties: expect.objectContaining({
        file: "azureml.yml",
        ...placeOf(changed["azureml.yml"], "blue"),
      }) as unknown,
    });
    expect(writes()).toEqual(["PUT deployments/green", "DELETE deployments/green"]);
    expect(await live("clf-ep")).toMatchObject({ properties: { traffic: { blue: 100 } } });
  });

  it("is an error at its line where a deployment names an endpoint that there is not", async () => {
    const alone = { ...shared, "blue.yml": `endpoint_name: nobodys-ep\n${deployment}` };
    const step = await act(emulator, "deploy", alone, { inputs: { deploy: "blue.yml" } });
    expect(step.exitCode).toBe(1);
    expect(step.annotations).toContainEqual({
      severity: "error",
      message: expect.stringContaining("nobodys-ep") as unknown,
      properties: expect.objectContaining({ file: "blue.yml", line: "1", col: "16" }) as unknown,
    });
    expect(writes().filter((write) => /ndpoint|deployment/.test(write))).toEqual([]);
  });

  it("of a wrong file writes nothing at all, and has every problem at its line", async () => {
    const wrong = managed().replace("instance_count", "instance_cuont").replace("auth_mode: key", "auth_mode: kye");
    const declared = files(wrong);
    const step = await act(emulator, "deploy", declared);
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("invalid-declaration");
    const found = step.annotations.map(({ properties: { file, line, col } }) => `${file}:${line}:${col}`);
    for (const word of ["kye", "instance_cuont"]) {
      const { line, col } = placeOf(declared["azureml.yml"], word);
      expect(found).toContain(`azureml.yml:${line}:${col}`);
    }
    expect(emulator.journal()).toEqual([]);
  });
});

import { afterEach, describe, expect, it } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { systemClock } from "../../src/azure/clock.ts";
import { freePort, isFreePort } from "../../src/azure/loopback.ts";
import { createScoring } from "../../src/azure/scoring.ts";
import { read } from "../../src/deployment/local/local.ts";
import { planLocalRelease } from "../../src/release/local-release.ts";
import { readRecords, recordsFolder } from "../../src/release/on-runner/record.ts";
import { stopServers } from "../../src/release/on-runner/stop.ts";
import { testEngine } from "../support/container.ts";
import { nodeOf } from "../support/documents.ts";
import { checkoutOf } from "../support/step.ts";

const engine = await testEngine();
/** Where no engine answers these say nothing: `npm test` shows them as skipped. */
const whereEngine = engine === undefined ? describe.skip : describe;
const { image = "", ask = () => "" } = engine ?? {};

/** Answers with what it finds: how it was started, its variables, and the files that it was given. */
const server = `import { createServer } from "node:http";
import { readFileSync } from "node:fs";
const port = Number(process.argv[process.argv.indexOf("--port") + 1]);
const { AZUREML_MODEL_DIR: models, AML_APP_ROOT: root, AZUREML_ENTRY_SCRIPT: script, GREETING: greeting } = process.env;
const text = (file) => { try { return readFileSync(file, "utf8"); } catch (error) { return error.code; } };
console.log("it listens");
createServer((request, response) => {
  const isScore = request.url === "/score" || request.url === "/predict";
  const answer = { arguments: process.argv.slice(2), models, greeting, model: text(models + "/model.json"), script: text(root + "/" + script) };
  response.end(isScore ? JSON.stringify(answer) : "well");
}).listen(port, "0.0.0.0");
`;

/** A build context with Node.js of this machine and the libraries that it needs. */
function contextIn(folder: string, dockerfile: string): void {
  const put = (file: string, to: string) => {
    mkdirSync(dirname(join(folder, "root", to)), { recursive: true });
    copyFileSync(realpathSync(file), join(folder, "root", to));
  };
  put(process.execPath, "/bin/node");
  for (const [, library = ""] of execFileSync("ldd", [process.execPath], { encoding: "utf8" }).matchAll(
    /(\/\S+\.so\S*)/g,
  ))
    put(library, library);
  writeFileSync(join(folder, "root/serve.mjs"), server);
  writeFileSync(join(folder, "root/bin/azmlinfsrv"), '#!/bin/bash\nexec /bin/node /serve.mjs "$@"\n', { mode: 0o755 });
  writeFileSync(join(folder, "Dockerfile"), `FROM ${image}\nCOPY root /\n${dockerfile}`);
}

whereEngine("a deployment on the runner whose environment has an image", () => {
  const temporaryFolder = mkdtempSync(join(tmpdir(), "serving-"));
  const environment = { ...process.env, ...engine?.environment };
  afterEach(() => stopServers(recordsFolder(temporaryFolder), environment));

  async function release(yaml: string, dockerfile: string) {
    const checkout = checkoutOf({ "model.json": "the model", "src/deep/score.py": "the script" });
    mkdirSync(join(checkout, "context"));
    contextIn(join(checkout, "context"), dockerfile);
    const { node } = nodeOf(yaml, checkout, "deploy.yml");
    if (node === undefined) throw new Error("no YAML");
    const { deployment, problems } = read({ settings: node });
    if (deployment === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
    const { signal } = new AbortController();
    const planned = await planLocalRelease(deployment, {
      clock: systemClock,
      signal,
      deadline: Date.now() + 120_000,
      newId: randomUUID,
      scoring: createScoring(undefined, signal),
      environment,
      temporaryFolder,
      cacheFolder: join(temporaryFolder, "environments"),
      resolveSecret: () => Promise.resolve("a secret"),
      onProgress: () => undefined,
      onGroup: () => undefined,
      onServing: () => undefined,
    });
    if (!planned.ok) throw new Error(planned.failure.error.message);
    return planned.value.carryOut();
  }
  const left = () => ask("ps", "--all", "--quiet", "--filter", "label=azureml-targets.serving=boxed").trim();

  it("is a container of that image as it is where it says how it serves, and is removed by the post step", async () => {
    // Where containers have the network of the machine, both ports are the same one.
    const port = await freePort();
    const routes = ["liveness", "readiness"].map((route) => `    ${route}_route: { path: /well, port: ${port} }`);
    const { report, failures } = await release(
      `type: local
name: boxed
port: ${port}
model: { path: model.json }
environment_variables: { GREETING: "a  b" }
environment:
  build: { path: context }
  inference_config:
${routes.join("\n")}
    scoring_route: { path: /predict, port: ${port} }
tests: [{ request: {}, response: { model: the model, greeting: "a  b" } }]
`,
      `CMD ["/bin/node", "/serve.mjs", "--port", "${port}"]\n`,
    );
    expect(failures).toEqual([]);
    expect(report).toMatchObject({
      action: "created",
      scoringUri: `http://127.0.0.1:${port}/predict`,
      tests: [{ passed: true }],
    });
    const [record] = await readRecords(recordsFolder(temporaryFolder));
    const container = record?.runs.as === "container" ? record.runs.container : "";
    // How it was started, where containers have the network of the machine, and what is bound where they have one of their own.
    expect(ask("inspect", "--format", "{{json .}}", container)).toContain("127.0.0.1");
    expect(left()).not.toBe("");
    await stopServers(recordsFolder(temporaryFolder), environment);
    expect(left()).toBe("");
  });

  it("gets the scoring script and the model where Azure ML puts them", async () => {
    // The port of Azure ML's server in its container.
    if (!(await isFreePort(5001))) return console.warn("Port 5001 is taken here: this is not looked at.");
    const { report, failures } = await release(
      `type: local
name: boxed
port: 5001
model: { name: clf, version: 7, path: model.json }
code_configuration: { code: src, scoring_script: deep/score.py }
environment: { build: { path: context } }
tests: [{ request: {}, response: { model: the model, script: the script, models: /var/azureml-app/azureml-models/clf/7 } }]
`,
      "RUN mkdir -p /var/azureml-app\n",
    );
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ action: "created", tests: [{ passed: true }] });
  });

  it("that ends by itself fails with its log, and is gone", async () => {
    const { report, failures } = await release(
      "type: local\nname: boxed\ncode_configuration: { code: src, scoring_script: deep/score.py }\nenvironment: { build: { path: context } }\n",
      'RUN echo "echo why; exit 7" > /bin/azmlinfsrv\n',
    );
    expect(failures).toMatchObject([{ reason: "deployment-failed" }]);
    expect(failures[0]?.message).toContain("exit code 7");
    expect(report.logTail).toContain("why");
    expect(left()).toBe("");
  });
});

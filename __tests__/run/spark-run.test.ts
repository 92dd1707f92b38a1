import { describe, expect, it } from "@jest/globals";
import { computeDocument } from "../faults/stand.ts";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { checkoutOf } from "../support/step.ts";
import { useStand } from "../support/use-stand.ts";

const source = await loadSource();
const stand = useStand();

const conf =
  "conf: { driver_cores: 1, driver_memory: 1g, executor_cores: 1, executor_memory: 1g, executor_instances: 1 }";
const serverless = 'resources: { instance_type: standard_e4s_v3, runtime_version: "3.4" }';
const job = (rest: string) => `type: spark\ncode: src\nentry: { file: main.py }\n${conf}\n${rest}\n`;

/** One command on a job of the given entry, and the tokens of its submitter that went along with it. */
async function act(command: "plan" | "train", yaml: string, entry = "print('ran')\n") {
  const tokens: unknown[] = [];
  stand.alter(({ method, path, headers }, reply) => {
    if (method === "PUT" && path.includes("/jobs/")) tokens.push(headers["x-azureml-token"]);
    return reply;
  });
  const files = { "job.yml": yaml, "src/main.py": entry, "src/parts/helper.py": "word = 'helped'\n" };
  const { result, text } = await run(source, {
    command,
    checkout: checkoutOf(files),
    inputs: { run: "job.yml" },
    environment: stand.environment,
    seconds: 100_000,
  });
  return { result, text, tokens };
}

const audienceOf = (token: unknown) =>
  (JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString("utf8")) as { readonly aud: string })
    .aud;

describe("a Spark job", () => {
  it("runs its entry with arguments and Python files, and the log says by what", async () => {
    const entry = "import sys, helper\nprint('got', sys.argv[1:], helper.word)\n";
    const rest = "inputs: { lr: 0.5 }\nargs: --lr ${{inputs.lr}} --name 'a b'\npy_files: [parts]";
    const { result, text } = await act("train", job(`${serverless}\n${rest}`), entry);
    expect(text).toContain("got ['--lr', '0.5', '--name', 'a b'] helped");
    expect(text).toMatch(/Emulator: .*(plain Python process|PySpark \d)/);
    expect(result.run).toMatchObject({ status: "Completed", conclusion: "success" });
  });

  it("that fails is red, with the driver's log", async () => {
    const { result, text } = await act("train", job(serverless), "print('last words')\nraise SystemExit(3)\n");
    expect(result.run).toMatchObject({ status: "Failed" });
    expect(text).toContain("ended with exit code 3");
    expect(text).toContain("last words");
  });

  it("on serverless nodes acts as its submitter, with a fresh token for Azure Machine Learning", async () => {
    const { tokens } = await act("train", job(serverless));
    expect(tokens.map(audienceOf)).toEqual([expect.stringMatching(/^https:\/\/ml\.azure\./)]);
  });

  it.each([
    ["with its pool's own identity", `compute: pool`, 0],
    ["with its submitter's", `compute: pool\nidentity: { type: user_identity }`, 1],
  ])("on a pool acts %s", async (_, rest, count) => {
    const properties = { computeType: "SynapseSpark", isAttachedCompute: true };
    stand.emulator.putCompute(computeDocument("pool", properties));
    const { result, tokens } = await act("train", job(rest));
    expect(result.run).toMatchObject({ status: "Completed" });
    expect(tokens.filter((token) => token !== undefined)).toHaveLength(count);
  });

  it("is refused by plan on a live compute of another kind", async () => {
    stand.emulator.putCompute(computeDocument("cpu", { computeType: "AmlCompute", isAttachedCompute: false }));
    const { result } = await act("plan", job("compute: cpu"));
    expect(result.failureReason).toBe("invalid-declaration");
    expect(result.problems).toMatchObject([{ code: "wrong-compute", where: { file: "job.yml", line: 5 } }]);
    expect(result.problems[0]?.message).toContain("The compute 'cpu' is a managed cluster, which takes command jobs");
  });
});

import { beforeEach, describe, expect, it } from "@jest/globals";
import { connectTo } from "../support/online-release.ts";
import { liveServices, model, releaseService, service, wants } from "../support/service-release.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** Azure ML's own inference server answers here, with the code that was packed and the driver that was made. */
const emulator = useEmulator({ serving: "process", durations: { default: 0.02 } });
beforeEach(() => model(emulator));

const script = (version: string) => `import json
import os

import helper


def init():
    global names
    names = os.listdir(os.environ["AZUREML_MODEL_DIR"])


def run(data):
    return {"version": "${version}", "doubled": [2 * one for one in json.loads(data)["data"]], "names": names, "helped": helper.word}
`;
const code = (version: string) => ({ "src/score.py": script(version), "src/helper.py": 'word = "yes"\n' });
const answers = (version: string) => ({ version, doubled: [2, 4], names: ["model.json"], helped: "yes" });
const tests = (version: string) =>
  wants(answers(version), "auth_enabled: true\n").replace("request: { data: 1 }", "request: { data: [1, 2] }");

describe("a web service that is really served", () => {
  it("answers with its model and its code, and with its new ones after an update", async () => {
    const connected = await connectTo(emulator, { requestSeconds: 60 });
    const first = await releaseService(service(tests("1"), { files: code("1") }), connected);
    expect(first.failures).toEqual([]);
    expect(first.report).toMatchObject({ action: "created", tests: [{ passed: true, status: "200" }] });
    const second = await releaseService(service(tests("2"), { files: code("2") }), connected);
    expect(second.failures).toEqual([]);
    expect(second.report).toMatchObject({ action: "updated", tests: [{ passed: true }] });
  }, 300_000);

  it("is as it was where its new code does not start: the candidate said so", async () => {
    const connected = await connectTo(emulator, { requestSeconds: 60 });
    await releaseService(service(tests("1"), { files: code("1") }), connected);
    const broken = { "src/score.py": "import no_such_module\n\ndef init(): pass\ndef run(data): return data\n" };
    const { failures, report } = await releaseService(service(tests("2"), { files: broken }), connected);
    expect(failures).toMatchObject([
      {
        reason: "deployment-failed",
        message: expect.stringMatching(/The candidate clf-c .*No module named 'no_such_module'/),
      },
    ]);
    expect(report.logTail).toContain("no_such_module");
    expect(await liveServices(connected)).toEqual({ clf: "Healthy" });
    const unchanged = await releaseService(service(tests("1"), { files: code("1") }), connected);
    expect(unchanged.report.action).toBe("unchanged");
  }, 300_000);
});

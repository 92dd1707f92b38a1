import { describe, expect, it } from "@jest/globals";
import type { Arm } from "../../src/azure/arm.ts";
import { failed, succeeded } from "../../src/azure/outcome.ts";
import { createV1Runs, v1RunId } from "../../src/azure/v1-runs.ts";
import { workspace } from "../support/targets.ts";

const api = "https://eastus.api.azureml.ms";
const experiments = { name: "words" };

/** The runs of a workspace whose run history says this of a run. Writes down what is sent. */
function runsWith(run: Readonly<Record<string, unknown>> | undefined) {
  const sent: { readonly method: string; readonly url: string; readonly body: unknown }[] = [];
  const arm: Pick<Arm, "getData" | "sendData"> = {
    getData: (url) =>
      Promise.resolve(
        run === undefined
          ? failed({ reason: "not-found", status: 404, error: { code: "UserError", message: "", details: [] } })
          : succeeded({ status: 200, headers: {}, body: url.includes("/experimentids/") ? experiments : run }),
      ),
    sendData: (method, url, body) => {
      sent.push({ method, url, body });
      return Promise.resolve(succeeded({ status: 200, headers: {}, body: undefined }));
    },
  };
  const runs = createV1Runs(
    arm as Arm,
    () => Promise.resolve(succeeded(workspace)),
    () => Promise.resolve(succeeded(api)),
  );
  return { runs, sent };
}

const id = "run-0a1b2c3d_0123456789ab";
const cancelPath = `/execution/v1.0${workspace.id}/experiments/words/runId/${id}/cancel`;

describe("a run of the first SDK", () => {
  it.each([api, "https://elsewhere.example.com"])(
    "is cancelled by the address that it names, on the service's own host: %s",
    async (host) => {
      const { runs, sent } = runsWith({ status: "Running", cancelUri: `${host}${cancelPath}` });
      expect(await runs.cancel(id)).toMatchObject({ ok: true });
      expect(sent).toEqual([{ method: "POST", url: `${api}${cancelPath}`, body: undefined }]);
    },
  );

  it("that names none is cancelled by the event of the official client", async () => {
    const { runs, sent } = runsWith({ status: "Running", cancelUri: null, experimentId: "40c0" });
    expect(await runs.cancel(id)).toMatchObject({ ok: true });
    expect(sent).toEqual([
      {
        method: "POST",
        url: `${api}/history/v1.0${workspace.id}/experiments/words/runs/${id}/events`,
        body: {
          timestamp: expect.any(String),
          name: "Microsoft.MachineLearning.Run.Canceled",
          data: { RunId: id, EndTime: expect.any(String) },
        },
      },
    ]);
  });

  it.each(["Completed", "Failed", "Canceled"])("that is %s is left as it is", async (status) => {
    const { runs, sent } = runsWith({ status, cancelUri: `${api}${cancelPath}` });
    expect(await runs.cancel(id)).toMatchObject({ ok: false, failure: { reason: "refused" } });
    expect(sent).toEqual([]);
  });

  it("is not there where run history has none", async () => {
    const { runs, sent } = runsWith(undefined);
    expect(await runs.get(id)).toEqual({ ok: true, value: undefined });
    expect(await runs.cancel(id)).toMatchObject({ ok: false, failure: { reason: "not-found" } });
    expect(sent).toEqual([]);
  });

  it("has a name of a form of its own", () => {
    const { runs } = runsWith(undefined);
    for (const name of [id, `${id}-2`, v1RunId("run-0a1b2c3d-0123456789ab")]) expect(runs.isId(name)).toBe(true);
    for (const name of ["run-0a1b2c3d-0123456789ab", "exp_1795427365_0d7e9e92", "a_b"])
      expect(runs.isId(name)).toBe(false);
  });
});

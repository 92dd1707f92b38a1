import { describe, expect, it } from "@jest/globals";
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computeDocument } from "../faults/stand.ts";
import { run } from "../faults/run.ts";
import { loadSource } from "../faults/source.ts";
import { useStand } from "../support/use-stand.ts";

const source = await loadSource();
const stand = useStand();

describe("an AutoML job", () => {
  it("is submitted with its table, and fails in the emulator, which makes no model up", async () => {
    const checkout = mkdtempSync(join(tmpdir(), "automl-"));
    cpSync("examples/jobs", checkout, { recursive: true });
    stand.emulator.putCompute(
      computeDocument("cpu-cluster", { computeType: "AmlCompute", isAttachedCompute: false, properties: {} }),
    );
    const inputs = { run: "automl.yml" };
    const { result, text } = await run(source, {
      ...{ command: "train", checkout, inputs, environment: stand.environment, seconds: 100_000 },
    });
    expect(text).toContain("Uploading the training_data to the datastore workspaceblobstore: 2 files");
    expect(result.run).toMatchObject({ status: "Failed", conclusion: "failure" });
    expect(text).toContain("The emulator trains no models");
  });
});

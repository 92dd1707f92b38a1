import { describe, expect, it } from "@jest/globals";
import { workspacePath } from "../../emulator/settings.ts";
import * as managed from "../../src/deployment/online/managed.ts";
import type { OnlineDeployment } from "../../src/deployment/online/definition.ts";
import { takeParts } from "../../src/release/parts.ts";
import { entryOf, shown } from "../deployment/support/entry.ts";
import { assets } from "../support/online-endpoints.ts";
import { connectTo, releaseDeps } from "../support/online-release.ts";
import { useEmulator } from "../support/use-emulator.ts";

function declared(image: string): OnlineDeployment {
  const { deployment, problems } = managed.read(
    entryOf(`deployment:
  name: blue
  endpoint_name: ep-one
  model: azureml:clf:1
  environment: { name: own-env, image: "${image}" }
  instance_type: Standard_DS3_v2
  data_collector: { collections: { model_inputs: { enabled: "true" } } }
`),
  );
  if (deployment === undefined) throw new Error(shown(problems).join("\n"));
  return deployment;
}

describe("what a deployment has registered under names", () => {
  const emulator = useEmulator({ serving: "light", durations: { default: 0 } });
  const data = `${workspacePath}/data/ep-one-blue-model_inputs/versions/1`;
  const versions = (collection: string) =>
    emulator
      .journal()
      .filter(({ method, path }) => method === "PUT" && path.includes(`/${collection}/`))
      .map(({ path }) => path.slice(workspacePath.length));

  async function take(deployment: OnlineDeployment) {
    const parts = await takeParts(deployment, releaseDeps(await connectTo(emulator)));
    if (!parts.ok) throw new Error(JSON.stringify(parts.failure));
    return parts.value;
  }

  async function bring(deployment: OnlineDeployment) {
    const ids = await (await take(deployment)).ensure();
    if (!ids.ok) throw new Error(JSON.stringify(ids.failure));
    return ids.value;
  }

  it("is its environment and the data that it collects, once, and no anonymous environment beside them", async () => {
    await assets(emulator);
    const idOf = await bring(declared("i.azurecr.io/i:1"));
    expect(idOf("environment")).toBe(`${workspacePath}/environments/own-env/versions/1`);
    expect(idOf("data_collector.collections.model_inputs")).toBe(data);
    expect(versions("environments")).toEqual(["/environments/own-env/versions/1"]);
    expect(versions("data")).toEqual(["/data/ep-one-blue-model_inputs/versions/1"]);

    emulator.clearJournal();
    const again = await take(declared("i.azurecr.io/i:1"));
    expect(again.steps).toEqual([]);
    const there = await again.ensure();
    expect(there.ok && there.value("data_collector.collections.model_inputs")).toBe(data);
    expect([...versions("environments"), ...versions("data")]).toEqual([]);
  });

  it("is told by its content, and planned before it is sent", async () => {
    await assets(emulator);
    const [one, other] = [await take(declared("i.azurecr.io/i:1")), await take(declared("i.azurecr.io/i:2"))];
    expect(one.identityOf("environment")).not.toBe(other.identityOf("environment"));
    expect(one.identityOf("environment")).toBe((await take(declared("i.azurecr.io/i:1"))).identityOf("environment"));
    expect(other.steps.map(({ action, what }) => `${action} ${what}`)).toEqual([
      "register the environment 'own-env', version 1",
      "register the data asset 'ep-one-blue-model_inputs', version 1",
    ]);
    expect([...versions("environments"), ...versions("data")]).toEqual([]);
  });
});

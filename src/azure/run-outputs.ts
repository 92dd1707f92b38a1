import type { Arm } from "./arm.ts";
import type { DataPlane } from "./data-plane.ts";
import { membersOf, textOf } from "./members.ts";
import { succeeded, type Outcome } from "./outcome.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Where the named outputs of a run are: name → `azureml://…/datastores/{name}/paths/{path}`. Outputs that the run history has
 * not recorded are absent.
 *
 * The run names an asset for each output, and the asset's service its address: azure-ai-ml's way (1.35.2,
 * `get_job_output_uris_from_dataplane`).
 */
export type RunOutputs = (run: string) => Promise<Outcome<ReadonlyMap<string, string>>>;

/** The services that know the addresses, the types of assets that each of them knows, and their word for an address. */
const resolvers = [
  {
    path: (workspace: string) => `/data/v1.0${workspace}/dataversion/batchGetResolvedUris`,
    types: ["urifile", "urifolder", "mltable"],
    member: "uri",
  },
  {
    path: (workspace: string) => `/modelregistry/v1.0${workspace}/models/batchGetResolvedUris`,
    types: ["custommodel", "mlflowmodel", "tritonmodel"],
    member: "path",
  },
] as const;

type OutputAsset = { readonly name: string; readonly id: string; readonly type: string };

export function createRunOutputs(arm: Arm, workspace: Workspace, dataPlane: DataPlane): RunOutputs {
  return async (run) => {
    const host = await dataPlane();
    if (!host.ok) return host;
    const read = await arm.getData(`${host.value}/history/v1.0${workspace.id}/runs/${run}?api-version=v1.0`);
    if (!read.ok) return read;
    const assets = outputsIn(read.value.body);
    const found = new Map<string, string>();
    for (const { path, types, member } of resolvers) {
      const known = assets.filter(({ type }) => (types as readonly string[]).includes(type));
      if (known.length === 0) continue;
      const answer = await arm.sendData(
        "POST",
        `${host.value}${path(workspace.id)}`,
        { values: known.map(({ id }) => id) },
        { repeatable: "read" },
      );
      if (!answer.ok) return answer;
      const values = new Map(Object.entries(membersOf(membersOf(answer.value.body)["values"])));
      for (const { name, id } of known) {
        const address = textOf(membersOf(values.get(id))[member]);
        if (address !== undefined) found.set(name, address);
      }
    }
    return succeeded(found);
  };
}

function outputsIn(body: unknown): readonly OutputAsset[] {
  return Object.entries(membersOf(membersOf(body)["outputs"])).flatMap(([name, wire]) => {
    const { assetId, type } = membersOf(wire);
    const id = textOf(assetId);
    // `uri_folder` and `UriFolder` are the same.
    return id === undefined ? [] : [{ name, id, type: (textOf(type) ?? "").replaceAll("_", "").toLowerCase() }];
  });
}

import type { AssetUse } from "../asset/asset.ts";
import { collectionOf } from "../asset/declared.ts";
import { namesAsset } from "../asset/reference.ts";
import { assetsOf, modelOf, type Deployment, type DeploymentTypeName } from "../deployment/deployment.ts";
import { isOnRunner } from "../deployment/family.ts";
import { namedAssetsOf } from "../deployment/named-assets.ts";

/** Actions below `Microsoft.MachineLearningServices/workspaces/`, and what they are needed for. */
export type NeededBelow = {
  readonly purpose: string;
  readonly level: "required" | "recommended";
  readonly actions: readonly string[];
  readonly plane?: "data";
};

const purposes = {
  deploy: "create and update what is deployed",
  rollBack: "take back what has failed, and remove what was replaced",
  test: "test what was deployed",
} as const;

type NeedsOf = (deployment: Deployment) => readonly NeededBelow[];

/**
 * What each type takes in the workspace, by the names of the published list of operations.
 *
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-online-endpoint
 * @see https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-batch-endpoint
 */
const byType: Readonly<Record<DeploymentTypeName, NeedsOf>> = {
  local: () => [],
  managed: ofOnline,
  kubernetes: ofOnline,
  batch: ({ tests }) => [
    {
      purpose: purposes.deploy,
      level: "required",
      actions: [...readAndWrite("batchEndpoints"), ...readAndWrite("batchEndpoints/deployments")],
    },
    { purpose: purposes.rollBack, level: "required", actions: ["batchEndpoints/deployments/delete"] },
    ...(tests.length === 0
      ? []
      : [
          {
            purpose: purposes.test,
            level: "required" as const,
            actions: ["batchEndpoints/jobs/write", "batchEndpoints/deployments/jobs/write", "jobs/read"],
          },
        ]),
  ],
  aci: ofService("aci"),
  aks: ofService("aks"),
};

const readAndWrite = (collection: string) => [`${collection}/read`, `${collection}/write`];

function ofOnline(deployment: Deployment): readonly NeededBelow[] {
  const { tests } = deployment;
  const endpoint = "endpoint" in deployment ? deployment.endpoint : undefined;
  const authMode = endpoint !== undefined && "authMode" in endpoint ? endpoint.authMode : undefined;
  return [
    {
      purpose: purposes.deploy,
      level: "required",
      actions: [...readAndWrite("onlineEndpoints"), ...readAndWrite("onlineEndpoints/deployments")],
    },
    { purpose: purposes.rollBack, level: "required", actions: ["onlineEndpoints/deployments/delete"] },
    // An endpoint that did not come up; without the right it stays, and a note says so.
    { purpose: purposes.rollBack, level: "recommended", actions: ["onlineEndpoints/delete"] },
    ...(tests.length === 0 ? [] : loginOf(authMode)),
  ];
}

/** How the tests get in. Of an endpoint that is only live, the mode is not known here. */
function loginOf(authMode: string | undefined): readonly NeededBelow[] {
  const base = { purpose: purposes.test, level: "required" } as const;
  switch (authMode) {
    case "Key":
      return [{ ...base, actions: ["onlineEndpoints/listKeys/action"] }];
    case "AMLToken":
      return [{ ...base, actions: ["onlineEndpoints/token/action"] }];
    case "AADToken":
      return [{ ...base, actions: ["onlineEndpoints/score/action"], plane: "data" }];
    default:
      return [
        {
          ...base,
          level: "recommended",
          actions: ["onlineEndpoints/listKeys/action", "onlineEndpoints/token/action"],
        },
      ];
  }
}

function ofService(type: "aci" | "aks"): NeedsOf {
  const collection = `services/${type}`;
  return ({ tests }) => [
    {
      purpose: purposes.deploy,
      level: "required",
      actions: ["services/read", `${collection}/write`, "metadata/artifacts/write"],
    },
    { purpose: purposes.rollBack, level: "required", actions: [`${collection}/delete`] },
    ...(tests.length === 0
      ? []
      : [{ purpose: purposes.test, level: "required" as const, actions: [`${collection}/listkeys/action`] }]),
  ];
}

/** Everything that a deployment itself needs, without its code, its environment and its like. */
export function needsOfDeployment(deployment: Deployment): readonly NeededBelow[] {
  return [...byType[deployment.type](deployment), ...modelNeeds(deployment)];
}

/** To register an environment with a name, and the data assets that a data collector writes to. */
export function needsOfNamedAssets(deployment: Deployment): readonly NeededBelow[] {
  return namedAssetsOf(deployment).map(({ asset }) => {
    const { collection } = collectionOf(asset);
    return {
      purpose: `register the ${asset.kind === "data" ? "data that is collected" : "environment"}`,
      level: "required",
      actions: [...readAndWrite(collection), ...readAndWrite(`${collection}/versions`)],
    };
  });
}

function modelNeeds(deployment: Deployment): readonly NeededBelow[] {
  const model = modelOf(deployment);
  const read = ["models/read", "models/versions/read"];
  if (deployment.promoteFrom?.from === "workspace" || model?.from === "declared")
    return isOnRunner(deployment) && deployment.promoteFrom === undefined
      ? []
      : [
          {
            purpose: "register the model",
            level: "required",
            actions: [...read, "models/write", "models/versions/write"],
          },
        ];
  return model?.from === "reference" && namesAsset(model.reference)
    ? [{ purpose: "use the model", level: "required", actions: read }]
    : [];
}

/** Whether files of this machine go to the workspace's store: a model's do. */
export function uploadsModel(deployment: Deployment): boolean {
  const model = modelOf(deployment);
  return !isOnRunner(deployment) && model?.from === "declared" && model.file.location.from === "local";
}

/** Code, environment, component. What is served on the runner goes nowhere. */
export function usesOf(deployment: Deployment): readonly AssetUse[] {
  return isOnRunner(deployment) ? [] : assetsOf(deployment);
}

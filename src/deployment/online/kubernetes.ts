import { shape } from "../../yaml/shape.ts";
import type { DeployEntry, ReadDeployment } from "../kind.ts";
import type { OnlineDeployment } from "./definition.ts";
import { labelOf, mappingSchema, readOnline } from "./read.ts";

export { assetsOf, computesOf, modelOf, secretsOf } from "./uses.ts";

/** An az ml online endpoint and deployment on an attached Kubernetes cluster. */
export const label = labelOf("kubernetes");

export const schema = shape(() => mappingSchema("kubernetes"));

export function read(entry: DeployEntry): ReadDeployment<OnlineDeployment> {
  return readOnline(entry, "kubernetes");
}

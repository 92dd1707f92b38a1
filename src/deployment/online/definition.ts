import type { DeclaredAsset } from "../../asset/declared.ts";
import type { SourceNode } from "../../yaml/source.ts";
import type { DeploymentBase } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";
import type { Scoring } from "../parts/scoring.ts";
import type { Strategy } from "../parts/strategy.ts";
import type { DataCollector } from "./data-collector.ts";

/** An az ml online endpoint, read and checked. */
export type OnlineEndpoint = {
  readonly source: SourceNode;
  readonly name: string;
  readonly authMode: "Key" | "AMLToken" | "AADToken";
  readonly description?: string;
  /** Values of any kind, sent as they are. */
  readonly tags: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  /** In ARM's own shape. */
  readonly identity?: object;
  /** As ARM spells it. */
  readonly publicNetworkAccess?: string;
  /** Of a Kubernetes endpoint: name or full id. */
  readonly compute?: string;
  /** Percentages by the names of deployments, where the file has them. */
  readonly traffic?: Readonly<Record<string, number>>;
  readonly mirrorTraffic?: Readonly<Record<string, number>>;
};

/** An az ml online deployment, read and checked. */
export type OnlineDefinition = Scoring & {
  readonly source: SourceNode;
  /** As the file has it; the release may choose another. */
  readonly name: string;
  readonly description?: string;
  /** Values of any kind, sent as they are. */
  readonly tags: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Of `environmentVariables`, those that are no text, as they are written: az ml sends them so. */
  readonly literalVariables: Readonly<Record<string, number | boolean>>;
  readonly model?: DeployedModel;
  /** True where the model is what `promote_from` names. */
  readonly isPromoted?: true;
  /** The environment once more, where it is to be registered under a name: its id is asked for as that of `environment`. */
  readonly namedEnvironment?: DeclaredAsset<"environment">;
  readonly instanceType?: string;
  readonly instanceCount?: number;
  readonly dataCollector?: DataCollector;
  /** Members of the request that hold no reference, in ARM's own shape: probes, scale and request settings, data collector, … */
  readonly members: Readonly<Record<string, unknown>>;
};

/** An online endpoint with the deployment that is to be released on it; one of the two may be all there is. */
export type OnlineDeployment = DeploymentBase & {
  readonly type: "managed" | "kubernetes";
  /** Absent: an endpoint of that name has to be live. */
  readonly endpoint?: OnlineEndpoint;
  /** Absent: the endpoint is only made or updated. */
  readonly deployment?: OnlineDefinition;
  /** Absent: `blue-green` where the endpoint has live traffic, else the first release. */
  readonly strategy?: Strategy;
};

import * as z from "zod";
import type { DeclaredAsset } from "../../asset/declared.ts";
import { defined } from "../../azure/defined.ts";
import type { PartReader } from "../../job/parts/read-part.ts";
import { number, oneOf, text } from "../../yaml/shape.ts";
import type { SourceNode } from "../../yaml/source.ts";
import type { ResolvedDeployment } from "../resolved.ts";

/** What of the requests and answers of a deployment is kept, and as which data assets. */
export type DataCollector = {
  readonly source: SourceNode;
  readonly collections: Readonly<Record<string, DataCollection>>;
  readonly rollingRate?: string;
  readonly samplingRate?: number;
  /** In ARM's own shape. */
  readonly requestLogging?: object;
};

type DataCollection = {
  readonly isEnabled: boolean;
  readonly clientId?: string;
  /** Of the data asset; each has a default made of the names of endpoint, deployment and collection. */
  readonly name?: string;
  readonly version?: string;
  readonly path?: string;
};

const dataSchema = () =>
  z.strictObject({
    name: text().optional(),
    path: text().optional().describe("azureml://datastores/NAME/paths/…"),
    version: text().optional(),
    data_id: text().optional(),
  });

const enabled = () =>
  z.preprocess(
    (value) => (typeof value === "string" ? value.toLowerCase() : value),
    z.enum(["true", "false"], {
      error: ({ input }) =>
        typeof input === "boolean"
          ? `az ml takes text here, and ${String(input)} is a boolean. Put it in quotes: "${String(input)}".`
          : 'This is neither "true" nor "false". Write "true" or "false", in quotes.',
    }),
  );

export const dataCollectorSchema = () =>
  z
    .strictObject({
      collections: z.record(
        z.string(),
        z.strictObject({
          enabled: enabled(),
          data: z
            .union([dataSchema(), text()])
            .optional()
            .describe("The data asset; default: one of the deployment's name."),
          client_id: text().optional(),
        }),
      ),
      rolling_rate: oneOf(["minute", "hour", "day"]).optional(),
      sampling_rate: number().optional().describe("Share of the requests that are kept, 0 to 1."),
      request_logging: z.strictObject({ capture_headers: z.array(text()).optional() }).optional(),
    })
    .describe("What of requests and answers is kept.");

type Declared = z.infer<ReturnType<typeof dataCollectorSchema>>;

export function readDataCollector(declared: Declared, { node, add }: PartReader): DataCollector {
  const at = ["data_collector"];
  const { sampling_rate: samplingRate, rolling_rate: rollingRate, request_logging: logging } = declared;
  if (samplingRate !== undefined && (samplingRate < 0 || samplingRate > 1))
    add("out-of-range", [...at, "sampling_rate"], `sampling_rate is ${samplingRate}.`, "Use a number from 0 to 1.");
  const collections = Object.entries(declared.collections).map(
    ([name, { enabled: mode, data, client_id: clientId }]) => {
      const path = [...at, "collections", name, "data"];
      if (typeof data === "string") {
        const fix = "Write data: { name: NAME, version: VERSION, path: azureml://datastores/… }.";
        add("wrong-value", path, `${JSON.stringify(data)} is text, but az ml expects a data asset here.`, fix);
      }
      const { path: address, ...asset } = typeof data === "object" ? data : {};
      if (address !== undefined && !/^azureml:\/\/[^/]|^https?:\/\//i.test(address))
        add(
          "wrong-value",
          [...path, "path"],
          `${JSON.stringify(address)} is not an address in a datastore.`,
          "Write azureml://datastores/NAME/paths/….",
        );
      const collection: DataCollection = {
        isEnabled: mode === "true",
        // An empty text is none, as with the official client.
        ...defined({ clientId, name: asset.name || undefined, version: asset.version || undefined, path: address }),
      };
      return [name, collection] as const;
    },
  );
  return {
    source: { document: node.document, path: [...node.path, ...at] },
    collections: Object.fromEntries(collections),
    ...defined({
      rollingRate,
      samplingRate,
      requestLogging: logging && defined({ captureHeaders: logging.capture_headers }),
    }),
  };
}

const placeOf = (collection: string) => `data_collector.collections.${collection}`;

/** Where what is collected goes by default: the official client's place. */
const defaultPath = "azureml://datastores/workspaceblobstore/paths/modelDataCollector";

/**
 * The data assets that a collector writes to, as the official client registers them before the deployment, each by the place
 * that the request asks for it by. Their names have the deployment's in them, which only the release knows.
 */
export function collectedData(
  collector: DataCollector | undefined,
  endpointName: string,
  deploymentName: string,
): readonly { readonly where: string; readonly asset: DeclaredAsset<"data"> }[] {
  if (collector === undefined) return [];
  return Object.entries(collector.collections).map(([name, { name: own, version: ownVersion, path }]) => ({
    where: placeOf(name),
    asset: {
      kind: "data",
      source: collector.source,
      name: own ?? `${endpointName}-${deploymentName}-${name}`,
      version: ownVersion ?? "1",
      definition: {
        type: "uri_folder",
        location: { from: "address", address: path ?? `${defaultPath}/${endpointName}/${deploymentName}/${name}` },
        tags: {},
      },
    },
  }));
}

export function toDataCollector(collector: DataCollector, { idOf }: Pick<ResolvedDeployment, "idOf">): object {
  const { collections, rollingRate, samplingRate, requestLogging } = collector;
  return defined({
    collections: Object.fromEntries(
      Object.entries(collections).map(([name, { isEnabled, clientId }]) => [
        name,
        defined({
          dataCollectionMode: isEnabled ? "enabled" : "disabled",
          samplingRate,
          dataId: idOf(placeOf(name)),
          clientId,
        }),
      ]),
    ),
    rollingRate,
    requestLogging,
  });
}

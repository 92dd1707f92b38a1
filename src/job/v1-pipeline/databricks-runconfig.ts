import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { checkShape, shape, text } from "../../yaml/shape.ts";
import type { Cluster } from "./databricks-cluster.ts";
import { readNamedFile } from "./runconfig-file.ts";
import { texts, whole, words } from "./shape.ts";
import type { StepReader } from "./step.ts";

/** What a run configuration says of a step on Databricks: its libraries, encoded, and its cluster. */
export type DatabricksPart = {
  readonly libraries: readonly (readonly [name: string, value: string])[];
  readonly cluster?: Cluster;
};

const listOf = <Keys extends z.ZodRawShape>(keys: Keys) => z.array(z.strictObject(keys)).nullish();
const packages = () => listOf({ package: text(), repo: text().nullish() });

const clusterSchema = () =>
  z
    .strictObject({
      existingClusterId: text().nullish(),
      permitClusterRestart: z.union([text(), z.boolean()]).nullish(),
      sparkVersion: text().nullish(),
      nodeType: text().nullish(),
      instancePoolId: text().nullish(),
      numWorkers: whole().nullish(),
      minWorkers: whole().nullish(),
      maxWorkers: whole().nullish(),
      sparkEnvVariables: words().nullish(),
      sparkConf: words().nullish(),
      initScripts: texts().nullish(),
      clusterLogDbfsPath: text().nullish(),
    })
    .nullish();

/** The part of a run configuration that a step on Databricks takes; the rest says nothing to it. */
const databricksSchema = shape(() =>
  z.looseObject({
    environment: z
      .looseObject({
        databricks: z
          .strictObject({
            mavenLibraries: listOf({
              coordinates: text(),
              repo: text().nullish(),
              exclusions: texts().nullish(),
            }),
            pypiLibraries: packages(),
            rcranLibraries: packages(),
            jarLibraries: listOf({ library: text() }),
            eggLibraries: listOf({ library: text() }),
            cluster: clusterSchema(),
          })
          .nullish(),
      })
      .nullish(),
  }),
);

export function readDatabricksPart(path: string, reader: StepReader<unknown>): DatabricksPart {
  const document = readNamedFile("runconfig", path, "The run configuration", reader);
  if (document === undefined) return { libraries: [] };
  const { value, problems } = checkShape(databricksSchema, { document, path: [] });
  reader.addProblems(problems);
  const said = value?.environment?.databricks ?? {};
  const withRepo = ({
    package: name,
    repo,
  }: {
    readonly package: string;
    readonly repo?: string | null | undefined;
  }) => ((repo ?? "") === "" ? `package=${name}` : `package=${name}|repo=${repo ?? ""}`);
  const encoded: readonly (readonly [string, string])[] = [
    ["jar_libraries", (said.jarLibraries ?? []).map(({ library }) => library).join(",")],
    ["egg_libraries", (said.eggLibraries ?? []).map(({ library }) => library).join(",")],
    ["pypi_libraries", (said.pypiLibraries ?? []).map(withRepo).join(";")],
    ["rcran_libraries", (said.rcranLibraries ?? []).map(withRepo).join(";")],
    ["maven_libraries", (said.mavenLibraries ?? []).map(mavenText).join(";")],
  ];
  const { cluster } = said;
  return {
    libraries: encoded.filter(([, text]) => text !== ""),
    ...(cluster === undefined || cluster === null ? {} : { cluster: clusterOf(cluster) }),
  };
}

function mavenText({
  coordinates,
  repo,
  exclusions,
}: {
  readonly coordinates: string;
  readonly repo?: string | null | undefined;
  readonly exclusions?: readonly string[] | null | undefined;
}): string {
  return [
    `coordinates=${coordinates}`,
    ...((repo ?? "") === "" ? [] : [`repo=${repo ?? ""}`]),
    ...((exclusions ?? []).length === 0 ? [] : [`exclusions=${(exclusions ?? []).join(",")}`]),
  ].join("|");
}

function clusterOf(said: NonNullable<z.infer<ReturnType<typeof clusterSchema>>>): Cluster {
  const restart = said.permitClusterRestart ?? undefined;
  return defined({
    existing_cluster_id: said.existingClusterId ?? undefined,
    permit_cluster_restart: typeof restart === "boolean" ? (restart ? "True" : "False") : restart,
    spark_version: said.sparkVersion ?? undefined,
    node_type: said.nodeType ?? undefined,
    instance_pool_id: said.instancePoolId ?? undefined,
    num_workers: said.numWorkers ?? undefined,
    min_workers: said.minWorkers ?? undefined,
    max_workers: said.maxWorkers ?? undefined,
    spark_env_variables: said.sparkEnvVariables ?? undefined,
    spark_conf: said.sparkConf ?? undefined,
    init_scripts: said.initScripts ?? undefined,
    cluster_log_dbfs_path: said.clusterLogDbfsPath ?? undefined,
  });
}

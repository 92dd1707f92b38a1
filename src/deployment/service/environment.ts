import { membersOf, textOf } from "../../azure/members.ts";
import { readDocuments } from "../../yaml/yaml.ts";
import { isMapping } from "../../yaml/wording.ts";

/** What an environment of a web service is made of: exactly one of `image` and `build`. */
export type ServiceEnvironment = {
  readonly name: string;
  /** `null` for one that is not registered. */
  readonly version: string | null;
  readonly image?: string;
  readonly build?: { readonly url: string; readonly dockerfilePath?: string };
  readonly conda?: Readonly<Record<string, unknown>>;
  readonly os?: string;
};

/** The definition of a registered environment, from its version as ARM shows it. */
export function registeredEnvironment(
  name: string,
  version: string,
  properties: Readonly<Record<string, unknown>>,
): ServiceEnvironment {
  const build = membersOf(properties["build"]);
  const [image, url, dockerfilePath] = [properties["image"], build["contextUri"], build["dockerfilePath"]].map(textOf);
  const conda = parsedConda(textOf(properties["condaFile"]));
  const os = textOf(properties["osType"]);
  return {
    name,
    version,
    ...(image === undefined ? {} : { image }),
    ...(url === undefined ? {} : { build: { url, ...(dockerfilePath === undefined ? {} : { dockerfilePath }) } }),
    ...(conda === undefined ? {} : { conda }),
    ...(os === undefined ? {} : { os }),
  };
}

function parsedConda(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  const [document] = readDocuments(text, { file: "conda.yml", folder: "." }).documents;
  return isMapping(document?.value) ? document.value : undefined;
}

/** The official client's own, of azureml-core 1.61.0. */
const defaultPython = "3.10.18";
const defaultVariables = { EXAMPLE_ENV_VAR: "EXAMPLE_VALUE" };
const defaultConda = {
  name: "project_environment",
  dependencies: ["python=3.8.13", { pip: ["azureml-defaults"] }],
  channels: ["anaconda", "conda-forge"],
};

/**
 * An environment as the first SDK defines it, member for member what the official client sends of one that was made of the
 * same parts: `Environment.from_conda_specification`, `from_docker_image` or `from_docker_build_context`.
 *
 * @param variables what is declared; the client's own default where nothing is.
 * @param ofCode by which the service finds the scoring script.
 */
export function toServiceEnvironment(
  { name, version, image, build, conda, os }: ServiceEnvironment,
  variables: Readonly<Record<string, string>> | undefined,
  ofCode: Readonly<Record<string, string>>,
) {
  return {
    name,
    version,
    environmentVariables: { ...(variables ?? (build === undefined ? defaultVariables : {})), ...ofCode },
    python: {
      // An image alone has its Python already.
      userManagedDependencies: build === undefined && conda === undefined,
      interpreterPath: "python",
      condaDependenciesFile: null,
      baseCondaEnvironment: null,
      ...condaOf(conda, build),
    },
    docker: {
      enabled: false,
      baseImage: image ?? null,
      baseDockerfile: null,
      buildContext: build === undefined ? null : buildContext(build),
      sharedVolumes: true,
      shmSize: build === undefined ? "2g" : null,
      arguments: [],
      baseImageRegistry: { address: null, username: null, password: null, registryIdentity: null },
      platform: { os: os ?? "Linux", architecture: "amd64" },
    },
    spark: { repositories: [], packages: [], precachePackages: true },
    databricks: { mavenLibraries: [], pypiLibraries: [], rcranLibraries: [], jarLibraries: [], eggLibraries: [] },
    r: null,
    inferencingStackVersion: null,
    assetId: null,
  };
}

function condaOf(conda: ServiceEnvironment["conda"], build: ServiceEnvironment["build"]) {
  if (conda !== undefined) return { condaDependencies: withPython(conda) };
  return build === undefined ? { condaDependencies: defaultConda } : {};
}

function buildContext({ url, dockerfilePath }: NonNullable<ServiceEnvironment["build"]>) {
  const isGit = /^git(\+|:|@)|\.git([#/]|$)/i.test(url);
  return {
    locationType: isGit ? "Git" : "StorageAccount",
    location: url,
    dockerfilePath: dockerfilePath ?? "Dockerfile",
  };
}

/** Every specification names a version of Python: the client adds its own where the file names none. */
function withPython(conda: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const listed: unknown = conda["dependencies"];
  const dependencies: readonly unknown[] = Array.isArray(listed) ? (listed as readonly unknown[]) : [];
  const own = dependencies.findIndex((entry) => typeof entry === "string" && packageOf(entry) === "python");
  const entry = dependencies[own];
  if (typeof entry === "string" && /\d/.test(entry)) return conda;
  const python = `python=${defaultPython}`;
  return { ...conda, dependencies: own < 0 ? [...dependencies, python] : dependencies.with(own, python) };
}

/** The name in front of what is asked of the version. */
function packageOf(entry: string): string {
  return entry.split(/[[=<|>~!]/)[0] ?? "";
}

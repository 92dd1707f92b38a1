import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { childEnvironment } from "../child-environment.ts";
import { outputOf } from "../virtual-environment.ts";

/** A container engine that answers, by its command line. */
export type Engine = {
  readonly command: string;
  readonly is: "docker" | "podman";
  readonly version: string;
  /** What the command line itself needs; none of it reaches a container. */
  readonly env: Readonly<Record<string, string>>;
};

const names = ["docker", "podman"] as const;
const settings =
  /^(?:DOCKER|BUILDX|BUILDKIT|CONTAINERS|PODMAN|BUILDAH)_|^CONTAINER_(?:HOST|CONNECTION|SSHKEY)$|^REGISTRY_AUTH_FILE$/;

/** The first engine on the path that answers: the command alone is on many machines that run none. */
export async function findEngine(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Engine | undefined> {
  const own = Object.entries(environment).filter(([name]) => settings.test(name));
  const env = {
    ...childEnvironment(environment),
    ...Object.fromEntries(own.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
  };
  for (const is of names) {
    for (const folder of (environment["PATH"] ?? "").split(delimiter)) {
      const command = join(folder, process.platform === "win32" ? `${is}.exe` : is);
      if (folder === "" || !existsSync(command)) continue;
      const asked = is === "docker" ? "{{.Server.Version}}" : "{{.Client.Version}}";
      const version = (await outputOf(command, ["version", "--format", asked], env))?.trim();
      if (version !== undefined && version !== "") return { command, is, version, env };
    }
  }
  return undefined;
}

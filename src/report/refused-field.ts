import { defined } from "../azure/defined.ts";
import type { AzureFailure, ServiceError } from "../azure/outcome.ts";
import type { Position } from "../yaml/problem.ts";
import { placeOf, pathOf, valueAt, type NodePath, type SourceNode } from "../yaml/source.ts";
import { lettersOf } from "../yaml/suggestion.ts";
import { isMapping } from "../yaml/wording.ts";
import { fieldsOf, type About } from "./advice.ts";
import { failureOf, type Purpose } from "./failure.ts";
import type { Failure } from "./result.ts";

/** Members of requests whose names are not those of the declared keys, by their letters alone. */
const wireNames = new Map<string, string>(
  Object.entries({
    adminpublickey: "ssh_key_value",
    administratoraccount: "ssh_settings",
    aksnetworkingconfiguration: "network_settings",
    codeid: "code",
    computeid: "compute",
    computelocation: "location",
    computename: "name",
    computetarget: "compute",
    customservices: "custom_applications",
    datatype: "type",
    datauri: "path",
    environmentid: "environment",
    idletimebeforeshutdown: "idle_time_before_shutdown_minutes",
    jobinputs: "inputs",
    maxnodecount: "max_instances",
    minnodecount: "min_instances",
    modeltype: "type",
    modeluri: "path",
    nodeidletimebeforescaledown: "idle_time_before_scale_down",
    personalcomputeinstancesettings: "create_on_behalf_of",
    remoteloginportpublicaccess: "ssh_public_access_enabled",
    sslconfiguration: "ssl",
    subnet: "network_settings",
    useraccountcredentials: "ssh_settings",
    userassignedidentities: "identity",
    vmpriority: "tier",
    vmsize: "size",
  }),
);

/** Where in its file the declaration stands that Azure has refused: the field that the refusal names, else its name. */
export function refusedPlace(
  error: ServiceError | undefined,
  source: SourceNode,
  about: About = {},
): Position | undefined {
  for (const named of error === undefined ? [] : fieldsOf(error, about)) {
    const field = declaredAs(pathOf(named.replaceAll(/[^\w-]+/g, ".")), source);
    if (field !== undefined) return placeOf(source, field);
  }
  return placeOf(source);
}

/** A failed call as a failure of the command, at its place. @param what could not be done, as `failureOf` takes it. */
export function failureAt(failure: AzureFailure, what: string, source: SourceNode, purpose?: Purpose): Failure {
  return { ...failureOf(failure, what, purpose), ...defined({ where: refusedPlace(failure.error, source) }) };
}

/** `properties.scaleSettings.maxNodeCount` as the declaration has it; nothing where it has no such field. */
function declaredAs(named: NodePath, source: SourceNode): NodePath | undefined {
  for (const [index, step] of named.entries()) {
    const key = keyFor(step, valueAt(source));
    if (key === undefined) continue;
    const path: (string | number)[] = [key];
    for (const below of named.slice(index + 1)) {
      const next = keyFor(below, valueAt(source, path));
      if (next === undefined) break;
      path.push(next);
    }
    return path;
  }
  return undefined;
}

function keyFor(step: string | number, value: unknown): string | number | undefined {
  if (Array.isArray(value)) return typeof step === "number" && step in value ? step : undefined;
  if (!isMapping(value)) return undefined;
  const letters = lettersOf(String(step));
  const wanted = [letters, lettersOf(wireNames.get(letters) ?? step.toString())];
  return Object.keys(value).find((key) => wanted.includes(lettersOf(key)));
}

import type { PartReader } from "../../job/parts/read-part.ts";
import type { DeclaredAci, DeclaredAks, DeclaredService } from "./keys.ts";

/** What a candidate's name ends in: it is tested before the service is changed. */
export const candidateSuffix = "-c";
const longestName = 32;

export function checkName(name: string, { add }: PartReader): void {
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
  const rule = "3 to 32 lower-case letters, digits and dashes, the first a letter, the last a letter or digit";
  if (name.length < 3 || name.length > longestName || !/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    add("illegal-name", ["name"], `${shown} is not a valid name of a web service.`, `Use ${rule}.`);
    return;
  }
  if (name.length > longestName - candidateSuffix.length)
    add(
      "illegal-name",
      ["name"],
      `${shown} has ${name.length} characters. Before an update a candidate is tested, ${name}${candidateSuffix}, and its name would be too long: the service could be created, but not updated.`,
      `Use at most ${longestName - candidateSuffix.length} characters.`,
      "warning",
    );
}

/** Adds what is wrong with numbers that have to be above 0. */
function checkPositive(
  value: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  { add }: PartReader,
  least = "more than 0",
): void {
  for (const key of keys) {
    const number = value[key];
    if (typeof number === "number" && !(number > 0))
      add("out-of-range", [key], `${key} is ${number}.`, `Use ${least}.`);
  }
}

export function checkResources(value: DeclaredService, reader: PartReader): void {
  checkPositive(value, ["cpu_cores", "memory_gb"], reader);
}

/** The client sends no second key without the first. */
export function checkKeys(value: DeclaredService, { add }: PartReader): void {
  if (value.secondary_key !== undefined && value.primary_key === undefined)
    add("missing-key", ["secondary_key"], "There is a secondary_key, but no primary_key.", "Add primary_key.");
  if (value.primary_key !== undefined && value.auth_enabled === false)
    add(
      "unused-key",
      ["primary_key"],
      "auth_enabled is false, so no key is needed.",
      "Remove the key, or set auth_enabled to true.",
      "warning",
    );
}

export function checkAci(value: DeclaredAci, reader: PartReader): void {
  const { add } = reader;
  checkTls(value, reader);
  checkTogether(value, ["cmk_vault_base_url", "cmk_key_name", "cmk_key_version"], reader);
  checkTogether(value, ["vnet_name", "subnet_name"], reader);
  const { cmk_vault_base_url: vault, dns_name_label: label } = value;
  if (typeof vault === "string" && !/^https:\/\/[^/\s]+\/?$/i.test(vault))
    add(
      "wrong-value",
      ["cmk_vault_base_url"],
      `${JSON.stringify(vault)} is not the address of a vault.`,
      "Write https://VAULT.vault.azure.net.",
    );
  if (value.vnet_name !== undefined)
    add(
      "no-longer-supported",
      ["vnet_name"],
      "Azure Machine Learning no longer deploys to Azure Container Instances in a virtual network. It is sent as it is, and may be refused.",
      "Use type: managed or type: kubernetes for a private service.",
      "warning",
    );
  if (label !== undefined && !/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label))
    add(
      "malformed-label",
      ["dns_name_label"],
      `${JSON.stringify(label)} is not a valid domain label.`,
      "Use 3 to 63 lower-case letters, digits and dashes, beginning with a letter.",
    );
}

const ofTls = ["ssl_cert_pem", "ssl_key_pem", "ssl_cname"] as const;

/** Certificate, key and name go together, and with ssl_enabled. */
function checkTls(value: DeclaredAci, { add }: PartReader): void {
  const given = ofTls.filter((key) => value[key] !== undefined);
  const [first] = given;
  const { ssl_enabled: isOn, ssl_cname: cname } = value;
  if (isOn === true) {
    const missing = ofTls.filter((key) => value[key] === undefined);
    if (missing.length > 0)
      add(
        "incomplete-certificate",
        ["ssl_enabled"],
        `ssl_enabled is true, and ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing.`,
        "Give ssl_cert_pem, ssl_key_pem and ssl_cname; the first two as references such as { env: TLS_KEY }.",
      );
  } else if (first !== undefined) {
    if (isOn === false)
      add(
        "unused-key",
        [first],
        `ssl_enabled is false, and ${first} is given.`,
        "Set it to true, or remove the key.",
        "warning",
      );
    else add("missing-key", [first], `${first} is given, and ssl_enabled is missing.`, "Add ssl_enabled: true.");
  }
  if (cname !== undefined && !/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/i.test(cname))
    add(
      "malformed-cname",
      ["ssl_cname"],
      `ssl_cname is ${JSON.stringify(cname)}, which is not a host name.`,
      "Write the name alone, as scoring.example.com.",
    );
}

function checkTogether<Key extends string>(
  value: Readonly<Partial<Record<Key, unknown>>>,
  keys: readonly Key[],
  { add }: PartReader,
): void {
  const given = keys.filter((key) => value[key] !== undefined);
  const missing = keys.filter((key) => value[key] === undefined);
  const [first] = given;
  if (first === undefined || missing.length === 0) return;
  add(
    "missing-key",
    [first],
    `${given.join(" and ")} ${given.length === 1 ? "is" : "are"} given, and ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing.`,
    `Give ${keys.join(", ")} together, or none of them.`,
  );
}

const autoscaleKeys = [
  "autoscale_min_replicas",
  "autoscale_max_replicas",
  "autoscale_refresh_seconds",
  "autoscale_target_utilization",
] as const;

export function checkAks(value: DeclaredAks, reader: PartReader): void {
  const { add } = reader;
  const whole = ["num_replicas", "scoring_timeout_ms", "replica_max_concurrent_requests", "max_request_wait_time"];
  const probe = [
    "period_seconds",
    "initial_delay_seconds",
    "timeout_seconds",
    "success_threshold",
    "failure_threshold",
  ];
  checkPositive(value, ["cpu_cores_limit", "memory_gb_limit"], reader);
  checkPositive(value, [...whole, ...probe, ...autoscaleKeys], reader, "1 or more");
  const { gpu_cores: gpus, namespace, token_auth_enabled: token, auth_enabled: key } = value;
  if (gpus !== undefined && gpus < 0) add("out-of-range", ["gpu_cores"], `gpu_cores is ${gpus}.`, "Use 0 or more.");
  if (namespace !== undefined && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace))
    add(
      "illegal-namespace",
      ["namespace"],
      `${JSON.stringify(namespace)} is not the name of a Kubernetes namespace.`,
      "Use at most 63 lower-case letters, digits and dashes, a letter or digit first and last.",
    );
  if (token === true && key === true)
    add(
      "wrong-value",
      ["token_auth_enabled"],
      "auth_enabled and token_auth_enabled are both true, and a service asks for a key or for a token.",
      "Remove one of the two.",
    );
  checkLimit(value, "cpu_cores", "cpu_cores_limit", reader);
  checkLimit(value, "memory_gb", "memory_gb_limit", reader);
  checkAutoscale(value, reader);
}

function checkLimit(
  value: DeclaredAks,
  key: "cpu_cores" | "memory_gb",
  limit: "cpu_cores_limit" | "memory_gb_limit",
  { add }: PartReader,
): void {
  const [least, most] = [value[key], value[limit]];
  if (least !== undefined && most !== undefined && most < least)
    add("min-above-max", [limit], `${limit} is ${most}, below ${key} ${least}.`, `Set ${limit} to ${least} or more.`);
}

function checkAutoscale(value: DeclaredAks, { add }: PartReader): void {
  const {
    autoscale_enabled: isOn,
    num_replicas: replicas,
    autoscale_min_replicas: min,
    autoscale_max_replicas: max,
  } = value;
  if (isOn === true && replicas !== undefined)
    add(
      "wrong-value",
      ["num_replicas"],
      "num_replicas is given, and autoscale_enabled is true: the autoscaler decides how many there are.",
      "Remove num_replicas, or set autoscale_enabled to false.",
    );
  if (isOn === false && replicas === undefined)
    add(
      "missing-key",
      ["autoscale_enabled"],
      "autoscale_enabled is false, and num_replicas is missing.",
      "Add num_replicas.",
    );
  for (const key of autoscaleKeys)
    if (isOn !== true && value[key] !== undefined)
      add(
        "missing-key",
        [key],
        `${key} is given, and autoscale_enabled is not true.`,
        "Add autoscale_enabled: true, or remove the key.",
      );
  if (min !== undefined && max !== undefined && min > max)
    add(
      "min-above-max",
      ["autoscale_min_replicas"],
      `autoscale_min_replicas is ${min}, above autoscale_max_replicas ${max}.`,
      "Lower the minimum, or raise the maximum.",
    );
  const { autoscale_target_utilization: target } = value;
  if (target !== undefined && target > 100)
    add(
      "out-of-range",
      ["autoscale_target_utilization"],
      `autoscale_target_utilization is ${target}.`,
      "Use a percentage from 1 to 100.",
    );
}

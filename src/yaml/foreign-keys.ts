import { lettersOf } from "./suggestion.ts";

/**
 * Keys of other dialects (the first SDK, ARM's JSON, the first previews of az ml) and where they are here. Keys are in lower
 * case without dashes and underscores; several places are tried in this order.
 */
const foreign: Readonly<Record<string, readonly string[]>> = {
  vmsize: ["size", "instance_type"],
  agentvmsize: ["agent_vm_size", "size"],
  vmpriority: ["tier"],
  priority: ["tier"],
  minnodes: ["min_instances"],
  maxnodes: ["max_instances"],
  minnodecount: ["min_instances", "scale_settings.min_node_count"],
  maxnodecount: ["max_instances", "scale_settings.max_node_count"],
  nodecount: ["instance_count", "max_instances"],
  autoscale: ["min_instances"],
  scalesettings: ["min_instances, max_instances and idle_time_before_scale_down"],
  idlesecondsbeforescaledown: ["idle_time_before_scale_down"],
  nodeidletimebeforescaledown: ["idle_time_before_scale_down"],
  computetype: ["type"],
  computelocation: ["location"],
  region: ["location"],
  username: ["ssh_settings.admin_username"],
  adminusername: ["ssh_settings.admin_username"],
  adminuser: ["ssh_settings.admin_username"],
  password: ["ssh_settings.admin_password"],
  adminpassword: ["ssh_settings.admin_password"],
  adminuserpassword: ["ssh_settings.admin_password"],
  adminusersshkey: ["ssh_settings.ssh_key_value"],
  adminusersshpublickey: ["ssh_settings.ssh_key_value"],
  useraccountcredentials: ["ssh_settings"],
  administratoraccount: ["ssh_settings"],
  privatekeyfile: ["ssh_settings.ssh_private_key_file"],
  privatekeypassphrase: ["ssh_settings.passphrase"],
  sshport: ["ssh_settings.ssh_port"],
  vnetname: ["network_settings.vnet_name"],
  subnetname: ["network_settings.subnet"],
  subnet: ["network_settings.subnet"],
  remoteloginportpublicaccess: ["ssh_public_access_enabled"],
  identitytype: ["identity.type"],
  identityid: ["identity.user_assigned_identities"],
  data: ["path"],
  docker: ["image"],
  baseimage: ["image"],
  condadependenciesfile: ["conda_file"],
  script: ["command"],
  arguments: ["command"],
  sourcedirectory: ["code"],
  target: ["compute"],
  experiment: ["experiment_name"],
};

/** Keys that belong to something else altogether. */
const elsewhere: Readonly<Record<string, string>> = {
  optional: "It belongs to the inputs of components; remove it.",
  default: "It belongs to the inputs of components; remove it.",
};

/** What to write in place of a key of another dialect, where the mapping has that. */
export function fixOfForeignKey(key: string, known: readonly string[]): string | undefined {
  const letters = lettersOf(key);
  const first = (place: string) => /^\w+/.exec(place)?.[0] ?? "";
  const place = foreign[letters]?.find((one) => known.includes(first(one)) && first(one) !== key);
  if (place !== undefined) return `It is ${place} here.`;
  if (letters === "properties") return "Write its members here, beside name and type.";
  return elsewhere[letters];
}

import { lettersOf } from "./suggestion.ts";
import { isMapping } from "./wording.ts";

/**
 * Keys of other dialects (the first SDK, ARM's JSON, the first previews of az ml) and where they are here. Keys are in lower
 * case without dashes and underscores; several places are tried in this order.
 */
const foreign = new Map<string, readonly string[]>(
  Object.entries({
    vmsize: ["size", "instance_type", "agent_vm_size"],
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
    vnetresourcegroupname: ["network_settings.subnet, as a full ID with its group,"],
    assigneduserobjectid: ["create_on_behalf_of.user_object_id"],
    assignedusertenantid: ["create_on_behalf_of.user_tenant_id"],
    sslenabled: ["ssl.status"],
    sslcertpemfile: ["ssl.cert"],
    certfile: ["ssl.cert"],
    sslkeypemfile: ["ssl.key"],
    keyfile: ["ssl.key"],
    sslcname: ["ssl.cname"],
    leafdomainlabel: ["ssl.leaf_domain_label"],
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
    targetname: ["compute"],
    maxrundurationseconds: ["limits.timeout"],
    datareferences: ["inputs"],
    environmentdefinition: ["environment"],
    experiment: ["experiment_name"],
  }),
);

/** Keys that belong to something else altogether. */
const elsewhere = new Map<string, string>(
  Object.entries({
    optional: "It belongs to the inputs of components; remove it.",
    default: "It belongs to the inputs of components; remove it.",
    framework: "It belongs to run configurations of the first SDK; remove it.",
    communicator: "It belongs to run configurations of the first SDK; write distribution in its place.",
    address: "A machine is named by resource_id alone; remove it.",
  }),
);

/** Where a key of another dialect is here, as far as the mapping has that. */
function placeOfForeignKey(key: string, known: readonly string[]): string | undefined {
  const first = (place: string) => /^\w+/.exec(place)?.[0] ?? "";
  return foreign.get(lettersOf(key))?.find((one) => known.includes(first(one)) && first(one) !== key);
}

/** What to write in place of a key of another dialect. @param value what is written for it. */
export function fixOfForeignKey(key: string, known: readonly string[], value: unknown): string | undefined {
  const place = placeOfForeignKey(key, known);
  if (place !== undefined) return `It is ${place} here.`;
  return lettersOf(key) === "properties" ? fixOfProperties(value, known) : elsewhere.get(lettersOf(key));
}

/** ARM has what is special of a kind one level further in, and in camel case. */
function fixOfProperties(value: unknown, known: readonly string[]): string {
  const members = isMapping(value) ? Object.keys(value) : [];
  const renamed = members.flatMap((member) => {
    const here = known.find((one) => lettersOf(one) === lettersOf(member)) ?? placeOfForeignKey(member, known);
    return here === undefined || here === member ? [] : [`${member} is ${here}`];
  });
  return `Write its members here, beside name and type${renamed.length === 0 ? "" : `: ${renamed.join("; ")}`}.`;
}

import type { AssetUse } from "../../asset/asset.ts";
import { defined } from "../../azure/defined.ts";
import { problemsAt } from "../../compute/problems-at.ts";
import { isSecret, type EnvironmentValue } from "../../job/parts/variables.ts";
import type { SecretReference } from "../../secret/secret.ts";
import type { SourceNode } from "../../yaml/source.ts";
import type { DeployEntry, DeploymentCompute, ReadDeployment } from "../kind.ts";
import type { DeployedModel } from "../parts/model.ts";
import type { DeploymentSecret } from "../resolved.ts";
import { assetsOfService, secretsOfService } from "./assets.ts";
import type { AciService } from "./definition.ts";
import { aciSchema, aksSchema, type DeclaredAci } from "./keys.ts";
import { checkService, placed, readService } from "./read.ts";
import { checkAci } from "./rules.ts";
import { readVariable } from "./variable.ts";

export const label = "web service on Azure Container Instances";

export const schema = aciSchema;

export function read({ settings }: DeployEntry): ReadDeployment<AciService> {
  if (settings === undefined) return { problems: [] };
  const { value, node, problems } = checkService<DeclaredAci>(settings, aciSchema, aksSchema, "aks");
  if (value === undefined) return { problems };
  const { found, add } = problemsAt(node);
  checkAci(value, { node, add });
  const { service, problems: ofService } = readService(value, node, label);
  const customerKey = readCustomerKey(value, { node, add });
  const all = [...problems, ...ofService, ...found];
  if (service === undefined) return { problems: all };
  const { vnet_name: vnetName, subnet_name: subnetName } = value;
  const deployment: AciService = {
    type: "aci",
    ...service,
    ...defined({
      location: value.location,
      dnsNameLabel: value.dns_name_label,
      sslEnabled: value.ssl_enabled,
      sslCname: value.ssl_cname,
      sslCertificate: placed(value.ssl_cert_pem, node, "ssl_cert_pem"),
      sslKey: placed(value.ssl_key_pem, node, "ssl_key_pem"),
      network: vnetName === undefined || subnetName === undefined ? undefined : { vnetName, subnetName },
      customerKey,
    }),
  };
  return { deployment, problems: all };
}

/** The three that name a customer-managed key. */
function readCustomerKey(
  value: DeclaredAci,
  reader: { readonly node: SourceNode; readonly add: ReturnType<typeof problemsAt>["add"] },
): AciService["customerKey"] | undefined {
  const [vaultBaseUrl, keyName, keyVersion] = (["cmk_vault_base_url", "cmk_key_name", "cmk_key_version"] as const).map(
    (key): EnvironmentValue | undefined => readVariable(value[key], key, reader),
  );
  if (vaultBaseUrl === undefined || keyName === undefined || keyVersion === undefined) return undefined;
  return { vaultBaseUrl, keyName, keyVersion };
}

export function assetsOf(service: AciService): readonly AssetUse[] {
  return assetsOfService(service);
}

export function modelOf({ model }: AciService): DeployedModel | undefined {
  return model;
}

export function computesOf(): readonly DeploymentCompute[] {
  return [];
}

export function secretsOf(service: AciService): readonly DeploymentSecret[] {
  const { sslCertificate, sslKey, customerKey } = service;
  const own: readonly (readonly [string, SecretReference | string | undefined])[] = [
    ["ssl_cert_pem", sslCertificate],
    ["ssl_key_pem", sslKey],
    ["cmk_vault_base_url", customerKey?.vaultBaseUrl],
    ["cmk_key_name", customerKey?.keyName],
    ["cmk_key_version", customerKey?.keyVersion],
  ];
  return [
    ...secretsOfService(service),
    ...own.flatMap(([name, value]): readonly DeploymentSecret[] =>
      value !== undefined && isSecret(value)
        ? [{ name, reference: value, where: { node: service.source, path: [name] } }]
        : [],
    ),
  ];
}

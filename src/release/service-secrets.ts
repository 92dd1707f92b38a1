import { defined } from "../azure/defined.ts";
import type { LiveV1Service } from "../azure/v1-live-service.ts";
import type { ServiceChange } from "../deployment/service/patch.ts";
import type { SecretReference } from "../secret/secret.ts";
import { serviceProperties } from "./service-decision.ts";
import { setKeys, type ServiceKeys } from "./service-keys.ts";
import { certificateMark } from "./service-parts.ts";
import type { ServiceFlow } from "./service-work.ts";
import { beforeWrite, settle, write } from "./service-writes.ts";

/** An update takes no keys: they are set by themselves. @returns the former ones; nothing where they could not be set. */
export async function giveKeys(keys: ServiceKeys, flow: ServiceFlow): Promise<ServiceKeys | undefined> {
  const { taken, course, work } = flow;
  const { name } = taken.service;
  const set = await setKeys(name, keys, { ...work, before: () => beforeWrite(name, work) });
  if (set.ok) return set.value;
  course.failBy(set.failure, `The keys of the web service ${name} could not be set`);
  return undefined;
}

/**
 * Keys and certificates that a declaration refers to may be others by now, while the declaration is the same: they are no part
 * of its digest. Keys are compared with those of the service, a certificate with the hash of the one that was sent last.
 *
 * @returns whether anything was written.
 * @throws SecretUnavailable
 */
export async function renewSecrets(live: LiveV1Service, flow: ServiceFlow): Promise<boolean> {
  const keys = await renewKeys(live, flow);
  const certificate = await renewCertificate(live, flow);
  return keys || certificate;
}

async function renewKeys(live: LiveV1Service, flow: ServiceFlow): Promise<boolean> {
  const { taken, course, deps } = flow;
  const { primaryKey, secondaryKey } = taken.service;
  if (live.auth !== "key" || primaryKey === undefined) return false;
  const valueOf = async (reference: SecretReference | undefined) =>
    reference === undefined ? undefined : deps.resolveSecret(reference);
  const former = await giveKeys(
    defined({ primary: await valueOf(primaryKey), secondary: await valueOf(secondaryKey) }),
    flow,
  );
  const isNew = former !== undefined && Object.keys(former).length > 0;
  if (isNew) course.notes.push("The declaration is unchanged, and its keys are not: the service has the new ones.");
  return isNew;
}

async function renewCertificate(live: LiveV1Service, flow: ServiceFlow): Promise<boolean> {
  const { taken, course, deps, work } = flow;
  const { service } = taken;
  if (service.type !== "aci" || service.sslEnabled !== true) return false;
  const { sslCertificate, sslKey } = service;
  if (sslCertificate === undefined || sslKey === undefined) return false;
  const certificate = await deps.resolveSecret(sslCertificate);
  const hash = certificateMark(service, () => certificate)[serviceProperties.certificate] ?? "";
  const shows = (one: LiveV1Service | undefined) => one?.properties[serviceProperties.certificate] === hash;
  if (shows(live)) return false;
  const changes: readonly ServiceChange[] = [
    { op: "replace", path: "/sslCertificate", value: certificate },
    { op: "replace", path: "/sslKey", value: await deps.resolveSecret(sslKey) },
    { op: "add", path: `/properties/${serviceProperties.certificate}`, value: hash },
  ];
  const { name } = service;
  deps.onProgress(`${name}: the certificate has been renewed; sending it.`);
  const sent = await write(name, () => work.services.update(name, changes), shows, work);
  const settled = sent.ok ? await settle(name, sent.value.operation, work) : undefined;
  if (settled?.state === "healthy") {
    course.show(settled.live);
    course.notes.push("The declaration is unchanged, and its certificate is not: the service has the new one.");
    return true;
  }
  if (!sent.ok) course.failBy(sent.failure, `The certificate of the web service ${name} could not be renewed`);
  else
    course.fail(
      "deployment-failed",
      `The web service ${name} is not healthy with its renewed certificate.`,
      "ssl_cert_pem",
    );
  return false;
}

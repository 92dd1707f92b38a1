import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { Emulator } from "../../emulator/emulator.ts";
import { connect, type Azure } from "../../src/azure/azure.ts";
import { systemClock } from "../../src/azure/clock.ts";
import { signInOf } from "../../src/identity.ts";
import { readInputs } from "../../src/inputs.ts";

/** What a test may look at of a connection. */
export type Connected = { readonly azure: Azure; readonly masked: ReadonlySet<string> };

/** The emulator's workspace, signed in to as a step does, in this process and over HTTPS. */
export async function connectTo(emulator: Emulator, signal = new AbortController().signal): Promise<Connected> {
  const environment = emulator.environment("cloud");
  trust(emulator);
  const masked = new Set<string>();
  const inputs = readInputs({});
  const azure = await connect(
    {
      subscriptionId: environment["AZURE_SUBSCRIPTION_ID"] ?? "",
      resourceGroup: environment["AZURE_RESOURCE_GROUP"] ?? "",
      name: environment["AZURE_ML_WORKSPACE"] ?? "",
    },
    {
      ...signInOf(inputs, environment),
      clock: systemClock,
      random: Math.random,
      signal,
      mask: (secret) => void masked.add(secret),
    },
  );
  return { azure, masked };
}

/** As `NODE_EXTRA_CA_CERTS` has a new process do it. */
function trust({ caFile }: Pick<Emulator, "caFile">): void {
  const authority = readFileSync(caFile, "utf8");
  const trusted = getCACertificates("default");
  if (!trusted.includes(authority)) setDefaultCACertificates([...trusted, authority]);
}

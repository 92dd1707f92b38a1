import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { createControl, type Control } from "./control.ts";
import { createFaults } from "./faults.ts";
import { createJournal } from "./journal.ts";
import { machineId } from "./resources/machines.ts";
import { certificates } from "./server/certificates.ts";
import { controlEndpoint } from "./server/control-endpoint.ts";
import { dispatch } from "./server/dispatch.ts";
import { startServer, type EmulatorServer } from "./server/server.ts";
import { createServices } from "./services.ts";
import { seeded, type EmulatorOptions } from "./settings.ts";

/** An Azure ML control plane for one machine. */
export type Emulator = AsyncDisposable &
  Control &
  EmulatorServer & {
    readonly caFile: string;
    readonly machineId: (name: string) => string;
    /** An access token, as another tool of the machine would hold one. @param audience default: ARM. */
    readonly accessToken: (audience?: string) => string;
    readonly journalFile: string;
  };

export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const stateFolder = resolve(options.stateFolder);
  mkdirSync(stateFolder, { recursive: true });
  const tls = await certificates(resolve(options.certificatesFolder ?? join(stateFolder, "certificates")));
  const journalFile = join(stateFolder, "journal.jsonl");
  const journal = createJournal(journalFile);
  const faults = createFaults();
  // Jobs ask for it, and none runs before the server does.
  let origin = "";
  const services = createServices(options, { stateFolder, caFile: tls.caFile, origin: () => origin });
  const control = createControl(services, journal, faults);
  const server = await startServer(tls, options.port ?? 0, {
    journal,
    faults,
    dispatch: async (request, received, active) =>
      received.isControl ? controlEndpoint(request, control) : dispatch(request, received, active, services),
  });
  origin = server.origin;
  const stop = async () => {
    await services.runner.stop();
    await services.servers.stop();
    await services.webServices.empty();
    await server.stop();
    await services.storage.stop();
    services.store.close();
  };
  return {
    ...control,
    ...server,
    caFile: tls.caFile,
    machineId,
    accessToken: (audience = origin) =>
      services.tokens.issueAccess(
        { aud: audience, oid: seeded.clientId, tid: seeded.tenantId },
        services.entra.accessTokenSeconds,
      ),
    journalFile,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

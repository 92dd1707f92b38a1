import type { Outcome } from "./outcome.ts";

/** A job of the workspace as the service shows it. */
export type LiveJob = {
  readonly id: string;
  readonly name: string;
  /** As the service spells it; a word that nobody knew when this was written passes through. */
  readonly status: string;
  readonly displayName?: string;
  readonly experimentName?: string;
  readonly computeId?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  /** `properties.services.Studio.endpoint` */
  readonly studioUrl?: string;
  /** ISO 8601, `systemData.createdAt`. */
  readonly createdAt?: string;
};

/** The jobs of one workspace. Reads are repeated on passing faults; writes are sent exactly once. */
export type Jobs = {
  /** `undefined` when there is none of that name. */
  readonly get: (name: string) => Promise<Outcome<LiveJob | undefined>>;
  readonly put: (name: string, body: unknown) => Promise<Outcome<LiveJob>>;
  /** Asks for the cancellation; the job goes on until its status says otherwise. */
  readonly cancel: (name: string) => Promise<Outcome<void>>;
};

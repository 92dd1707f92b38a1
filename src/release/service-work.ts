import type { ReleaseDeps } from "./kind.ts";
import type { TakenService } from "./service-parts.ts";
import type { ServiceCourse } from "./service-report.ts";
import type { ServiceDeps } from "./service-writes.ts";

/** What the steps of a release share. */
export type ServiceFlow = {
  readonly taken: TakenService;
  readonly course: ServiceCourse;
  readonly deps: ReleaseDeps;
  readonly work: ServiceDeps;
};

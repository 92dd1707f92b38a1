import { shownBy } from "./compare.ts";
import type { WriteTarget } from "./kind.ts";
import { writtenIdentity } from "./managed/written.ts";

export const writeSynapseSpark: WriteTarget = (live) => {
  const at = shownBy(live);
  const [scales, pauses] = [at("autoScaleProperties", "enabled"), at("autoPauseProperties", "enabled")];
  return {
    keys: {
      resource_id: live.resourceId,
      identity: writtenIdentity(live),
      scale_settings:
        scales === undefined
          ? undefined
          : {
              auto_scale_enabled: scales,
              min_node_count: scales === true ? at("autoScaleProperties", "minNodeCount") : undefined,
              max_node_count: scales === true ? at("autoScaleProperties", "maxNodeCount") : undefined,
            },
      auto_pause_settings:
        pauses === undefined
          ? undefined
          : {
              auto_pause_enabled: pauses,
              delay_in_minutes: pauses === true ? at("autoPauseProperties", "delayInMinutes") : undefined,
            },
    },
  };
};

import { join } from "node:path";

/** What pictures are to look like; `npm run pictures -- --approve` writes them. */
export const approvedFolder = join(import.meta.dirname, "approved");

/** What those look like that differ, and where they do. */
export const differingFolder = join(import.meta.dirname, "../../.pictures");

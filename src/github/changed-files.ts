import { apiFailure, githubApi, ownerAndName, type ApiDeps } from "./api.ts";
import type { GithubContext } from "./context.ts";

/** What a pull request changes, relative to the repository, names before a renaming included; or why that is not known. */
export type ChangedFiles =
  | { readonly known: true; readonly files: readonly string[] }
  /** A notice where the event has no such list, a warning where something went wrong. */
  | { readonly known: false; readonly severity: "notice" | "warning"; readonly why: string };

/** GitHub lists no more of a pull request. @see https://docs.github.com/rest/pulls/pulls#list-pull-requests-files */
const mostFiles = 3000;

/** Lists the files that the workflow's pull request changes, page by page. */
export async function listChangedFiles(
  { event, pullRequest: number, repository }: GithubContext,
  token: string | undefined,
  deps: ApiDeps,
): Promise<ChangedFiles> {
  if (number === undefined) {
    const why = `The event ${JSON.stringify(event)} is not about a pull request, so there is nothing to compare with.`;
    return { known: false, severity: "notice", why };
  }
  const unknown = (why: string): ChangedFiles => ({ known: false, severity: "warning", why });
  if (token === undefined)
    return unknown(`The input 'github-token' is empty, so the files of pull request #${number} cannot be listed.`);
  try {
    const api = await githubApi(token, deps);
    const listed = await api.paginate(api.rest.pulls.listFiles, {
      ...ownerAndName(repository),
      pull_number: number,
      per_page: 100,
    });
    if (listed.length >= mostFiles)
      return unknown(`Pull request #${number} changes more files than GitHub lists (${mostFiles}).`);
    const files = listed.flatMap(({ filename, previous_filename: before }) => [
      filename,
      ...(before === undefined ? [] : [before]),
    ]);
    return { known: true, files };
  } catch (error) {
    const { status, message } = apiFailure(error);
    const advice =
      status === 401 || status === 403 || status === 404 ? " Give the job permissions: { pull-requests: read }." : "";
    return unknown(`GitHub did not list the files of pull request #${number}: ${message}.${advice}`);
  }
}

export const id = 727;
export const ids = [727];
export const modules = {

/***/ 7727:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   keepComment: () => (/* binding */ keepComment)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7598);

/** What all requests for one comment may take together, in milliseconds; then the step goes on without it. Our choice. */
const limitMs = 120_000;
/**
 * Keeps the pull request's comment up to date with a result.
 *
 * @returns a failure only where the comment was asked for by `comment: true`. With `auto` it is a convenience: what stands
 *   in its way is told in the log.
 */
async function keepComment(result, context) {
    const { inputs, github, log, signal } = context;
    const wanted = inputs.comment;
    const number = github.pullRequest;
    if (wanted === false || result.command === "doctor" || signal.aborted)
        return [];
    if (number === undefined || (wanted === "auto" && !/^pull_request(_target)?$/.test(github.event))) {
        if (wanted === true)
            log.annotate("warning", `The input 'comment' is true, and the event ${JSON.stringify(github.event)} is about no pull request: there is no comment to write. Use auto for workflows that run on other events too.`);
        return [];
    }
    const token = inputs.githubToken;
    if (token === undefined)
        return wanted === true ? [{ reason: "comment-failed", message: unwritten(number, noToken) }] : [];
    const end = await written(result, { token, repository: github.repository, number }, context).catch((error) => ({
        did: "failed",
        failure: { reason: "unknown", message: error instanceof Error ? error.message : String(error) },
    }));
    switch (end.did) {
        case "created":
        case "updated":
            log.info(`The comment on pull request #${number} was ${end.did}: ${end.url}`);
            return [];
        case "marked-outdated":
            log.info(`The comment on pull request #${number} is about an older commit, and says so now: ${end.url}`);
            return [];
        case "nothing":
            log.info(`The comment on pull request #${number} was left alone: ${reasons[end.because]}.`);
            return [];
        case "failed": {
            if (signal.aborted)
                return [];
            const message = unwritten(number, explain(end.failure));
            if (wanted === true)
                return [{ reason: "comment-failed", message }];
            log.annotate(isForbidden(end.failure) ? "notice" : "warning", message);
            return [];
        }
    }
}
async function written(result, pull, { inputs, github, clock, signal, fallbackWorkspace }) {
    const [{ draftComment }, { keepPullRequestComment }, { withoutSecrets }] = await Promise.all([
        __webpack_require__.e(/* import() */ 554).then(__webpack_require__.bind(__webpack_require__, 5173)),
        __webpack_require__.e(/* import() */ 543).then(__webpack_require__.bind(__webpack_require__, 4543)),
        Promise.resolve(/* import() */).then(__webpack_require__.bind(__webpack_require__, 216)),
    ]);
    // The runner puts secrets out of sight in logs and summaries; nobody does it for comments.
    const draft = draftComment(withoutSecrets(result), {
        identity: identityOf(inputs, fallbackWorkspace),
        commit: github.commit,
        runUrl: github.runUrl,
    });
    return keepPullRequestComment(pull, draft, {
        clock,
        signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
    });
}
const reasons = {
    quiet: "there is nothing to say, and none is there",
    same: "it says this already",
    newer: "the pull request has a newer commit than this step looked at",
    "other-command": "validate found nothing, and the comment is another command's",
};
const noToken = "The input 'github-token' is empty. Leave it out, or give a token";
function unwritten(number, why) {
    return `The comment on pull request #${number} could not be written. ${why}.`;
}
function isForbidden({ status }) {
    return status === 401 || status === 403 || status === 404;
}
function explain(failure) {
    if (!isForbidden(failure))
        return `GitHub did not take it: ${failure.message.replace(/\.$/, "")}`;
    return `GitHub refused the token with ${failure.message}. Give the job permissions: { contents: read, pull-requests: write }; workflows of pull requests from forks and of Dependabot never get the latter, and set comment: false where no comment is wanted`;
}
/** The same for every command on the same declarations and workspace, so that `plan` after `validate` has one comment. */
function identityOf(inputs, fallback) {
    const { config, targets, run, deploy, set, only, workingDirectory } = inputs;
    const workspace = [
        inputs.subscriptionId ?? fallback.subscriptionId,
        inputs.resourceGroup ?? fallback.resourceGroup,
        inputs.workspace ?? fallback.name,
    ].map((part) => part?.toLowerCase() ?? "");
    const parts = [config, targets ?? "", run ?? "", deploy ?? "", set, only, workingDirectory, workspace];
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}


/***/ })

};

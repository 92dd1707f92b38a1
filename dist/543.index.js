export const id = 543;
export const ids = [543,554];
export const modules = {

/***/ 8416:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ succeeded),
/* harmony export */   g: () => (/* binding */ failed)
/* harmony export */ });
function succeeded(value) {
    return { ok: true, value };
}
function failed(failure) {
    return { ok: false, failure };
}


/***/ }),

/***/ 5162:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C3: () => (/* binding */ pauseSeconds),
/* harmony export */   LH: () => (/* binding */ withRetries),
/* harmony export */   g5: () => (/* binding */ failureOf),
/* harmony export */   jG: () => (/* binding */ retryAfterSeconds)
/* harmony export */ });
/* harmony import */ var _outcome_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(8416);
/* harmony import */ var _service_error_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6576);


const mostTries = 6;
/** All waits of one call together, in seconds. Our choice: longer than any throttling window that ARM announces. */
const longestWait = 240;
/** Sends, and sends again where that is safe. */
async function withRetries(repeatable, sendOnce, { clock, random, signal, tries = mostTries }) {
    let waited = 0;
    for (let attempt = 1;; attempt += 1) {
        const result = await tried(sendOnce, signal);
        if (result.ok && !isPassing(result.value.status, repeatable))
            return result;
        const outcome = result.ok
            ? answered(result.value, repeatable)
            : { ok: false, failure: lost(result.failure, repeatable) };
        const again = result.ok || (result.failure.reason !== "cancelled" && (repeatable === "read" || neverSent(result.failure)));
        const pause = pauseSeconds(attempt, result.ok ? result.value.headers : {}, clock, random);
        if (!again || attempt >= tries || waited + pause > longestWait)
            return outcome;
        waited += pause;
        try {
            await clock.sleep(pause, signal);
        }
        catch {
            return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .failed */ .g)({
                reason: "cancelled",
                error: { code: "Cancelled", message: "The workflow was cancelled.", details: [] },
            });
        }
    }
}
/** 429 always means that nothing was done. */
function isPassing(status, repeatable) {
    return status === 429 || (repeatable === "read" && (status === 408 || status >= 500));
}
function answered(answer, repeatable) {
    return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .failed */ .g)({
        ...failureOf(answer),
        reason: repeatable === "read" || answer.status === 429 ? "unreachable" : "unknown",
    });
}
function lost(failure, repeatable) {
    if (failure.reason === "cancelled")
        return failure;
    return { ...failure, reason: repeatable === "read" || neverSent(failure) ? "unreachable" : "unknown" };
}
async function tried(sendOnce, signal) {
    try {
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .succeeded */ .P)(await sendOnce());
    }
    catch (error) {
        if (isNotFromTheNetwork(error))
            throw error;
        if (signal.aborted) {
            return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .failed */ .g)({
                reason: "cancelled",
                error: { code: "Cancelled", message: "The workflow was cancelled.", details: [] },
            });
        }
        return (0,_outcome_js__WEBPACK_IMPORTED_MODULE_0__/* .failed */ .g)({ reason: "unreachable", error: { code: codeOf(error), message: messageOf(error), details: [] } });
    }
}
/** A failed sign-in, or a fault of ours, is no matter of the connection. */
function isNotFromTheNetwork(error) {
    if (!(error instanceof Error))
        return true;
    return (!["RestError", "AbortError", "TimeoutError"].includes(error.name) &&
        !("code" in error && typeof error.code === "string"));
}
/** Faults of the way to the service that come before a single byte of the request: nothing can have been carried out. */
const beforeSending = new Set([
    "ENOTFOUND",
    "ECONNREFUSED",
    "EAI_AGAIN",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "CERT_HAS_EXPIRED",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
]);
function neverSent(failure) {
    return beforeSending.has(failure.error.code);
}
function codeOf(error) {
    return error instanceof Error && "code" in error && typeof error.code === "string"
        ? error.code
        : error instanceof Error
            ? error.name
            : "Error";
}
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
/** `Retry-After` in seconds or as a date; else growing pauses with jitter. */
function pauseSeconds(attempt, headers, clock, random) {
    const milliseconds = Number(headers["retry-after-ms"] ?? headers["x-ms-retry-after-ms"]);
    if (Number.isFinite(milliseconds) && milliseconds > 0)
        return milliseconds / 1000;
    return retryAfterSeconds(headers, clock) ?? Math.min(2 ** (attempt - 1), 30) * (0.5 + random() / 2);
}
function retryAfterSeconds(headers, clock) {
    const text = headers["retry-after"];
    if (text === undefined)
        return undefined;
    if (/^\d+(\.\d+)?$/.test(text.trim()))
        return Number(text);
    const date = Date.parse(text);
    return Number.isNaN(date) ? undefined : Math.max(0, (date - clock.now()) / 1000);
}
/** An answer that is no success, as a failure. */
function failureOf({ status, headers, body }) {
    const correlationId = headers["x-ms-correlation-request-id"];
    const requestId = headers["x-ms-request-id"];
    return {
        reason: status === 404 ? "not-found" : status === 408 || status >= 500 ? "unknown" : "refused",
        status,
        error: (0,_service_error_js__WEBPACK_IMPORTED_MODULE_1__/* .serviceErrorOf */ .T)(body, { code: `HTTP${status}`, message: `The service answered with status ${status} and no explanation.` }, { ...(correlationId === undefined ? {} : { correlationId }), ...(requestId === undefined ? {} : { requestId }) }),
    };
}


/***/ }),

/***/ 654:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Mc: () => (/* binding */ githubApi),
/* harmony export */   tF: () => (/* binding */ apiFailure),
/* harmony export */   uD: () => (/* binding */ ownerAndName)
/* harmony export */ });
/* harmony import */ var _azure_retry_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5162);
/* harmony import */ var _version_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8508);


/** How long one request may take before it counts as lost. Our choice. */
const requestTimeoutMs = 20_000;
/** How often one request is sent at most, and seconds that all its pauses may take together: GitHub's secondary limits ask for one minute. */
const mostTries = 4;
const longestWait = 90;
/**
 * A client that sends a request again where that is safe: after 429 and the two rate limits, with which nothing was
 * done, and for everything but POST after timeouts, resets and 5xx too. The library is loaded here, and by nobody else.
 */
async function githubApi(token, { clock, signal }) {
    const { getOctokit: open } = await __webpack_require__.e(/* import() */ 785).then(__webpack_require__.bind(__webpack_require__, 2785));
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const api = open(token, { userAgent: `azureml-targets/${_version_js__WEBPACK_IMPORTED_MODULE_1__/* .version */ .r}`, log: silent });
    api.hook.wrap("request", async (request, options) => {
        let waited = 0;
        for (let attempt = 1;; attempt += 1) {
            // Changed in place: the hook that adds the token hands on the options that it was bound to.
            options.request = {
                ...options.request,
                signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
            };
            try {
                const response = await request(options);
                if (typeof response.data === "string" && response.data !== "")
                    throw new Error("GitHub's answer was not the JSON that it should have been.");
                return response;
            }
            catch (error) {
                const isQuestion = options.method !== "POST" || options.url.endsWith("/graphql");
                const pause = pauseAfter(error, attempt, isQuestion, clock);
                if (signal.aborted || pause === undefined || attempt >= mostTries || waited + pause > longestWait)
                    throw error;
                waited += pause;
                await clock.sleep(pause, signal);
            }
        }
    });
    return api;
}
function answerOf(error) {
    return error instanceof Error && "response" in error ? error.response : undefined;
}
/** Seconds until the next try; `undefined` when there must be none. */
function pauseAfter(error, attempt, isQuestion, clock) {
    const answer = answerOf(error);
    const headers = Object.fromEntries(Object.entries(answer?.headers ?? {}).map(([name, value]) => [name, String(value ?? "")]));
    if (answer !== undefined && isLimited(answer)) {
        if (headers["retry-after"] !== undefined)
            return (0,_azure_retry_js__WEBPACK_IMPORTED_MODULE_0__/* .pauseSeconds */ .C3)(attempt, headers, clock, Math.random);
        if (headers["x-ratelimit-remaining"] === "0")
            return Math.max(1, Number(headers["x-ratelimit-reset"] ?? 0) - clock.now() / 1000);
        // GitHub's advice where it names no time.
        return answer.status === 403 ? 60 : (0,_azure_retry_js__WEBPACK_IMPORTED_MODULE_0__/* .pauseSeconds */ .C3)(attempt, headers, clock, Math.random);
    }
    const passing = answer === undefined || answer.status === 408 || answer.status >= 500;
    return passing && isQuestion ? (0,_azure_retry_js__WEBPACK_IMPORTED_MODULE_0__/* .pauseSeconds */ .C3)(attempt, headers, clock, Math.random) : undefined;
}
/** @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function isLimited({ status, headers, data }) {
    if (status === 429)
        return true;
    if (status !== 403)
        return false;
    return (headers["retry-after"] !== undefined ||
        headers["x-ratelimit-remaining"] === "0" ||
        /secondary rate limit|abuse detection/i.test(messageOf(data)));
}
function messageOf(data) {
    const message = data?.message;
    return typeof message === "string" ? message : "";
}
/** What a call's error means. */
function apiFailure(error) {
    const answer = answerOf(error);
    if (answer === undefined)
        return { reason: "unknown", message: error instanceof Error ? error.message : String(error) };
    const message = messageOf(answer.data);
    return {
        reason: answer.status === 408 || answer.status >= 500 ? "unknown" : "refused",
        status: answer.status,
        message: `status ${answer.status}${message === "" ? "" : ` (${message})`}`,
    };
}
function ownerAndName(repository) {
    const [owner = "", repo = ""] = repository.split("/");
    return { owner, repo };
}


/***/ }),

/***/ 4543:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   keepPullRequestComment: () => (/* binding */ keepPullRequestComment)
/* harmony export */ });
/* harmony import */ var _report_comment_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5173);
/* harmony import */ var _api_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(654);


/** How often what stands there is looked at before this gives up: once, once after each write, and after lost replies. */
const mostRounds = 4;
/**
 * Keeps the one comment that a pull request has about a configuration as the draft says.
 *
 * What stands there is read before every write and after a new comment: so a lost reply leads to no second comment, and
 * of two that workflow runs began at the same moment the younger one is deleted. Never throws for what GitHub answers.
 */
async function keepPullRequestComment(pull, draft, ports) {
    try {
        const api = await (0,_api_js__WEBPACK_IMPORTED_MODULE_1__/* .githubApi */ .Mc)(pull.token, ports);
        return await settle(commentsOn(api, pull), draft);
    }
    catch (error) {
        return { did: "failed", failure: (0,_api_js__WEBPACK_IMPORTED_MODULE_1__/* .apiFailure */ .tF)(error) };
    }
}
async function settle(comments, draft) {
    let created;
    let lost;
    for (let round = 1; round <= mostRounds; round += 1) {
        const [oldest, ...others] = await comments.about(draft.identity);
        if (oldest === undefined && created !== undefined)
            return { did: "created", url: created.url };
        if (oldest === undefined && !draft.worthSaying)
            return { did: "nothing", because: "quiet" };
        const step = (0,_report_comment_js__WEBPACK_IMPORTED_MODULE_0__.decideComment)(oldest?.body, draft, await comments.head());
        for (const other of others)
            await comments.remove(other);
        if (step.do === "nothing") {
            if (oldest !== undefined && (created !== undefined || lost !== undefined))
                return { did: "created", url: oldest.url };
            return { did: "nothing", because: step.because };
        }
        if (step.do === "create") {
            try {
                created = await comments.create(draft.body);
            }
            catch (error) {
                // Perhaps it is there all the same: the next round sees.
                lost = (0,_api_js__WEBPACK_IMPORTED_MODULE_1__/* .apiFailure */ .tF)(error);
                if (lost.reason !== "unknown")
                    throw error;
            }
            continue;
        }
        if (oldest === undefined)
            continue;
        // A newer run may have written since the list was read; its word must not be covered with an old one.
        if (step.because === "outdated" && (await comments.bodyOf(oldest)) !== oldest.body)
            continue;
        await comments.update(oldest, step.body);
        return { did: step.because === "outdated" ? "marked-outdated" : "updated", url: oldest.url };
    }
    if (created !== undefined)
        return { did: "created", url: created.url };
    const changing = { reason: "unknown", message: "it changed again and again while it was being read" };
    return { did: "failed", failure: lost ?? changing };
}
function commentsOn(api, { token, repository, number }) {
    const { owner, repo } = (0,_api_js__WEBPACK_IMPORTED_MODULE_1__/* .ownerAndName */ .uD)(repository);
    let author;
    const found = ({ id, html_url: url, body }) => ({
        id,
        url,
        body: body ?? "",
    });
    return {
        /** The pull request's newest commit. */
        head: async () => (await api.rest.pulls.get({ owner, repo, pull_number: number })).data.head.sha,
        /** Our own comments about a configuration, the oldest first. A marker that somebody else pasted makes a comment not ours. */
        about: async (identity) => {
            const all = await api.paginate(api.rest.issues.listComments, {
                owner,
                repo,
                issue_number: number,
                per_page: 100,
            });
            const marked = all.filter(({ body }) => (0,_report_comment_js__WEBPACK_IMPORTED_MODULE_0__.readMarker)(body ?? "")?.identity === identity);
            if (marked.length === 0)
                return [];
            author ??= whoWrites(api, token);
            const login = await author;
            return marked
                .filter(({ user }) => user !== null && isOf(login, user))
                .sort((a, b) => a.id - b.id)
                .map(found);
        },
        bodyOf: async ({ id }) => (await api.rest.issues.getComment({ owner, repo, comment_id: id })).data.body,
        create: async (body) => found((await api.rest.issues.createComment({ owner, repo, issue_number: number, body })).data),
        update: async ({ id }, body) => {
            await api.rest.issues.updateComment({ owner, repo, comment_id: id, body });
        },
        remove: async ({ id }) => {
            try {
                await api.rest.issues.deleteComment({ owner, repo, comment_id: id });
            }
            catch (error) {
                // Another run, which saw both as well, was faster.
                if ((0,_api_js__WEBPACK_IMPORTED_MODULE_1__/* .apiFailure */ .tF)(error).status !== 404)
                    throw error;
            }
        },
    };
}
/** The author of what is written with a workflow's own token. */
const workflowAuthor = "github-actions[bot]";
/**
 * Whom the token speaks for. A workflow's token may not ask `GET /user`; GraphQL's viewer answers to every token. Where
 * neither can be had, it is taken for a workflow's own.
 */
async function whoWrites(api, token) {
    try {
        const { viewer } = await api.graphql("query { viewer { login } }");
        return viewer.login;
    }
    catch {
        // Tokens of apps begin so, and the next question is not for them.
        if (token.startsWith("ghs_"))
            return workflowAuthor;
    }
    try {
        return (await api.rest.users.getAuthenticated()).data.login;
    }
    catch {
        return workflowAuthor;
    }
}
/** Apps are `name[bot]` in REST, and in GraphQL with or without. */
function isOf(login, user) {
    return user.login === login || (user.type === "Bot" && user.login === `${login}[bot]`);
}


/***/ }),

/***/ 5173:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   commentBytes: () => (/* binding */ commentBytes),
/* harmony export */   decideComment: () => (/* binding */ decideComment),
/* harmony export */   draftComment: () => (/* binding */ draftComment),
/* harmony export */   marker: () => (/* binding */ marker),
/* harmony export */   outdated: () => (/* binding */ outdated),
/* harmony export */   readMarker: () => (/* binding */ readMarker)
/* harmony export */ });
/* harmony import */ var _budget_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9542);
/* harmony import */ var _escape_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9924);
/* harmony import */ var _format_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2772);
/* harmony import */ var _markdown_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(4902);




/**
 * GitHub takes 65,536 characters. Counted in bytes, which are never fewer, and with room left for the sentence that an
 * outdated comment begins with.
 */
const commentBytes = 65_536 - 1_024;
/** What a result looks like as the comment of a pull request. */
function draftComment(result, { identity, commit, runUrl }) {
    const { command } = result;
    const head = `${marker({ identity, commit, command })}\n`;
    const foot = runUrl === undefined ? "" : `\n${footStart}${(0,_escape_js__WEBPACK_IMPORTED_MODULE_0__/* .link */ .nf)("Workflow run with the whole report", runUrl)}</sub>\n`;
    const [heading, ...rest] = (0,_markdown_js__WEBPACK_IMPORTED_MODULE_1__/* .sections */ .V)(result, "comment");
    const parts = [
        ...(heading === undefined ? [] : [heading]),
        { rank: 0, text: `For commit ${commitText(commit)}.${verdict(result)}\n` },
        ...rest,
    ];
    const pointer = runUrl === undefined
        ? "The whole report is in the job summary of the workflow run."
        : `The whole report is in the job summary of the ${(0,_escape_js__WEBPACK_IMPORTED_MODULE_0__/* .link */ .nf)("workflow run", runUrl)}.`;
    const text = (0,_budget_js__WEBPACK_IMPORTED_MODULE_2__/* .fit */ .Uj)(parts, commentBytes - (0,_budget_js__WEBPACK_IMPORTED_MODULE_2__/* .bytesOf */ .$$)(head) - (0,_budget_js__WEBPACK_IMPORTED_MODULE_2__/* .bytesOf */ .$$)(foot), pointer);
    return { identity, commit, command, body: `${head}${text}${foot}`, worthSaying: isWorthSaying(result) };
}
function isWorthSaying({ failures, problems, plan, environments, targets, run, leftGoing }) {
    return (failures.length > 0 ||
        leftGoing.length > 0 ||
        run !== undefined ||
        plan?.hasChanges === true ||
        problems.some(({ severity }) => severity !== "notice") ||
        environments.some(({ action }) => action !== "none") ||
        targets.some(({ action }) => action !== "none"));
}
/** A commit id stands for itself: GitHub makes a link of it. */
function commitText(commit) {
    return /^[0-9a-f]{40,64}$/.test(commit) ? commit : (0,_escape_js__WEBPACK_IMPORTED_MODULE_0__/* .code */ .aY)(commit);
}
/** The plan in one line: ` 1 to create, 2 to attach, 3 unchanged.` */
function verdict({ command, plan, problems, failures }) {
    if (command === "validate")
        return failures.length === 0 && problems.length === 0 ? " The declarations have no problems." : "";
    if (plan === undefined || plan.steps.length === 0)
        return "";
    const groups = {
        "to create": ["create", "recreate"],
        "to attach": ["attach", "replace", "adopt"],
        "to update": ["update"],
        "to attach again": ["reattach"],
        "to detach": ["detach", "delete"],
        "in flight": ["join", "wait"],
        refused: ["refuse"],
        unchanged: ["none"],
    };
    const counts = Object.entries(groups)
        .map(([words, actions]) => [plan.steps.filter(({ action }) => actions.includes(action)).length, words])
        .filter(([number]) => number > 0);
    return ` ${(0,_format_js__WEBPACK_IMPORTED_MODULE_3__/* .count */ .U9)(plan.steps.length, "target")}: ${counts.map(([number, words]) => `${number} ${words}`).join(", ")}.`;
}
/** The first line of a comment, which nobody sees, and by which it is found again. */
function marker({ identity, commit, command }) {
    const hex = (text) => text.replaceAll(/[^0-9a-f]/g, "");
    return `<!-- azureml-targets: id=${hex(identity)} commit=${hex(commit)} command=${command} -->`;
}
/** Only the first line counts: what a report quotes further down is text. */
function readMarker(body) {
    const found = /^<!-- azureml-targets: id=([0-9a-f]+) commit=([0-9a-f]*) command=([a-z]+) -->\r?\n/.exec(body);
    const [, identity, commit, command] = found ?? [];
    return identity === undefined || commit === undefined || command === undefined
        ? undefined
        : { identity, commit, command };
}
/**
 * Decides on a comment.
 *
 * A step that looked at an older commit than the pull request has now says nothing of its own any more: it only marks
 * what was said of an older commit as outdated. A `validate` that finds nothing leaves the word of another command
 * alone, because in many jobs it is followed by that very command.
 *
 * @param existing body of the comment that is there.
 * @param head the pull request's newest commit.
 */
function decideComment(existing, draft, head) {
    if (existing === undefined) {
        if (head !== draft.commit)
            return { do: "nothing", because: "newer" };
        return draft.worthSaying ? { do: "create" } : { do: "nothing", because: "quiet" };
    }
    const mark = readMarker(existing);
    const markOutdated = (otherwise) => {
        if (mark?.commit === head)
            return { do: "nothing", because: otherwise };
        const body = outdated(existing, head);
        return isSame(existing, body) ? { do: "nothing", because: otherwise } : { do: "update", body, because: "outdated" };
    };
    if (head !== draft.commit)
        return markOutdated("newer");
    if (draft.command === "validate" && !draft.worthSaying && mark?.command !== "validate")
        return markOutdated("other-command");
    if (isSame(existing, draft.body))
        return { do: "nothing", because: "same" };
    return { do: "update", body: draft.body, because: "different" };
}
const footStart = "<sub>";
/** Whether two bodies say the same. Which workflow run said so makes no difference, nor how GitHub ends lines. */
function isSame(a, b) {
    const said = (body) => {
        const text = body.replaceAll("\r\n", "\n").trimEnd();
        const foot = text.lastIndexOf(`\n${footStart}`);
        return (foot < 0 ? text : text.slice(0, foot)).trimEnd();
    };
    return said(a) === said(b);
}
/** The same comment with the sentence that the pull request has moved on, in place of an earlier one. */
function outdated(body, head) {
    const text = body.replaceAll("\r\n", "\n");
    const heading = text.indexOf("\n## ");
    const mark = text.slice(0, text.indexOf("\n"));
    const rest = heading < 0 ? text.slice(mark.length + 1) : text.slice(heading + 1);
    const commit = readMarker(text)?.commit ?? "";
    const about = commit === "" ? "an older commit" : `commit ${commitText(commit)}`;
    return `${mark}\n> [!WARNING]\n> Outdated: this is about ${about}, and the pull request is at ${commitText(head)} now.\n\n${rest}`;
}


/***/ }),

/***/ 8508:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   r: () => (/* binding */ version)
/* harmony export */ });
/** The version of this action, as `package.json` has it. */
const version = "0.1.0";


/***/ })

};

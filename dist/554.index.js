export const id = 554;
export const ids = [554];
export const modules = {

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


/***/ })

};

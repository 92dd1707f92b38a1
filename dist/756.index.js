export const id = 756;
export const ids = [756];
export const modules = {

/***/ 8764:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ cancelRun)
/* harmony export */ });
/** The runner kills 10 s after its first signal; the cancellation has to be out well before. */
const longestSeconds = 6;
/** A submission that was cut off may still be on its way when the cancellation arrives. */
const looksForRun = 4;
/** Asks for the cancellation of a run, whatever else has been aborted. A run that cannot be found is looked for a little. */
async function cancelRun(name, jobs, clock) {
    const until = AbortSignal.timeout(longestSeconds * 1000);
    for (let look = 1;; look += 1) {
        const asked = await jobs.cancel(name, until);
        if (asked.ok || asked.failure.reason !== "not-found" || look >= looksForRun || until.aborted)
            return asked;
        await clock.sleep(0.5);
    }
}


/***/ }),

/***/ 6756:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   post: () => (/* binding */ post)
/* harmony export */ });
/* harmony import */ var _azure_clock_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1902);
/* harmony import */ var _github_log_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(284);
/* harmony import */ var _github_mask_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(216);
/* harmony import */ var _github_outputs_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(1224);
/* harmony import */ var _github_state_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6847);
/* harmony import */ var _identity_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(5320);
/* harmony import */ var _inputs_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(8175);
/* harmony import */ var _job_cancel_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(8764);
/* harmony import */ var _report_escape_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(9924);









/**
 * Finishes what `main` could not: a run that was submitted and neither followed to its end nor left on purpose. After a
 * cancelled workflow it is cancelled; after a crash it is named, with how to resume or cancel it.
 */
async function post(environment) {
    const { run, settled, cancelled } = (0,_github_state_js__WEBPACK_IMPORTED_MODULE_4__/* .savedRun */ .xY)();
    if (run === undefined || settled)
        return;
    for (const secret of (0,_identity_js__WEBPACK_IMPORTED_MODULE_5__/* .earlySecrets */ .vP)(environment))
        (0,_github_mask_js__WEBPACK_IMPORTED_MODULE_2__.mask)(secret);
    const log = (0,_github_log_js__WEBPACK_IMPORTED_MODULE_1__/* .createLog */ .h)();
    const message = cancelled ? await cancel() : goesOn("The step ended before the run did");
    log.annotate("warning", message);
    await (0,_github_outputs_js__WEBPACK_IMPORTED_MODULE_3__/* .appendSummary */ .f)(environment, `\n### Still going on\n\n- ${(0,_report_escape_js__WEBPACK_IMPORTED_MODULE_7__/* .inline */ .mG)(message)}\n`);
    function goesOn(why) {
        const name = run?.name ?? "";
        return `${why}: '${name}' may go on in Azure. To resume: command: train with run-name: ${name}. To cancel: az ml job cancel --name ${name}.`;
    }
    async function cancel() {
        if (run === undefined)
            return "";
        try {
            const { connectJobs } = await Promise.all(/* import() */[__webpack_require__.e(315), __webpack_require__.e(401)]).then(__webpack_require__.bind(__webpack_require__, 2401));
            const signIn = (0,_identity_js__WEBPACK_IMPORTED_MODULE_5__/* .signInOf */ .UI)((0,_inputs_js__WEBPACK_IMPORTED_MODULE_6__/* .readInputs */ .Ko)(environment), environment);
            const jobs = await connectJobs(run.workspace, {
                ...signIn,
                clock: _azure_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .systemClock */ .m,
                random: Math.random,
                signal: AbortSignal.timeout(60_000),
                mask: _github_mask_js__WEBPACK_IMPORTED_MODULE_2__.mask,
            });
            const asked = await (0,_job_cancel_js__WEBPACK_IMPORTED_MODULE_8__/* .cancelRun */ .S)(run.name, jobs, _azure_clock_js__WEBPACK_IMPORTED_MODULE_0__/* .systemClock */ .m);
            if (asked.ok)
                return `The workflow was cancelled; the cancellation of the run '${run.name}' was asked for.`;
            // Recorded before the submission was sent: it may never have come about.
            if (asked.failure.reason === "not-found")
                return `The workflow was cancelled before the run '${run.name}' came about; nothing goes on.`;
            return goesOn(`The run could not be cancelled (${asked.failure.error.message})`);
        }
        catch (error) {
            return goesOn(`The run could not be cancelled (${error instanceof Error ? error.message : String(error)})`);
        }
    }
}


/***/ })

};

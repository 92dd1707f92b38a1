export const id = 541;
export const ids = [541];
export const modules = {

/***/ 7541:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   checked: () => (/* binding */ checked),
/* harmony export */   validate: () => (/* binding */ validate)
/* harmony export */ });
/* harmony import */ var _declaration_problem_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1016);

/**
 * Reads every declaration and reports all problems at once. No credentials, no secret's value, and no network but for
 * `changed-only`, which asks GitHub for the pull request's files.
 */
async function validate(context) {
    if (!context.inputs.changedOnly)
        return checked(await context.declare());
    const changed = await context.changedFiles();
    const declaration = await context.declare(changed.known ? changed.files : undefined);
    if (changed.known)
        context.log.info(looked(declaration));
    else
        context.log.annotate(changed.severity, `changed-only: ${changed.why} Every declaration was validated.`);
    return checked(declaration);
}
function looked({ files }) {
    if (files.length === 0)
        return "changed-only: the pull request changes no declaration file, and no file that one refers to.";
    return `changed-only: these are changed, or refer to what is changed: ${files.join(", ")}.`;
}
/** What the reading of the declarations contributes: the files, the problems, and a failure when one is an error. */
function checked(declaration) {
    const errors = declaration.problems.filter(_declaration_problem_js__WEBPACK_IMPORTED_MODULE_0__/* .isError */ .bJ);
    return {
        files: declaration.files,
        skipped: declaration.skipped,
        problems: declaration.problems,
        failures: errors.length === 0
            ? []
            : [
                {
                    reason: errors.every(({ code }) => code === "not-supported-yet")
                        ? "not-supported"
                        : "invalid-declaration",
                    message: errors.length === 1
                        ? "The declaration has 1 error; it is listed with its place."
                        : `The declarations have ${errors.length} errors; each is listed with its place.`,
                },
            ],
    };
}


/***/ })

};

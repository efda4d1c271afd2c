/* Takes the reader to what needs another look, as soon as a form comes back with it. */

document.querySelector("[data-error-summary]")?.focus();

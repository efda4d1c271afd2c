/* Shows the print button, which does nothing without this. */

for (const place of document.querySelectorAll("[data-print-button]")) {
    place.hidden = false;
    place.querySelector("button").addEventListener("click", () => window.print());
}

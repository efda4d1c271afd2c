/* Opens a fold where the screen has room for it, and folds it where it has not. */

for (const fold of document.querySelectorAll("details[data-open-where]")) {
    const room = window.matchMedia(fold.dataset.openWhere);
    const follow = () => {
        fold.open = room.matches;
    };
    follow();
    room.addEventListener("change", follow);
}

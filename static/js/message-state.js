/* Says that an email has gone as soon as it has, without a reload. Looks five times, then stops. */

const state = document.querySelector("[data-message-state]");
const before = state?.innerHTML;

async function look(times) {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.querySelector("[data-message-state]")?.innerHTML;
    if (now && now !== before) {
        state.innerHTML = now;
    } else if (times > 1) {
        setTimeout(look, 3000, times - 1);
    }
}

if (state) setTimeout(look, 2000, 5);

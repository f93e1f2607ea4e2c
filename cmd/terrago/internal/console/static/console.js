// Keeps the page up to date. Without it everything works, after a reload.
(() => {
  const period = 2000;

  // swap replaces only the sections that differ, so that scrolling survives, and
  // keeps open what is open and the focus where it is.
  function swap(fresh) {
    const main = document.querySelector("main");
    const next = fresh.querySelector("main");
    const focused = document.activeElement?.id;
    for (const open of main.querySelectorAll("details[open]")) {
      next.querySelector("#" + CSS.escape(open.id))?.setAttribute("open", "");
    }
    const sections = [...main.children];
    const others = [...next.children];
    if (sections.length === others.length) {
      for (const [i, section] of sections.entries()) {
        if (!section.isEqualNode(others[i])) section.replaceWith(others[i]);
      }
      main.dataset.version = next.dataset.version;
    } else {
      main.replaceWith(next);
    }
    if (focused && document.activeElement?.id !== focused) {
      document.getElementById(focused)?.focus({ preventScroll: true });
    }
  }

  async function look() {
    const main = document.querySelector("main[data-version]");
    if (!main || document.hidden) return;
    const version = await (await fetch("/console/version")).text();
    if (version === main.dataset.version) return;
    const page = await (await fetch(location.href)).text();
    swap(new DOMParser().parseFromString(page, "text/html"));
  }

  async function keepLooking() {
    try {
      await look();
      document.body.classList.remove("gone");
    } catch {
      document.body.classList.add("gone"); // stopped: say so, and try again
    }
    setTimeout(keepLooking, period);
  }
  keepLooking();
})();

// Keeps the page up to date. Without it everything works, after a reload.
(() => {
  const period = 2000;

  // swap replaces only the sections that differ, so that scrolling and focus
  // survive, and opened deliveries stay open.
  function swap(fresh) {
    const main = document.querySelector("main");
    const next = fresh.querySelector("main");
    const focused = document.activeElement?.id;
    if (main.children.length !== next.children.length) {
      main.replaceWith(next);
      return;
    }
    for (const [i, section] of [...main.children].entries()) {
      const other = next.children[i];
      for (const open of section.querySelectorAll("details[open]")) {
        other.querySelector("#" + CSS.escape(open.id))?.setAttribute("open", "");
      }
      if (section.outerHTML !== other.outerHTML) section.replaceWith(other);
    }
    main.dataset.version = next.dataset.version;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
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

// Keeps the page up to date. Without it everything works, after a reload.
(() => {
  const main = () => document.querySelector("main[data-version]");
  if (!main() || !window.EventSource) return;

  // dirty is whether somebody has filled a field in.
  function dirty(field) {
    if (field.type === "hidden") return false;
    if (!field.options) return field.value !== field.defaultValue;
    const usual = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(usual, 0);
  }

  // swap replaces only the sections that differ, so that scrolling survives. It keeps
  // open what is open, what is being filled in as it is, and the focus where it is.
  function swap(fresh) {
    const old = main();
    const next = fresh.querySelector("main[data-version]");
    if (!next) return;
    const focused = document.activeElement?.id;
    for (const open of old.querySelectorAll("details[open][id]")) {
      next.querySelector("#" + CSS.escape(open.id))?.setAttribute("open", "");
    }
    const sections = [...old.children];
    const others = [...next.children];
    if (sections.length === others.length) {
      for (const [i, section] of sections.entries()) {
        const filledIn = [...section.querySelectorAll("input, select")].some(dirty);
        if (!filledIn && !section.isEqualNode(others[i])) section.replaceWith(others[i]);
      }
      old.dataset.version = next.dataset.version;
    } else {
      old.replaceWith(next);
    }
    if (focused && document.activeElement?.id !== focused) {
      document.getElementById(focused)?.focus({ preventScroll: true });
    }
  }

  let busy = false;
  let wanted = "";
  async function show(version) {
    wanted = version;
    if (busy) return;
    busy = true;
    try {
      while (main() && main().dataset.version !== wanted) {
        const seen = wanted;
        const answer = await fetch(location.href);
        if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
        if (wanted === seen) break; // what has changed since is told of
      }
    } catch {
      // The stream finds out that the server is gone, and when it is back.
    } finally {
      busy = false;
    }
  }

  // One stream for the page, and none while nobody looks at it: a browser has few
  // connections to a server.
  let stream;
  function listen() {
    if (document.hidden) {
      stream?.close();
      stream = undefined;
      return;
    }
    if (stream && stream.readyState !== EventSource.CLOSED) return;
    stream = new EventSource("/live");
    stream.onopen = () => document.body.classList.remove("gone");
    stream.onerror = () => document.body.classList.add("gone");
    stream.onmessage = (message) => show(message.data);
  }
  document.addEventListener("visibilitychange", listen);
  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", listen);
  listen();
})();

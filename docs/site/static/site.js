"use strict";

// What scrolls is reached by the keyboard, and says what it is; what fits is no stop on the way.
function reach() {
  for (const box of document.querySelectorAll(".table-wrapper, .highlight pre")) {
    const scrolls = box.scrollWidth > box.clientWidth;
    if (!scrolls) {
      box.removeAttribute("tabindex");
      continue;
    }
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", box.tagName === "PRE" ? "Code" : "Table");
  }
}

addEventListener("load", reach);
addEventListener("resize", reach);

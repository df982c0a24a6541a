// Makes what Material's own script adds to a page fit for keyboards and screen readers.
const WIDE = ".md-typeset__scrollwrap, .diagram, .display, .notebook-text > :is(p, ul, ol, blockquote)";

function mend() {
  // What can be scrolled, can be reached with the keyboard.
  for (const area of document.querySelectorAll(WIDE)) {
    if (area.scrollWidth > area.clientWidth) area.tabIndex = 0;
    else area.removeAttribute("tabindex");
  }
  // The button that copies a piece of code is no part of the navigation.
  for (const nav of document.querySelectorAll(".md-code__nav")) nav.setAttribute("role", "presentation");
}

new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
addEventListener("load", mend);
addEventListener("resize", mend);
mend();

// Draws the diagrams of a page with the Mermaid that came with the site, in the theme the reader chose.
if (window.mermaid) {
  const dark = document.body.getAttribute("data-md-color-scheme") === "slate";
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: dark ? "dark" : "neutral" });
  document.addEventListener("DOMContentLoaded", () => mermaid.run({ querySelector: ".diagram" }));
}

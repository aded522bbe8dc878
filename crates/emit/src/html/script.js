"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const files = Array.from(document.querySelectorAll("#findings .file"), (element) => ({
    element,
    path: element.querySelector("h3 code").textContent.toLowerCase(),
    number: element.querySelector("h3 .number"),
    findings: Array.from(element.querySelectorAll(".finding")),
  }));
  const all = files.reduce((sum, file) => sum + file.findings.length, 0);
  const status = document.getElementById("status");
  const update = () => {
    const data = new FormData(form);
    const severities = new Set(data.getAll("severity"));
    const rule = data.get("rule");
    const provenance = data.get("provenance");
    const path = data.get("file").trim().toLowerCase();
    let total = 0;
    for (const file of files) {
      const fits = file.path.includes(path);
      let count = 0;
      for (const finding of file.findings) {
        const { severity, rule: its, provenance: by } = finding.dataset;
        const shown = fits && severities.has(severity) && (!rule || rule === its) && (!provenance || provenance === by);
        finding.hidden = !shown;
        count += shown ? 1 : 0;
      }
      file.element.hidden = count === 0;
      file.number.textContent = String(count);
      total += count;
    }
    status.textContent = total + " of " + all + " shown";
  };
  form.addEventListener("input", update);
  form.addEventListener("reset", () => setTimeout(update, 0));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      form.elements.file.focus();
    }
  });
  form.hidden = false;
  update();
})();

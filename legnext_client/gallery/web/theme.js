// Before anything is painted, so that nobody is dazzled by the other one.
try { document.documentElement.dataset.theme = localStorage.getItem("legnext-theme") ?? ""; } catch { /* no storage here */ }

// Runs before the first paint, to avoid a flash of the other theme.
try { document.documentElement.dataset.theme = localStorage.getItem("legnext-theme") ?? ""; } catch { /* no storage here */ }

// Before the first paint, so that a chosen theme never flashes the other one. A file, since the policy allows no inline script.
try {
  const theme = localStorage.getItem('throughline.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be off; the system's preference applies.
}

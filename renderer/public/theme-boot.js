// Runs before the first paint, so that a chosen theme never flashes the other one. A classic script in its own file,
// because the content security policy forbids inline scripts and module scripts run too late.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage refused: the system's theme it is.
}

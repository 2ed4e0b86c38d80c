// Runs before the first paint, so that a remembered color scheme never flashes.
document.documentElement.classList.add("js");
try {
  const scheme = localStorage.getItem("scheme");
  if (scheme) document.documentElement.dataset.scheme = scheme;
} catch {
  // Storage is forbidden: the system's scheme stands.
}

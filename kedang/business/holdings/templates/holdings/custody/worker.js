// Keeps the counting page and what it needs, so that it opens without network. Reach: stock-takes only.
const KEPT = "kedang-count-1";
const COUNTING = /\/stock-takes\/\d+\/(count|expected)\/$/;
self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const request = event.request;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (!COUNTING.test(url.pathname) && !url.pathname.startsWith("/static/")) return;
  event.respondWith((async () => {
    const kept = await caches.open(KEPT);
    try {
      const answer = await fetch(request);
      if (answer.ok && !answer.redirected) await kept.put(request, answer.clone());
      return answer;
    } catch (error) {
      const found = await kept.match(request, { ignoreVary: true });
      if (found) return found;
      throw error;
    }
  })());
});

// Keeps the page's own files and the networks, so that the page opens at once and readings start without a download.
// Songs, readings and everything else of the API go to the server each time.
const KEPT = 'mien-2';
const KEEP = /^\/(assets\/|icon|manifest)|^\/api\/v1\/models\//;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => {
  const drop = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(drop());
});

async function kept(request) {
  const cache = await caches.open(KEPT);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok && response.status === 200) {
    const { pathname } = new URL(request.url);
    // Of a file that was built anew, or a network that was trained anew, only the newest is kept.
    const stem = pathname.replace(/-[\w-]{8}(\.\w+)$/, '$1');
    for (const old of await cache.keys()) {
      const other = new URL(old.url).pathname.replace(/-[\w-]{8}(\.\w+)$/, '$1');
      if (other === stem) await cache.delete(old);
    }
    await cache.put(request, response.clone());
  }
  return response;
}

async function page(request) {
  const cache = await caches.open(KEPT);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put('/', response.clone());
    return response;
  } catch (error) {
    const found = await cache.match('/');
    if (found) return found;
    throw error;
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, origin, search } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === '/') event.respondWith(page(request));
  else if (KEEP.test(pathname) && (pathname.startsWith('/assets/') || search.includes('v=') || pathname.endsWith('.xml'))) {
    event.respondWith(kept(request));
  }
});

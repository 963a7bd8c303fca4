/** What the server tells while the page is open (server-sent events). */
import { BASE, get } from './client';

type Heard = (data: Record<string, unknown>) => void;

let source: EventSource | null = null;
const heard = new Map<string, Set<Heard>>();

function open(): EventSource {
  const opened = new EventSource(`${BASE}/events`);
  for (const kind of heard.keys()) attach(opened, kind);
  // A stream that ends for good was refused: whoever is asked next says whether the session has ended.
  opened.addEventListener('error', () => {
    if (opened.readyState === EventSource.CLOSED) void get('/me/settings').catch(() => undefined);
  });
  return opened;
}

function attach(to: EventSource, kind: string): void {
  to.addEventListener(kind, (event: MessageEvent<string>) => {
    const data = event.data ? (JSON.parse(event.data) as Record<string, unknown>) : {};
    for (const listener of heard.get(kind) ?? []) listener(data);
  });
}

/**
 * Hear of a kind of event until the returned function is called. `open` comes whenever the server is reached, at first
 * and again: what was told before that was missed.
 */
export function on(kind: string, listener: Heard): () => void {
  if (!heard.has(kind)) {
    heard.set(kind, new Set());
    if (source) attach(source, kind);
  }
  heard.get(kind)!.add(listener);
  source ??= open();
  return () => heard.get(kind)?.delete(listener);
}

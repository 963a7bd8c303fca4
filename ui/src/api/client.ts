/** One way to the server. Errors are problems (RFC 9457) with a sentence for people. */
import { i18n } from '../i18n/index.svelte';
import { sayProblem } from '../i18n/said';
import type { components } from './schema';

export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter_s: number | null = null,
  ) {
    super(message);
  }
}

export const BASE = '/api/v1';

type Query = Record<string, string | number | boolean | null | undefined>;

function address(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length > 0 ? `${BASE}${path}?${search}` : BASE + path;
}

/** Told when the session has ended, so that the page can ask to sign in. */
let signedOut: () => void = () => undefined;
export const onSignedOut = (then: () => void): void => {
  signedOut = then;
};

async function send<T>(method: string, path: string, query: Query, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const content = body === undefined ? null : JSON.stringify(body);
  const response = await fetch(address(path, query), {
    method,
    headers,
    body: content,
    credentials: 'same-origin',
  }).catch(() => null);
  if (response?.status === 401 && !path.startsWith('/session')) signedOut();
  return answerOf<T>(response);
}

/** Files, as they are. */
export async function upload<T>(
  path: string,
  query: Query,
  body: Blob | FormData,
  signal: AbortSignal | null = null,
): Promise<T> {
  const asked = { method: 'POST', body, credentials: 'same-origin', signal } as const;
  const response = await fetch(address(path, query), asked).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    return null;
  });
  return answerOf<T>(response);
}

/** What is no JSON, such as the map. */
export async function bytes(path: string): Promise<ArrayBuffer> {
  const response = await fetch(BASE + path, { credentials: 'same-origin' }).catch(() => null);
  return response?.ok ? response.arrayBuffer() : answerOf(response);
}

async function answerOf<T>(response: Response | null): Promise<T> {
  if (response === null) throw new Problem(0, i18n.t.offline);
  if (response.status === 204) return undefined as T;
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as T;
  const { detail, said } = (answer ?? {}) as Partial<components['schemas']['Problem']>;
  const wait = Number(response.headers.get('Retry-After'));
  const message = sayProblem(response.status, detail ?? response.statusText, said);
  throw new Problem(response.status, message, wait > 0 ? wait : null);
}

export const get = <T>(path: string, query: Query = {}): Promise<T> => send<T>('GET', path, query);
export const post = <T>(path: string, body: unknown = {}): Promise<T> => send<T>('POST', path, {}, body);
export const put = <T>(path: string, body: unknown): Promise<T> => send<T>('PUT', path, {}, body);
export const patch = <T>(path: string, body: unknown): Promise<T> => send<T>('PATCH', path, {}, body);
export const del = <T>(path: string, query: Query = {}): Promise<T> => send<T>('DELETE', path, query);

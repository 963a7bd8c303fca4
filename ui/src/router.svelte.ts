/** Where in the page we are: `#/library/albums` and the like, so that any server can serve it. */
class Router {
  path = $state(location.hash.slice(2));

  constructor() {
    addEventListener('hashchange', () => (this.path = location.hash.slice(2)));
  }

  get page(): string {
    return this.path.split('/')[0] || 'now';
  }

  get rest(): string[] {
    return this.path.split('/').slice(1).map(decodeURIComponent);
  }

  go(...parts: (string | number)[]): void {
    location.hash = `/${parts.map((part) => encodeURIComponent(part)).join('/')}`;
  }
}

export const router = new Router();

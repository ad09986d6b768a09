// SPDX-License-Identifier: Apache-2.0

/** A call that failed, with a message for people. */
export class ApiError extends Error {
  /** @param status HTTP status; 0 when the gateway was not reached */
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

const TOKEN = 'X-XSRF-TOKEN';

const FALLBACK: Record<number, string> = {
  400: 'The gateway did not understand the request',
  401: 'Log in first',
  403: 'You may not do this',
  404: 'There is no such thing',
  409: 'Somebody else changed it meanwhile',
  413: 'That is too large',
  429: 'Too many attempts; try again later',
  503: 'The gateway is busy; try again in a moment',
  507: 'The storage of the gateway is full',
};

/**
 * Calls of the gateway. Everything that changes something carries the token of the session, which
 * answers tell; when it was a wrong one, the call is sent once more with the right one.
 */
export class Api {
  private token = '';

  /** Called when the gateway says that nobody is logged in. */
  onUnauthorized: () => void = () => {};

  constructor(private readonly send: typeof fetch = (...request) => fetch(...request)) {}

  get<T>(path: string): Promise<T> {
    return this.call<T>(path, { method: 'GET' });
  }

  /** @param version when given, only this version is changed: the ETag of what was read */
  post<T>(path: string, body: unknown = {}, version?: string): Promise<T> {
    const headers: Record<string, string> = { 'Content-Type': 'application/json' };
    if (version !== undefined) {
      headers['If-Match'] = version;
    }
    return this.call<T>(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  private async call<T>(path: string, request: RequestInit): Promise<T> {
    let answer = await this.once(path, request);
    const sent = this.token;
    if (this.learn(answer) !== sent && answer.status === 400 && request.method !== 'GET') {
      answer = await this.once(path, request);
      this.learn(answer);
    }
    if (!answer.ok) {
      const text = (await answer.text()).trim();
      if (answer.status === 401) {
        this.onUnauthorized();
      }
      throw new ApiError(answer.status, message(answer.status, text));
    }
    const text = await answer.text();
    try {
      return (text === '' ? {} : JSON.parse(text)) as T;
    } catch {
      throw new ApiError(answer.status, `${path} answered something else than JSON`);
    }
  }

  private learn(answer: Response): string {
    this.token = answer.headers.get(TOKEN) ?? this.token;
    return this.token;
  }

  private async once(path: string, request: RequestInit): Promise<Response> {
    const headers = new Headers(request.headers);
    if (this.token !== '' && request.method !== 'GET') {
      headers.set(TOKEN, this.token);
    }
    try {
      return await this.send(path, { ...request, headers, credentials: 'same-origin' });
    } catch {
      throw new ApiError(0, 'The gateway cannot be reached');
    }
  }
}

function message(status: number, text: string): string {
  if (text !== '' && text.length < 500 && !text.startsWith('<')) {
    return text;
  }
  return FALLBACK[status] ?? `The gateway answered with status ${status}`;
}

/** The calls of this page. */
export const api = new Api();

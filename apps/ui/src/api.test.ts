// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest';
import { Api, ApiError } from './api.ts';

function answer(status: number, body: string, token?: string): Response {
  return new Response(body, { status, headers: token ? { 'X-XSRF-TOKEN': token } : {} });
}

function header(send: ReturnType<typeof vi.fn>, call: number): string | null {
  return new Headers(send.mock.calls[call]![1].headers).get('X-XSRF-TOKEN');
}

async function failure(call: Promise<unknown>): Promise<ApiError> {
  const problem = await call.then(() => undefined, (e: unknown) => e);
  expect(problem).toBeInstanceOf(ApiError);
  return problem as ApiError;
}

describe('a call', () => {
  it('carries the token that the last answer told', async () => {
    const send = vi.fn();
    send.mockResolvedValueOnce(answer(200, '{}', 'one')).mockResolvedValueOnce(answer(200, '{}'));
    const api = new Api(send);
    await api.post('/api/public/login');
    await api.post('/api/port/update', { id: 'p1' });
    expect(header(send, 0)).toBeNull();
    expect(header(send, 1)).toBe('one');
    expect(send.mock.calls[1]![1].body).toBe('{"id":"p1"}');
  });

  it('is sent once more when the token was wrong, and no more than that', async () => {
    const send = vi.fn();
    send
      .mockResolvedValueOnce(answer(400, 'The header is missing', 'right'))
      .mockResolvedValueOnce(answer(200, '{"data":1}'));
    const api = new Api(send);
    expect(await api.post('/api/port/create')).toEqual({ data: 1 });
    expect(header(send, 1)).toBe('right');

    send.mockResolvedValueOnce(answer(400, "Port has no field 'x'", 'right'));
    expect((await failure(api.post('/api/port/create'))).message).toBe("Port has no field 'x'");
    expect(send).toHaveBeenCalledTimes(3);
  });

  it('names a version only when it is to be compared', async () => {
    const send = vi.fn().mockImplementation(async () => answer(200, '{}'));
    const api = new Api(send);
    await api.post('/api/port/update', {}, '"7"');
    await api.post('/api/port/update', {});
    expect(new Headers(send.mock.calls[0]![1].headers).get('If-Match')).toBe('"7"');
    expect(new Headers(send.mock.calls[1]![1].headers).get('If-Match')).toBeNull();
  });

  it('says what the gateway said', async () => {
    const api = new Api(async () => answer(409, 'There is a Port with that name\n'));
    const problem = await failure(api.post('/api/port/create'));
    expect(problem.status).toBe(409);
    expect(problem.message).toBe('There is a Port with that name');
  });

  it('has words of its own where the gateway has none', async () => {
    expect((await failure(new Api(async () => answer(403, '')).get('/x'))).message).toBe(
      'You may not do this',
    );
    expect((await failure(new Api(async () => answer(502, '<html>')).get('/x'))).message).toBe(
      'The gateway answered with status 502',
    );
  });

  it('tells when nobody is logged in', async () => {
    const api = new Api(async () => answer(401, 'Log in first'));
    const told = vi.fn();
    api.onUnauthorized = told;
    expect((await failure(api.get('/api/models'))).status).toBe(401);
    expect(told).toHaveBeenCalledOnce();
  });

  it('tells when the gateway is away, and when it answers something else than JSON', async () => {
    const away = new Api(() => Promise.reject(new TypeError('Failed to fetch')));
    const problem = await failure(away.get('/api/models'));
    expect(problem.status).toBe(0);
    expect(problem.message).toBe('The gateway cannot be reached');
    const odd = new Api(async () => answer(200, '<html>'));
    expect((await failure(odd.get('/api/models'))).message).toContain('something else than JSON');
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest';
import { effectScope } from 'vue';
import { Feed, Items, useLive, type Source, type Surroundings } from './live.ts';

class Stream implements Source {
  readyState = 0;
  closed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private readonly listeners = new Map<string, (event: { data: string }) => void>();

  constructor(readonly url: string) {}

  addEventListener(type: string, listener: (event: { data: string }) => void): void {
    this.listeners.set(type, listener);
  }

  send(type: string, data: unknown): void {
    this.listeners.get(type)?.({ data: JSON.stringify(data) });
  }

  /** @param final whether the browser gives up */
  fail(final: boolean): void {
    this.readyState = final ? 2 : 0;
    this.onerror?.();
  }

  close(): void {
    this.closed = true;
  }
}

function world() {
  const streams: Stream[] = [];
  const waiting: { work: () => void; pause: number }[] = [];
  let visible: (visible: boolean) => void = () => {};
  const around: Surroundings = {
    open: (url) => {
      const stream = new Stream(url);
      streams.push(stream);
      return stream;
    },
    later: (work, pause) => {
      const entry = { work, pause };
      waiting.push(entry);
      return () => waiting.splice(0, waiting.length, ...waiting.filter((w) => w !== entry));
    },
    onVisible: (changed) => {
      visible = changed;
      return () => {};
    },
  };
  return { streams, waiting, around, show: (shown: boolean) => visible(shown) };
}

describe('a feed', () => {
  it('hands out events and says how it stands', () => {
    const { streams, around } = world();
    const got = vi.fn();
    const feed = new Feed('/api/x/live', { sample: got }, undefined, around);
    expect(feed.state.value).toBe('connecting');
    streams[0]!.onopen!();
    streams[0]!.send('sample', { a: 1 });
    expect(feed.state.value).toBe('open');
    expect(got).toHaveBeenCalledWith({ a: 1 });
    feed.close();
    expect(streams[0]!.closed).toBe(true);
  });

  it('leaves it to the browser to connect again while it tries', () => {
    const { streams, waiting, around } = world();
    const feed = new Feed('/x', {}, undefined, around);
    streams[0]!.fail(false);
    expect(feed.state.value).toBe('lost');
    expect(waiting).toHaveLength(0);
    streams[0]!.onopen!();
    expect(feed.state.value).toBe('open');
  });

  it('connects again by itself when it is refused, after growing pauses', () => {
    const { streams, waiting, around } = world();
    const refused = vi.fn();
    const feed = new Feed('/x', {}, refused, around);
    const pauses = [];
    for (let i = 0; i < 7; i++) {
      streams.at(-1)!.fail(true);
      const next = waiting.shift()!;
      pauses.push(next.pause);
      next.work();
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    expect(refused).toHaveBeenCalledTimes(7);
    expect(streams).toHaveLength(8);
    streams.at(-1)!.onopen!();
    streams.at(-1)!.fail(true);
    expect(waiting[0]!.pause).toBe(1000);
    feed.close();
    expect(waiting).toHaveLength(0);
  });

  it('rests while the page is hidden', () => {
    const { streams, around, show } = world();
    const feed = new Feed('/x', {}, undefined, around);
    show(false);
    expect(streams[0]!.closed).toBe(true);
    show(true);
    show(true);
    expect(streams).toHaveLength(2);
    feed.close();
  });
});

describe('items', () => {
  it('keep their place when they change', () => {
    const items = new Items<{ id: string; n: number }>();
    items.reset([
      { id: 'a', n: 1 },
      { id: 'b', n: 1 },
    ]);
    items.put({ id: 'a', n: 2 });
    items.put({ id: 'c', n: 1 });
    items.remove({ id: 'b', n: 9 });
    expect(items.list()).toEqual([
      { id: 'a', n: 2 },
      { id: 'c', n: 1 },
    ]);
    items.reset([]);
    expect(items.list()).toEqual([]);
  });
});

describe('a live query', () => {
  it('shows what its feed tells and ends with its component', () => {
    const { streams, around } = world();
    const scope = effectScope();
    const live = scope.run(() =>
      useLive<{ id: string; name: string }>('Port', { limit: 5 }, undefined, around),
    )!;
    expect(streams[0]!.url).toBe('/api/Port/watch?query=%7B%22limit%22%3A5%7D');
    expect(live.loaded.value).toBe(false);
    streams[0]!.send('items', { data: [{ id: 'a', name: 'eth0' }] });
    streams[0]!.send('put', { data: { id: 'b', name: 'eth1' } });
    streams[0]!.send('removed', { data: { id: 'a', name: 'eth0' } });
    expect(live.loaded.value).toBe(true);
    expect(live.items.value).toEqual([{ id: 'b', name: 'eth1' }]);
    streams[0]!.send('items', { data: [] });
    expect(live.items.value).toEqual([]);
    scope.stop();
    expect(streams[0]!.closed).toBe(true);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { onScopeDispose, ref, shallowRef, triggerRef, type Ref, type ShallowRef } from 'vue';

/** How a stream of events stands. */
export type LiveState = 'connecting' | 'open' | 'lost';

/** What is used of a browser's EventSource. */
export interface Source {
  readonly readyState: number;
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  addEventListener(type: string, listener: (event: { data: string }) => void): void;
  close(): void;
}

/** The world around a stream; tests bring their own. */
export interface Surroundings {
  open(url: string): Source;
  later(work: () => void, milliseconds: number): () => void;
  /** Calls back when the page is hidden or shown; returns what ends that. */
  onVisible(changed: (visible: boolean) => void): () => void;
}

const CLOSED = 2;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

const browser: Surroundings = {
  open: (url) => new EventSource(url) as unknown as Source,
  later: (work, milliseconds) => {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
  onVisible: (changed) => {
    const listener = () => changed(document.visibilityState !== 'hidden');
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  },
};

/**
 * Follows a stream of server-sent events until it is closed. Browsers connect again by themselves
 * when a connection breaks, not when they are refused: then this does, after growing pauses. A
 * hidden page follows nothing, since browsers allow a handful of connections to a host for all its
 * pages together.
 */
export class Feed {
  readonly state = ref<LiveState>('connecting');
  private source: Source | null = null;
  private pause = FIRST_PAUSE;
  private cancel: () => void = () => {};
  private readonly unwatch: () => void;

  /**
   * @param handlers what to do with the data of each type of event
   * @param onRefused called when the gateway refuses, such as when nobody is logged in any more
   */
  constructor(
    private readonly url: string,
    private readonly handlers: Record<string, (data: never) => void>,
    private readonly onRefused: () => void = () => {},
    private readonly around: Surroundings = browser,
  ) {
    this.unwatch = around.onVisible((visible) => {
      if (visible && this.source === null) {
        this.connect();
      } else if (!visible) {
        this.disconnect();
      }
    });
    this.connect();
  }

  private connect(): void {
    this.disconnect();
    const source = this.around.open(this.url);
    this.source = source;
    source.onopen = () => {
      this.state.value = 'open';
      this.pause = FIRST_PAUSE;
    };
    source.onerror = () => {
      if (this.source !== source) {
        return;
      }
      this.state.value = 'lost';
      if (source.readyState === CLOSED) {
        this.onRefused();
        this.cancel = this.around.later(() => this.connect(), this.pause);
        this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
      }
    };
    for (const [type, handle] of Object.entries(this.handlers)) {
      source.addEventListener(type, (event) => handle(JSON.parse(event.data) as never));
    }
  }

  private disconnect(): void {
    this.cancel();
    this.cancel = () => {};
    this.source?.close();
    this.source = null;
  }

  close(): void {
    this.unwatch();
    this.disconnect();
  }
}

/** An item of a model. */
export type Item = Record<string, unknown>;

/** What tells items of a model apart: their key is not shown, what it is made from is. */
export function identity(item: Item): string {
  return String(item.id ?? item.key ?? item.username ?? item.name ?? JSON.stringify(item));
}

/** The items of a query as its feed tells them. */
export class Items<T extends object> {
  private readonly all = new Map<string, T>();

  reset(items: T[]): void {
    this.all.clear();
    items.forEach((item) => this.put(item));
  }

  put(item: T): void {
    this.all.set(identity(item as Item), item);
  }

  remove(item: T): void {
    this.all.delete(identity(item as Item));
  }

  list(): T[] {
    return [...this.all.values()];
  }
}

/** A query that is followed. */
export interface Live<T> {
  items: ShallowRef<T[]>;
  /** False until the first items are there. */
  loaded: Ref<boolean>;
  state: Ref<LiveState>;
  /** Shows at once what a call answered, before the feed tells it. */
  put(item: T): void;
  remove(item: T): void;
  close(): void;
}

/**
 * The items of a model that fit a query (in the words of `find`), kept up to date. Ends with the
 * component that asks.
 */
export function useLive<T extends object>(
  model: string,
  query: Record<string, unknown> = {},
  onRefused?: () => void,
  around?: Surroundings,
): Live<T> {
  const store = new Items<T>();
  const items = shallowRef<T[]>([]);
  const loaded = ref(false);
  const show = () => {
    items.value = store.list();
    triggerRef(items);
  };
  const change = (work: () => void) => {
    work();
    show();
  };
  const asked =
    Object.keys(query).length === 0 ? '' : '?query=' + encodeURIComponent(JSON.stringify(query));
  const feed = new Feed(
    `/api/${encodeURIComponent(model)}/watch${asked}`,
    {
      items: (page: { data: T[] }) => {
        loaded.value = true;
        change(() => store.reset(page.data));
      },
      put: (event: { data: T }) => change(() => store.put(event.data)),
      removed: (event: { data: T }) => change(() => store.remove(event.data)),
    },
    onRefused,
    around,
  );
  onScopeDispose(() => feed.close(), true);
  return {
    items,
    loaded,
    state: feed.state,
    put: (item) => change(() => store.put(item)),
    remove: (item) => change(() => store.remove(item)),
    close: () => feed.close(),
  };
}

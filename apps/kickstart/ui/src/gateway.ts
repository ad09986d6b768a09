// SPDX-License-Identifier: Apache-2.0
import { Feed, useAuth, useLive, type Live, type Point } from '@ioto/ui';
import { computed, effectScope, ref, shallowRef, type EffectScope } from 'vue';

/** The figures of one moment; see Sample.java. */
export interface Sample {
  time: number;
  process: number | null;
  system: number | null;
  heap: number;
  heapMost: number;
  load: number | null;
  threads: number;
  uptime: number;
}

/** How the gateway stands; see State.java. */
export interface State {
  version: string;
  /** Tells one build of the pages from another. */
  pages: string;
  started: number;
  processors: number;
  device: { id: string; name: string; description: string; model: string };
  cloud: { stage: string; claim: string; problem: string };
  sync: { state: string; waiting: number; last: number | null };
  update: {
    state: string;
    release: number;
    running: number;
    available: number | null;
    reason: string;
  };
}

/** Something that happened on the device. */
export interface GatewayEvent {
  id: string;
  severity: 'info' | 'warn' | 'error' | 'critical' | 'fatal';
  source?: string;
  subject?: string;
  message: string;
  timestamp?: string;
  created?: string;
}

const KEPT = 150;

/** The build of the pages that this browser has loaded. */
let loaded = '';
const outdated = ref(false);

function tell(told: State): void {
  loaded ||= told.pages;
  outdated.value = told.pages !== loaded;
  state.value = told;
}

const state = shallowRef<State | null>(null);
const samples = shallowRef<Sample[]>([]);
const feed = shallowRef<Feed | null>(null);
const events = shallowRef<Live<GatewayEvent> | null>(null);
let scope: EffectScope | null = null;

/** When an event happened. */
export function happened(event: GatewayEvent): string {
  return event.timestamp ?? event.created ?? '';
}

/** Follows the gateway from a login to the logout. */
export function follow(): void {
  leave();
  const { refresh } = useAuth();
  const refused = () => {
    // Nobody being logged in any more shows the login; anything else passes.
    refresh().catch(() => undefined);
  };
  scope = effectScope(true);
  scope.run(() => {
    feed.value = new Feed(
      '/api/kickstart/live',
      {
        state: tell,
        // After a swap of the bundle it begins anew; what came before is still known here.
        history: (told: Sample[]) => {
          const first = told[0]?.time ?? Infinity;
          const before = samples.value.filter((sample) => sample.time < first);
          samples.value = [...before, ...told].slice(-KEPT);
        },
        sample: (told: Sample) => (samples.value = [...samples.value, told].slice(-KEPT)),
      },
      refused,
    );
    events.value = useLive<GatewayEvent>('Event', {}, refused);
  });
}

export function leave(): void {
  feed.value?.close();
  feed.value = null;
  events.value = null;
  scope?.stop();
  scope = null;
  state.value = null;
  samples.value = [];
}

const seen = ref(Number(localStorage.getItem('kickstart.seen') ?? 0));

/** How the gateway stands, now. */
export function useGateway() {
  return {
    state,
    samples,
    now: computed(() => samples.value.at(-1) ?? null),
    /** Whether an update has brought other pages than these. */
    outdated,
    /** Whether what is shown is what is. */
    reached: computed(() => feed.value?.state.value !== 'lost'),
    eventsLoaded: computed(() => events.value?.loaded.value ?? false),
    /** All events, latest first. */
    events: computed(() =>
      [...(events.value?.items.value ?? [])].sort((a, b) => happened(b).localeCompare(happened(a))),
    ),
    /** When somebody last looked at the notices, by the clock of the gateway. */
    seen,
    see: (time: number) => {
      seen.value = time;
      localStorage.setItem('kickstart.seen', String(time));
    },
  };
}

/** One figure as points of a line. */
export function points(of: Sample[], figure: (sample: Sample) => number | null): Point[] {
  return of.flatMap((sample) => {
    const value = figure(sample);
    return value === null ? [] : [{ time: sample.time, value }];
  });
}

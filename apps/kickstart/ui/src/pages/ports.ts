// SPDX-License-Identifier: Apache-2.0
import type { Refinement } from '@ioto/ui';

/** A port of the device. */
export interface Port {
  id: string;
  name: string;
  description?: string;
  enable?: boolean;
  status?: 'online' | 'offline';
  duplex?: 'half' | 'full';
  speed?: number;
  negotiate?: boolean;
  flowControl?: boolean;
  jumbo?: boolean;
  updated?: string;
}

/** 2500 Mbit/s as 2.5 Gbit/s. */
export function speed(megabits: unknown): string {
  const value = Number(megabits);
  return !(value > 0) ? '–' : value < 1000 ? `${value} Mbit/s` : `${value / 1000} Gbit/s`;
}

export const SPEEDS = [10, 100, 1000, 2500, 5000, 10000];

/** The form of a port. */
export const FIELDS = [
  'name',
  'description',
  'enable',
  'speed',
  'duplex',
  'negotiate',
  'flowControl',
  'jumbo',
];

export const REFINED: Record<string, Refinement> = {
  name: {
    check: (value) =>
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(String(value))
        ? ''
        : 'Up to 32 letters, digits and . _ -',
  },
  enable: { label: 'Enabled' },
  speed: {
    control: 'select',
    hint: '',
    options: SPEEDS.map((value) => ({ title: speed(value), value })),
  },
  negotiate: { label: 'Negotiate speed and duplex' },
  jumbo: { label: 'Jumbo frames' },
};

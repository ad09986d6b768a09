// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { scale, ticks } from './graph.ts';

it('scales to round numbers', () => {
  expect([0, -1, 0.03, 1, 1.2, 37, 60, 99, 4100].map(scale)).toEqual([
    1, 1, 0.04, 1, 2, 40, 80, 100, 5000,
  ]);
});

it('marks round times, away from the ends', () => {
  const minute = 60_000;
  expect(ticks(10 * minute + 5_000, 15 * minute + 5_000, 5)).toEqual(
    [11, 12, 13, 14].map((m) => m * minute),
  );
  expect(ticks(0, 5 * minute, 3).every((t) => t % minute === 0)).toBe(true);
});

// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { ago, bytes, dateTime, duration } from './format.ts';

it('writes sizes, times and ages as people do', () => {
  expect([0, 1023, 1536, 120 * 1024 * 1024].map(bytes)).toEqual(['0 B', '1023 B', '1.5 KB', '120 MB']);
  expect([400, 65_000, 3_600_000, 90_061_000].map(duration)).toEqual([
    '0 s',
    '1 min 5 s',
    '1 h',
    '1 d 1 h',
  ]);
  expect(dateTime(undefined)).toBe('–');
  expect(dateTime('nonsense')).toBe('–');
  const now = Date.parse('2026-01-02T00:00:00Z');
  expect(ago('2026-01-01T23:59:30Z', now)).toBe('just now');
  expect(ago('2026-01-01T20:00:00Z', now)).toBe('4 h ago');
  expect(ago('2025-12-30T00:00:00Z', now)).toBe('3 d ago');
});

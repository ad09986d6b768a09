// SPDX-License-Identifier: Apache-2.0

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** 1536 as 1.5 KB. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Milliseconds as 3 d 4 h, 5 min 6 s. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor((seconds % 86400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return first < 0
    ? '0 s'
    : parts
        .slice(first, first + 2)
        .filter(([count]) => count > 0)
        .map(([count, unit]) => `${count} ${unit}`)
        .join(' ');
}

/** A date as people here write it; a dash for none. */
export function dateTime(value: unknown): string {
  const date = typeof value === 'string' || typeof value === 'number' ? new Date(value) : null;
  return date === null || Number.isNaN(date.getTime())
    ? '–'
    : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** How long ago a moment was, in one unit. */
export function ago(value: string | number, now = Date.now()): string {
  const seconds = Math.round((now - new Date(value).getTime()) / 1000);
  if (seconds < 60) {
    return 'just now';
  }
  const [count, unit] =
    seconds < 3600
      ? [Math.floor(seconds / 60), 'min']
      : seconds < 86400
        ? [Math.floor(seconds / 3600), 'h']
        : [Math.floor(seconds / 86400), 'd'];
  return `${count} ${unit} ago`;
}

// SPDX-License-Identifier: Apache-2.0

/** One value at a moment, in milliseconds since 1970. */
export interface Point {
  time: number;
  value: number;
}

/** A line of a graph. */
export interface Series {
  label: string;
  colour: 'first' | 'second' | 'third';
  points: Point[];
}

/** The top of a scale on which a value fits: 1, 2 or 5 with zeros, four parts of which are round. */
export function scale(most: number): number {
  if (!(most > 0)) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 5, 8, 10].find((factor) => factor * power >= most) ?? 10;
  return step * power;
}

/** Moments between two others, all the same distance apart, at round times of the clock. */
export function ticks(start: number, end: number, count: number): number[] {
  const steps = [10, 15, 30, 60, 120, 300, 600, 1800, 3600].map((seconds) => seconds * 1000);
  const step = steps.find((s) => (end - start) / s <= count) ?? (end - start) / count;
  const all: number[] = [];
  // Half a label away from the ends, so that all can be read.
  const margin = (end - start) * 0.05;
  for (let time = Math.ceil((start + margin) / step) * step; time <= end - margin; time += step) {
    all.push(time);
  }
  return all;
}

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { searched, sorted, textOf, type Column } from './table.ts';

interface Port {
  name: string;
  speed?: number;
  enable?: boolean;
}

const columns: Column<Port>[] = [
  { key: 'name', title: 'Name' },
  { key: 'speed', title: 'Speed', format: (value) => (value ? `${value} Mbit/s` : 'auto') },
  { key: 'enable', title: 'Enabled' },
];
const ports: Port[] = [
  { name: 'eth10', speed: 10, enable: true },
  { name: 'eth2' },
  { name: 'eth1', speed: 1000 },
];
const names = (rows: Port[]) => rows.map((row) => row.name);

describe('a table', () => {
  it('finds rows by every word, in what is shown', () => {
    expect(names(searched(ports, columns, 'ETH 1000'))).toEqual(['eth1']);
    expect(names(searched(ports, columns, 'auto'))).toEqual(['eth2']);
    expect(names(searched(ports, columns, '  '))).toHaveLength(3);
    expect(searched(ports, columns, 'nothing')).toEqual([]);
  });

  it('sorts numbers as numbers, in texts too, and what is missing last', () => {
    expect(names(sorted(ports, columns, { key: 'name', descending: false }))).toEqual([
      'eth1',
      'eth2',
      'eth10',
    ]);
    expect(names(sorted(ports, columns, { key: 'speed', descending: true }))).toEqual([
      'eth1',
      'eth10',
      'eth2',
    ]);
    expect(names(sorted(ports, columns, { key: 'speed', descending: false })).at(-1)).toBe('eth2');
    expect(names(sorted(ports, columns, null))).toEqual(names(ports));
  });

  it('writes values for people', () => {
    expect(textOf(columns[2]!, ports[0]!)).toBe('Yes');
    expect(textOf(columns[2]!, ports[1]!)).toBe('–');
  });
});

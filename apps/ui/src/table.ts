// SPDX-License-Identifier: Apache-2.0

/** A column of a table. */
export interface Column<T> {
  key: string;
  title: string;
  /** What is sorted and searched by; the field of that name unless told. */
  value?: (row: T) => unknown;
  /** What is shown; the value unless told. */
  format?: (value: unknown, row: T) => string;
  align?: 'start' | 'end';
  /** False for a column nobody would sort by. */
  sortable?: boolean;
  /** Left out on a phone. */
  wide?: boolean;
}

export interface Order {
  key: string;
  descending: boolean;
}

export function valueOf<T>(column: Column<T>, row: T): unknown {
  return column.value ? column.value(row) : (row as Record<string, unknown>)[column.key];
}

export function textOf<T>(column: Column<T>, row: T): string {
  const value = valueOf(column, row);
  if (column.format) {
    return column.format(value, row);
  }
  if (value === undefined || value === null || value === '') {
    return '–';
  }
  if (typeof value === 'boolean') {
    return value ? 'Yes' : 'No';
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Rows that have every word of a search in one of their columns. */
export function searched<T>(rows: T[], columns: Column<T>[], search: string): T[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0
    ? rows
    : rows.filter((row) => {
        const text = columns.map((column) => textOf(column, row)).join('\n').toLowerCase();
        return words.every((word) => text.includes(word));
      });
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Rows in order; what has no value comes last either way. */
export function sorted<T>(rows: T[], columns: Column<T>[], order: Order | null): T[] {
  const column = columns.find((c) => c.key === order?.key);
  if (!column || !order) {
    return rows;
  }
  const direction = order.descending ? -1 : 1;
  return [...rows].sort((one, other) => {
    const a = valueOf(column, one);
    const b = valueOf(column, other);
    const lacking = Number(a === undefined || a === null) - Number(b === undefined || b === null);
    if (lacking !== 0) {
      return lacking;
    }
    return direction * (typeof a === 'number' && typeof b === 'number'
      ? a - b
      : collator.compare(String(a), String(b)));
  });
}

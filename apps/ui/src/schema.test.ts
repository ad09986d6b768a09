// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { changes, formFields, initialValues, label, validate, type Model } from './schema.ts';

const PORT: Model = {
  name: 'Port',
  fields: {
    id: { type: 'string', made: true },
    deviceId: { type: 'string' },
    name: { type: 'string', required: true },
    description: { type: 'string' },
    enable: { type: 'boolean', default: true },
    duplex: { type: 'string', enum: ['half', 'full'], default: 'full' },
    speed: { type: 'number', default: 1000, description: 'Mbit/s' },
    tags: { type: 'array' },
    since: { type: 'date' },
    created: { type: 'date' },
  },
};

const fields = formFields(PORT);
const eth0 = { id: 'p0', name: 'eth0', enable: false, duplex: 'half', speed: 100 };

describe('a form', () => {
  it('shows what people fill in, as the model says', () => {
    expect(fields.map((f) => [f.name, f.control, f.required])).toEqual([
      ['name', 'text', true],
      ['description', 'text', false],
      ['enable', 'switch', false],
      ['duplex', 'select', false],
      ['speed', 'number', false],
      ['tags', 'json', false],
      ['since', 'date', false],
    ]);
    expect(fields[3]!.options).toEqual([
      { title: 'Half', value: 'half' },
      { title: 'Full', value: 'full' },
    ]);
    expect(fields[4]!.hint).toBe('Mbit/s');
    expect(label('flowControl')).toBe('Flow control');
  });

  it('may be told otherwise', () => {
    const [speed] = formFields(PORT, ['speed'], {
      speed: { control: 'select', options: [{ title: '1 Gbit/s', value: 1000 }] },
    });
    expect(speed!.control).toBe('select');
    expect(validate([speed!], { speed: 1000 })).toEqual({});
    expect(validate([speed!], { speed: 7 })).toEqual({ speed: 'Speed is one of 1 Gbit/s' });
  });

  it('begins with defaults, or with the item', () => {
    expect(initialValues(fields, null)).toMatchObject({ name: '', enable: true, speed: 1000 });
    expect(initialValues(fields, eth0)).toMatchObject({ name: 'eth0', enable: false, tags: '' });
  });

  it('says what is wrong', () => {
    expect(
      validate(fields, { name: '', duplex: 'both', speed: 'fast', tags: '{', since: 'soon' }),
    ).toEqual({
      name: 'Name is needed',
      duplex: 'Duplex is one of Half, Full',
      speed: 'Speed is a number',
      tags: 'Tags is JSON, such as {"a": 1}',
      since: 'Since is a date',
    });
    expect(validate(fields, { name: 'eth0', enable: false })).toEqual({});
  });

  it('sends what has changed, and null for what was cleared', () => {
    const values = initialValues(fields, eth0);
    expect(changes(fields, eth0, values)).toEqual({});
    expect(
      changes(fields, eth0, { ...values, enable: true, speed: '', tags: '[1]', since: '2026-01-02T03:04' }),
    ).toEqual({ enable: true, speed: null, tags: [1], since: '2026-01-02T03:04:00.000Z' });
  });

  it('sends all that is filled in for a new item', () => {
    const values = { ...initialValues(fields, null), name: 'eth9', speed: '10' };
    expect(changes(fields, null, values)).toEqual({
      name: 'eth9',
      enable: true,
      duplex: 'full',
      speed: 10,
    });
  });
});

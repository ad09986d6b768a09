// SPDX-License-Identifier: Apache-2.0
import { shallowRef } from 'vue';
import { api } from './api.ts';
import type { Item } from './live.ts';

/** What a field of a model holds. */
export type FieldType =
  | 'string'
  | 'number'
  | 'boolean'
  | 'date'
  | 'object'
  | 'array'
  | 'binary'
  | 'any';

/** A field as `GET /api/models` describes it. */
export interface ModelField {
  type: FieldType;
  required?: boolean;
  default?: unknown;
  enum?: string[];
  /** It is made by the gateway when it is not given. */
  made?: boolean;
  description?: string;
}

/** A model as `GET /api/models` describes it. */
export interface Model {
  name: string;
  fields: Record<string, ModelField>;
  /** Whether whoever asks may see and change its items. */
  read?: boolean;
  write?: boolean;
}

/** How a field is edited. */
export type Control = 'text' | 'area' | 'number' | 'switch' | 'select' | 'date' | 'json' | 'password';

/** A choice of a select. */
export interface Option {
  title: string;
  value: string | number;
}

/** A field of a form. */
export interface FormField {
  name: string;
  label: string;
  control: Control;
  required: boolean;
  options: Option[];
  hint: string;
  /** Shown, not edited. */
  fixed: boolean;
  initial: unknown;
  /** Says what is wrong with a value; empty when nothing is. */
  check?: (value: unknown) => string;
}

/** What a form shows differently from what the model says. */
export type Refinement = Partial<Omit<FormField, 'name'>>;

/** `flowControl` as people write it. */
export function label(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function control(field: ModelField): Control {
  if (field.enum) {
    return 'select';
  }
  switch (field.type) {
    case 'number':
      return 'number';
    case 'boolean':
      return 'switch';
    case 'date':
      return 'date';
    case 'object':
    case 'array':
    case 'any':
      return 'json';
    default:
      return 'text';
  }
}

/** Filled in by the gateway. */
const FILLED = ['created', 'updated', 'deviceId', 'accountId'];

/**
 * The form for items of a model.
 *
 * @param names the fields to show, in this order; all that people fill in when left out
 * @param refined what to show differently, by field
 */
export function formFields(
  model: Model,
  names?: string[],
  refined: Record<string, Refinement> = {},
): FormField[] {
  const shown =
    names ??
    Object.entries(model.fields)
      .filter(([name, field]) => !FILLED.includes(name) && !field.made)
      .map(([name]) => name);
  return shown.map((name) => {
    const field = model.fields[name] ?? { type: 'string' as const };
    return {
      name,
      label: label(name),
      control: control(field),
      required: field.required === true,
      options: (field.enum ?? []).map((value) => ({ title: label(value), value })),
      hint: field.description ?? '',
      fixed: false,
      initial: field.default,
      ...refined[name],
    };
  });
}

/** The values a form begins with. */
export function initialValues(fields: FormField[], item: Item | null): Item {
  const values: Item = {};
  for (const field of fields) {
    const value = item === null ? field.initial : item[field.name];
    values[field.name] = shown(field, value);
  }
  return values;
}

function shown(field: FormField, value: unknown): unknown {
  switch (field.control) {
    case 'switch':
      return value === true;
    case 'json':
      return value === undefined ? '' : JSON.stringify(value, null, 2);
    case 'date':
      return typeof value === 'string' ? value.slice(0, 16) : '';
    default:
      return value ?? '';
  }
}

/** What is wrong with the values of a form, by field; empty when nothing is. */
export function validate(fields: FormField[], values: Item): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const problem = field.fixed ? '' : wrong(field, values[field.name]);
    if (problem !== '') {
      problems[field.name] = problem;
    }
  }
  return problems;
}

function wrong(field: FormField, value: unknown): string {
  const empty = value === undefined || value === null || value === '';
  if (empty) {
    return field.required && field.control !== 'switch' ? `${field.label} is needed` : '';
  }
  if (field.control === 'number' && !Number.isFinite(Number(value))) {
    return `${field.label} is a number`;
  }
  if (field.control === 'select' && !field.options.some((option) => option.value === value)) {
    return `${field.label} is one of ${field.options.map((o) => o.title).join(', ')}`;
  }
  if (field.control === 'date' && Number.isNaN(Date.parse(String(value) + 'Z'))) {
    return `${field.label} is a date`;
  }
  if (field.control === 'json') {
    try {
      JSON.parse(String(value));
    } catch {
      return `${field.label} is JSON, such as {"a": 1}`;
    }
  }
  return field.check?.(value) ?? '';
}

/** What to send of a form that validates: what differs from the item; null clears a field. */
export function changes(fields: FormField[], before: Item | null, values: Item): Item {
  const start = initialValues(fields, before);
  const sent: Item = {};
  for (const field of fields) {
    const value = values[field.name];
    if (field.fixed || (before !== null && value === start[field.name])) {
      continue;
    }
    if (value === '' || value === undefined || value === null) {
      if (before !== null && field.control !== 'password') {
        sent[field.name] = null;
      }
    } else {
      sent[field.name] = stored(field, value);
    }
  }
  return sent;
}

function stored(field: FormField, value: unknown): unknown {
  switch (field.control) {
    case 'number':
      return Number(value);
    case 'json':
      return JSON.parse(String(value));
    case 'date':
      return new Date(String(value) + 'Z').toISOString();
    default:
      return value;
  }
}

const models = shallowRef<Model[]>([]);

/** The models of the gateway; asked for once. */
export function useModels() {
  async function load(): Promise<Model[]> {
    if (models.value.length === 0) {
      models.value = (await api.get<{ models: Model[] }>('/api/models')).models;
    }
    return models.value;
  }
  return {
    models,
    load,
    /** Forgets them, such as when somebody else logs in. */
    forget: () => {
      models.value = [];
    },
    model: (name: string) => models.value.find((m) => m.name === name),
  };
}

// SPDX-License-Identifier: Apache-2.0
import { ref, shallowRef } from 'vue';

/** A message at the edge of the page. */
export interface Toast {
  id: number;
  kind: 'success' | 'error' | 'info';
  text: string;
}

/** A question that has to be answered before anything goes on. */
export interface Question {
  title: string;
  text: string;
  /** What the button says that does it. */
  action: string;
  danger: boolean;
  answer: (yes: boolean) => void;
}

const LONGEST = 4;
const toasts = ref<Toast[]>([]);
const question = shallowRef<Question | null>(null);
let last = 0;

function show(kind: Toast['kind'], text: string): void {
  toasts.value = [...toasts.value, { id: ++last, kind, text }].slice(-LONGEST);
}

/** Tells people what happened. */
export function useNotify() {
  return {
    toasts,
    question,
    success: (text: string) => show('success', text),
    info: (text: string) => show('info', text),
    /** Says why something failed. */
    error: (problem: unknown) =>
      show('error', problem instanceof Error ? problem.message : String(problem)),
    dismiss: (id: number) => {
      toasts.value = toasts.value.filter((toast) => toast.id !== id);
    },
    /** Asks; what it answers is whether to do it. */
    confirm: (asked: { title: string; text: string; action: string; danger?: boolean }) =>
      new Promise<boolean>((resolve) => {
        question.value?.answer(false);
        question.value = {
          danger: false,
          ...asked,
          answer: (yes) => {
            question.value = null;
            resolve(yes);
          },
        };
      }),
  };
}

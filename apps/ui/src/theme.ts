// SPDX-License-Identifier: Apache-2.0
import { computed, ref } from 'vue';

/** Which colours a person wants; `system` is what the rest of the screen has. */
export type Mode = 'system' | 'light' | 'dark';

const KEPT = 'ioto.theme';

function remembered(): Mode {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

const mode = ref<Mode>(typeof localStorage === 'undefined' ? 'system' : remembered());
const systemDark = ref(false);

if (typeof matchMedia !== 'undefined') {
  const media = matchMedia('(prefers-color-scheme: dark)');
  systemDark.value = media.matches;
  media.addEventListener('change', () => {
    systemDark.value = media.matches;
  });
}

/** The colours of the page; a choice is remembered by the browser. */
export function useMode() {
  const dark = computed(() =>
    mode.value === 'system' ? systemDark.value : mode.value === 'dark',
  );
  function choose(wanted: Mode): void {
    mode.value = wanted;
    try {
      localStorage.setItem(KEPT, wanted);
    } catch {
      // A browser that keeps nothing has the choice until the page is closed.
    }
  }
  return { mode, dark, choose, toggle: () => choose(dark.value ? 'light' : 'dark') };
}

// SPDX-License-Identifier: Apache-2.0
import type { App, Plugin } from 'vue';
import { watch } from 'vue';
import { createVuetify } from 'vuetify';
import { aliases, mdi } from 'vuetify/iconsets/mdi-svg';
import { useMode } from './theme.ts';

/** What Vuetify asks for when it has styles to put into the page. */
type Styles = () => { style: { textContent: string }[] };

/**
 * Vuetify writes the colours of its themes into a style element, which a page that takes styles
 * from files alone refuses. A style sheet made by a script is none of that.
 */
function themeStyles() {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const apply = (styles: Styles) => sheet.replaceSync(styles().style[0]?.textContent ?? '');
  return {
    push: (styles: Styles) => {
      apply(styles);
      return { patch: apply };
    },
  };
}

/** Vuetify with the colours of the kit, icons as paths, and the mode a person chose. */
export function kit(): Plugin {
  return {
    install(app: App) {
      const { dark } = useMode();
      const vuetify = createVuetify({
        icons: { defaultSet: 'mdi', aliases, sets: { mdi } },
        theme: {
          defaultTheme: dark.value ? 'dark' : 'light',
          themes: {
            light: {
              colors: {
                background: '#f4f6f8',
                surface: '#ffffff',
                'surface-light': '#eef1f4',
                'surface-variant': '#3b4654',
                'on-surface-variant': '#f4f6f8',
                'on-surface': '#1a222c',
                primary: '#0b6e7c',
                secondary: '#48606d',
                bar: '#0d4f5a',
                error: '#b3261e',
                info: '#1f6fb2',
                success: '#1c7d46',
                warning: '#a35a00',
              },
              variables: { 'medium-emphasis-opacity': 0.7 },
            },
            dark: {
              dark: true,
              colors: {
                background: '#11161b',
                surface: '#1a2127',
                'surface-light': '#232c34',
                'surface-variant': '#c9d3da',
                'on-surface-variant': '#11161b',
                'on-surface': '#e4eaee',
                primary: '#4fc0d0',
                secondary: '#9db3bf',
                bar: '#16282d',
                error: '#f2867e',
                info: '#74b5ea',
                success: '#62c98d',
                warning: '#eaa653',
              },
            },
          },
        },
        defaults: {
          VBtn: { variant: 'flat' },
          VCard: { flat: true, border: true, rounded: 'lg' },
          VTextField: { variant: 'outlined', density: 'comfortable', hideDetails: 'auto' },
          VTextarea: { variant: 'outlined', density: 'comfortable', hideDetails: 'auto' },
          VSelect: { variant: 'outlined', density: 'comfortable', hideDetails: 'auto' },
          VSwitch: { color: 'primary', density: 'comfortable', hideDetails: 'auto', inset: true },
          VTooltip: { openDelay: 300 },
        },
      });
      app.provide('usehead', themeStyles());
      app.use(vuetify);
      watch(dark, (is) => vuetify.theme.change(is ? 'dark' : 'light'));
    },
  };
}

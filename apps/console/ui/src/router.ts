// SPDX-License-Identifier: Apache-2.0
import { mdiPuzzle, mdiTable, mdiTextLong } from '@mdi/js';
import { createRouter, createWebHashHistory } from 'vue-router';
import TablesPage from './pages/TablesPage.vue';

/** The entries of the sidebar. */
export const pages = [
  { path: '/tables', title: 'Database', icon: mdiTable },
  { path: '/bundles', title: 'Bundles', icon: mdiPuzzle },
  { path: '/log', title: 'Log', icon: mdiTextLong },
];

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/tables', component: TablesPage },
    { path: '/tables/:model', component: TablesPage },
    { path: '/bundles', component: () => import('./pages/BundlesPage.vue') },
    { path: '/log', component: () => import('./pages/LogPage.vue') },
    { path: '/:rest(.*)*', redirect: '/tables' },
  ],
});
